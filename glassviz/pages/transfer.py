"""Page *Transfer*: how does the liquid look where no simulation goes?"""

from html import escape

import numpy as np
import panel as pn
import panel_material_ui as pmui

from glassviz.configuration import wrap
from glassviz.ladder import Ladder, Rung, ladder_entry
from glassviz.pages.background import Background
from glassviz.pages.bar import short_name
from glassviz.pages.controls import bound
from glassviz.views.inspector import TextView
from glassviz.views.ladder import LadderView
from glassviz.views.particles import quantise

CHOICES = ["data_set", "temperature", "configuration", "model", "ladder_model", "page"]
SHOWN_BY = [*CHOICES[:-1], "dark"]


class TransferPage:
    """A ladder of temperatures and one slider; nothing is worked out before the page is shown."""

    def __init__(self, session):
        self.session, self.ladder = session, Ladder(session)
        self.work = Background(self._draw, self.ladder.jobs, self._wanted, "Transfer", lambda: session.values(SHOWN_BY))
        self.view = LadderView(level=session.decay_level, dark=session.dark, margin=0)
        self.note = TextView()
        self.film = pmui.Button(
            label="Render film", icon="movie", variant="outlined", size="small", width=150, margin=(2, 6)
        )
        self.film.on_click(lambda _: self._ask_for_film())
        self._rows = {}
        session.param.watch(self._later, CHOICES)
        session.param.watch(lambda event: self.view.param.update(dark=event.new), "dark")
        session.param.watch(lambda event: self.view.param.update(level=event.new), "decay_level")
        session.param.watch(lambda event: self.view.param.update(playing=event.new), "playing")
        self.view.param.watch(lambda event: session.choose(decay_level=event.new), "level")
        self.view.param.watch(lambda event: session.choose(playing=event.new), "playing")
        self.view.param.watch(self._choose, "chosen")
        self.panel = self._layout()
        self._later()

    # Work ------------------------------------------------------------------------------------------------------------

    def _later(self, *_):
        if self.session.page == "transfer":
            self.work.start()
        elif self.session.playing:
            self.session.choose(playing=False)

    def _wanted(self):
        session = self.session
        models = tuple(id(entry["model"]) for entry in session.library.models)
        return (
            session.stamp(),
            models,
            ladder_entry(session) and ladder_entry(session)["name"],
            session.temperature,
            session.configuration,
        )

    def _choose(self, event):
        session = self.session
        # The chosen rung keeps its structure.
        if event.new and abs(event.new - session.temperature) > 1e-9:
            place = self.ladder.key(event.new)[2]
            session.choose(temperature=event.new)
            session.choose(configuration=place)

    def _ask_for_film(self):
        session, entry = self.session, ladder_entry(self.session)
        chosen = {"configuration": session.record.index, "model": entry["name"]}
        session.ask("film", temperature=session.temperature, **chosen)

    # Drawing ---------------------------------------------------------------------------------------------------------

    def _draw(self):
        session = self.session
        there = ladder_entry(session) is not None
        self.view.visible = there
        self.film.disabled = not there
        if there:
            rows = [self._row(T) for T in self.ladder.temperatures()]
            self._rows = {row["key"]: row for row in rows}
            if [row["key"] for row in rows] != [row["key"] for row in self.view.rows]:
                self.view.param.update(rows=rows, chosen=session.temperature)
            else:
                self.view.chosen = session.temperature
        self.note.update(self._words(there), session.dark)
        self.work.line(session.dark)

    def _words(self, there):
        """HTML: what is missing, or what is shown."""
        system = escape(self.session.data.system.name)
        if not there:
            return f"<p>No tGlassMLP of {system} is stored: <code>glassviz transfer --quick</code> makes one.</p>"
        return f"<p>{escape(self.work.problem)}</p>" if self.work.problem else ""

    def _row(self, temperature):
        """One row as LadderView takes it, made once."""
        rung = self.ladder.rung(temperature)
        key = f"{temperature:g} " + " ".join(str(id(part)) for part in (*self.ladder.key(temperature)[:2], rung))
        if key in self._rows:
            return self._rows[key]
        row = {"key": key, "temperature": temperature, "label": "…", "rest": ""}
        if not isinstance(rung, Rung):
            return row | {"words": rung or "working …"}
        return row | self.session.library.kept.once(("row", *self.ladder.key(temperature)), lambda: _content(rung))

    # Layout ----------------------------------------------------------------------------------------------------------

    def _layout(self):
        session, small = self.session, {"margin": (2, 6), "sizing_mode": "fixed"}

        def models():
            names = session.library.models_of_all_temperatures(session.data)
            return {short_name(name): name for name in names} or {"none": ""}

        def model():
            entry = ladder_entry(session)
            return entry["name"] if entry else ""

        choice = bound(session, "ladder_model", pmui.Select, "tGlassMLP", models, model, width=230, **small)
        strip = pn.FlexBox(
            choice,
            self.film,
            self.note.panel,
            sizing_mode="stretch_width",
            margin=(6, 10, 0, 10),
            align_items="center",
        )
        place = pn.Column(self.view, sizing_mode="stretch_both", margin=(4, 16, 8, 16), styles={"position": "relative"})
        whole = {"sizing_mode": "stretch_both", "margin": 0}
        return pn.Column(self.work.panel, strip, place, **whole)


def _content(rung):
    """What a rung that is worked out adds to its row."""
    record, point = rung.point.records[rung.place], rung.point
    thermal, system = record.thermal, point.system
    command = f"glassviz simulate --temperature {point.temperature:g}"
    measured, missing = b"", f"no labels: {command} makes them"
    if rung.measured is not None:
        # Types without a prediction are grey on both sides: what is compared is the same.
        values = np.where(np.isnan(rung.predicted[0]), np.nan, rung.measured)
        measured, missing = quantise(values, 0, 1).tobytes(), f"simulated to C = {rung.lowest:.2f}; longer: {command}"
    return {
        "label": rung.label,
        "rest": f"configuration {record.index}, {record.split}",
        "box": thermal.box[:2].tolist(),
        "radii": [float(radius) for radius in system.radii],
        "positions": wrap(thermal.positions, thermal.box)[:, :2].astype(np.float32).tobytes(),
        "types": thermal.types.astype(np.uint8).tobytes(),
        "shown": rung.number,
        "times": _numbers(rung.times),
        "told": rung.told.tolist(),
        "deviations": _numbers(rung.deviations),
        "left": _numbers(rung.left),
        "tau": float(rung.tau) if np.isfinite(rung.tau) else None,
        "estimated": bool(rung.estimated),
        "predicted": quantise(rung.predicted, 0, 1).tobytes(),
        "measured": measured,
        "measured_to": 2.0 if rung.lowest is None else rung.lowest,
        "missing": missing,
        "scores": [_numbers(score) for score in rung.scores],
    }


def _numbers(values):
    """Numbers as JSON knows them: None for nan."""
    return [float(value) if np.isfinite(value) else None for value in values]
