"""The chosen job: how it stands, its curves and picture, its log, and what can be done with it."""

from html import escape
from io import BytesIO
from pathlib import Path

import panel as pn
import panel_material_ui as pmui

from glassviz.errors import GlassvizError
from glassviz.jobs import find_job, resume
from glassviz.jobs.job import RESUMABLE
from glassviz.pages.controls import HIDDEN, SHOWN
from glassviz.pages.job_words import parameters, told
from glassviz.pages.save_button import save_button
from glassviz.views.inspector import TextView
from glassviz.views.losses import LossView

LOG_LINES = 60
SMALL = {"size": "small", "margin": (2, 4)}


class JobDetail:
    """`panel`; `show(job)` brings it up to date; `use(job)` shows its result; `visitor()` is who asks now."""

    def __init__(self, session, visitor, use, changed):
        self.session, self._visitor, self._use, self._changed = session, visitor, use, changed
        self.job, self._drawn = None, {}
        self.head, self.log = TextView(), TextView()
        self.bar = pmui.LinearProgress(value=0, variant="determinate", margin=(4, 10), sizing_mode="stretch_width")
        self.losses = LossView()
        self.picture = pn.pane.PNG(None, sizing_mode="scale_height", min_height=120, alt_text="what is there so far")
        self.cancel = pmui.Button(label="Cancel", icon="stop", variant="outlined", **SMALL)
        self.resume = pmui.Button(label="Resume", icon="play_arrow", variant="outlined", **SMALL)
        self.use = pmui.Button(label="Use this result", icon="visibility", variant="contained", **SMALL)
        self.save = save_button(self._result, label="Save", variant="outlined", **SMALL)
        self.title = pmui.TextInput(label="Name", width=220, **SMALL)
        self.delete = pmui.Button(label="Delete", icon="delete", variant="text", **SMALL)
        self.sure = pmui.Button(label="Delete for good", icon="delete", color="error", variant="contained", **SMALL)
        for button, work in (
            (self.cancel, lambda job: job.cancel()),
            (self.resume, lambda job: resume(job, visitor=self._visitor())),
            (self.use, self._use),
            (self.sure, self._delete),
        ):
            button.on_click(lambda _, work=work, own=button in (self.resume, self.sure): self._do(work, own))
        self.delete.on_click(lambda _: self.sure.param.update(visible=True))
        self.title.param.watch(lambda event: self._rename(event.new), "value")
        self.problem = pmui.Alert(title="", severity="warning", visible=False, margin=(4, 10))
        self.panel = self._layout()

    def _layout(self):
        buttons = pn.FlexBox(
            self.cancel, self.resume, self.use, self.save, self.title, self.delete, self.sure, margin=(0, 6)
        )
        self.curves = pn.Column(self.losses.panel, sizing_mode="stretch_both", margin=0, styles=SHOWN)
        self.snapshot = pn.Row(self.picture, sizing_mode="stretch_both", margin=0, styles=HIDDEN)
        shown = pn.Column(
            self.curves,
            self.snapshot,
            sizing_mode="stretch_both",
            margin=0,
            min_height=180,
            styles={"position": "relative"},
        )
        log = pn.Column(self.log.panel, scroll=True, sizing_mode="stretch_both", margin=0)
        below = pn.Row(shown, log, sizing_mode="stretch_both", margin=0)
        return pn.Column(self.head.panel, self.bar, buttons, self.problem, below, sizing_mode="stretch_both", margin=0)

    def show(self, job):
        """Bring everything up to date with a job, or with none."""
        if job is None or self.job is None or job.name != self.job.name:
            self.sure.visible, self.problem.visible = False, False
        other = job is not None and (self.job is None or job.name != self.job.name)
        # First the job, then its name: what the field says is given to the job that is shown.
        self.job = job
        if other:
            self.title.value = "" if job.title == job.name else job.title
        state = {} if job is None else job.state
        now = state.get("state")
        self.cancel.visible = now in ("queued", "running")
        self.resume.visible = now in RESUMABLE
        self.use.visible = now == "done" and job.request["task"] in ("simulate", "train", "transfer", "import")
        self.save.visible = now == "done" and Path(state["result"]).is_file()
        self.delete.visible = job is not None and not self.cancel.visible
        self.sure.visible = self.sure.visible and self.delete.visible
        self.title.visible = self.bar.visible = job is not None
        if job is None:
            self.head.update("<p>No job is chosen.</p>", self.session.dark)
            self.log.update("", self.session.dark)
            self._curves({}, None)
            return
        if self.save.visible:
            self.save.filename = f"{job.name}{Path(state['result']).suffix}"
        self._draw(job, state)

    def _draw(self, job, state):
        progress, dark = job.progress, self.session.dark
        done = state.get("state") == "done"
        self.bar.value = (
            100 if done else int(100 * progress["done"] / progress["total"]) if progress.get("total") else 0
        )
        device = f" · on {escape(state['device'])}" if "device" in state else ""
        asked = " · ".join(f"{escape(label)} {escape(value)}" for label, value in parameters(job)) or "all as usual"
        self.head.update(
            f"<h2>{escape(job.title)}</h2><p>{escape(told(job))}{device}</p><p class=quiet>{asked}</p>", dark
        )
        lines = escape("\n".join(job.log.splitlines()[-LOG_LINES:]))
        self.log.update(f"<pre style='white-space:pre-wrap;margin:0;font-size:12px'>{lines}</pre>", dark)
        self._curves(progress.get("losses") or {}, job.picture)

    def _curves(self, losses, picture):
        """Losses where there are any, else the picture."""
        stamp = picture.stat().st_mtime_ns if picture is not None else None
        if self._drawn.get("picture") != (picture, stamp):
            self._drawn["picture"] = picture, stamp
            self.picture.object = picture.read_bytes() if picture is not None else None
        self.curves.styles = SHOWN if losses else HIDDEN
        self.snapshot.styles = SHOWN if picture is not None and not losses else HIDDEN
        key = (self.session.dark, {name: len(history) for name, history in losses.items()})
        if self._drawn.get("losses") != key:
            self._drawn["losses"] = key
            self.losses.update(losses, self.session.dark, "")

    def _do(self, work, own=True):
        """Do something with the job that is shown; the list is read anew."""
        try:
            # Found anew, so that only a job that this visitor may touch is touched.
            work(find_job(self.job.name, self._visitor(), own=own))
            self.problem.visible = False
        except (GlassvizError, OSError) as error:
            self.problem.param.update(title=str(error), visible=True)
        self._changed()

    def _rename(self, title):
        if self.job is not None and title != ("" if self.job.title == self.job.name else self.job.title):
            self._do(lambda job: job.rename(title))

    def _delete(self, job):
        job.delete()
        self.job = None

    def _result(self):
        return BytesIO(Path(find_job(self.job.name, self._visitor()).state["result"]).read_bytes())
