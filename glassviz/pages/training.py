"""The dialog that trains a model of the chosen state point in a process of its own and shows how far it is."""

from pathlib import Path

import panel as pn
import panel_material_ui as pmui

from glassviz.choices import OBSERVABLES
from glassviz.dataset import home
from glassviz.errors import GlassvizError
from glassviz.jobs import running, start
from glassviz.views.losses import LossView
from glassviz.views.style import UNLABELLED

KINDS = {"GlassMLP": "glassmlp", "Ridge regression": "ridge"}
SCHEDULES = {"Quick": "quick", "As published": "published"}
POLL = 1000
"""Milliseconds between two looks at the job."""

WIDE = {"size": "small", "margin": (6, 10), "sizing_mode": "stretch_width"}


class TrainingDialog:
    """`button` opens it, `panel` is the dialog; it follows the one job that runs on this server, whoever started it."""

    def __init__(self, session, **style):
        self.session = session
        self._job, self._watching, self._wanted = None, None, None
        self.button = pmui.Button(label="Train a model", icon="model_training", variant="outlined", **style)
        self.kind = pmui.RadioButtonGroup(label="Kind", options=KINDS, value="glassmlp", stylesheets=UNLABELLED, **WIDE)
        self.observable = pmui.RadioButtonGroup(
            label="Propensity to learn", options=OBSERVABLES, stylesheets=UNLABELLED, **WIDE
        )
        self.seeds = pmui.IntInput(
            label="Networks for each type and time", value=4, start=1, end=64, width=230, size="small"
        )
        self.schedule = pmui.RadioButtonGroup(
            label="Schedule", options=SCHEDULES, value="quick", stylesheets=UNLABELLED, **WIDE
        )
        self.go = pmui.Button(label="Train", color="primary", variant="contained", width=120, margin=(8, 10))
        self.cancel = pmui.Button(label="Cancel", width=120, margin=(8, 10), disabled=True)
        self.words = pn.pane.Markdown("", margin=(0, 10), sizing_mode="stretch_width")
        self.bar = pmui.LinearProgress(value=0, variant="determinate", margin=(4, 10), sizing_mode="stretch_width")
        self.losses = LossView()
        networks = pmui.Row(self.seeds, self.schedule, margin=0, sizing_mode="stretch_width")
        curves = pmui.Column(self.losses.panel, height=300, sizing_mode="stretch_width", margin=0)
        self.panel = pmui.Dialog(
            self.kind,
            self.observable,
            networks,
            pmui.Row(self.go, self.cancel, margin=0),
            self.bar,
            self.words,
            curves,
            title="Train a model",
            show_close_button=True,
            close_on_click=True,
            width_option="sm",
        )
        for part in (networks, curves):
            # A regression has neither several networks nor epochs.
            self.kind.param.watch(lambda event, part=part: setattr(part, "visible", event.new == "glassmlp"), "value")
        self.button.on_click(lambda _: self.open())
        self.go.on_click(lambda _: self._start())
        self.cancel.on_click(lambda _: self._cancel())
        session.param.watch(self._show_button, ["data_set", "temperature"])
        self._show_button()

    def open(self):
        """Open for the chosen state point; a job that is running is shown."""
        point = self.session.point
        self.panel.title = f"Train a model of {point.system.name} at T = {point.temperature:g}"
        self.observable.value = self.session.observable
        self._job = self._job if self._watching else running()
        self._ready(self._job is None)
        self.bar.value = 0
        self._draw({})
        counts = {split: point.split.count(split) for split in ("train", "validation")}
        self.words.object = f"Learns from {counts['train']} configurations, chooses by {counts['validation']}."
        if self._job is not None:
            request = self._job.request["arguments"]
            self.panel.title = f"Training at T = {request['temperature']:g}"
            self.kind.value, self.observable.value = request["kind"], request["observable"]
            self._follow()
        self.panel.open = True

    def _show_button(self, *_):
        point = self.session.point
        self.button.visible = "train" in point.split and len(point.times) > 0

    def _ready(self, ready):
        """Whether a training can be started; else one can be cancelled."""
        for widget in (self.kind, self.observable, self.seeds, self.schedule, self.go):
            widget.disabled = not ready
        self.cancel.disabled = ready

    def _start(self):
        session, kind = self.session, self.kind.value
        networks = {"seeds": self.seeds.value, "schedule": self.schedule.value} if kind == "glassmlp" else {}
        self._ready(False)
        try:
            self._job = start(
                "train",
                data=[str(folder.resolve()) for folder in session.data.folders],
                temperature=session.temperature,
                kind=kind,
                folder=str(home() / "models"),
                observable=self.observable.value,
                overwrite=True,
                **networks,
            )
        except (GlassvizError, OSError) as error:
            self.words.object = f"**{error}**"
            self._ready(True)
            return
        self._wanted = session.data_set, session.temperature, self.observable.value
        self.words.object = "Starting …"
        self._follow()

    def _follow(self):
        if self._watching is None:
            self._watching = pn.state.add_periodic_callback(self._look, period=POLL)
        self._look()

    def _look(self):
        """Show how far the job is; at its end the model is opened and chosen."""
        if self._watching is None:
            return
        job = self._job
        state, progress = job.state, job.progress
        if progress:
            self.bar.value = int(100 * progress["done"] / progress["total"])
            self._draw(progress["losses"])
            self.words.object = _words(progress)
        if state.get("state") in ("starting", "running"):
            return
        self._watching.stop()
        self._watching = None
        self._ready(True)
        self._end(state)

    def _draw(self, losses):
        """Draw the losses; several threads serve one visitor, and a figure changes in the turn of its document."""
        document, words = pn.state.curdoc, "no epoch yet"
        if document is None or document.session_context is None:
            self.losses.update(losses, self.session.dark, words)
        else:
            document.add_next_tick_callback(lambda: self.losses.update(losses, self.session.dark, words))

    def _end(self, state):
        if state["state"] == "cancelled":
            self.words.object = "Cancelled: the same choices go on from here."
        elif state["state"] == "failed":
            self.words.object = f"**{state.get('sentence', 'It failed.')}**"
        else:
            session, path = self.session, Path(state["result"])
            session.library.refresh()
            name = next((e["name"] for e in session.library.models if e["path"].resolve() == path.resolve()), path.name)
            self.bar.value, self.words.object = 100, f"Stored as {name}."
            if self._wanted == (session.data_set, session.temperature, self._wanted and self._wanted[2]):
                session.choose(observable=self._wanted[2], model=name)
                # One of the same name has been replaced.
                session.param.trigger("model")

    def _cancel(self):
        self.cancel.disabled = True
        self.words.object = "Stopping …"
        self._job.cancel()


def _words(progress):
    """Progress in one line."""
    left = progress["left"]
    time = "" if left is None else f", {_span(left)} left"
    losses = progress["losses"]
    if not losses:
        return f"{progress['done']} of {progress['total']} configurations described{time}"
    number, history = list(losses.items())[-1]
    return f"Type {number}, epoch {len(history)}: validation loss {history[-1][1]:.3f}{time} at most"


def _span(seconds):
    """A time span for people."""
    for size, unit, most in ((1, "s", 100), (60, "min", 6000)):
        if seconds < most:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 3600:.1f} h"
