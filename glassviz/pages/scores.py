"""Page *Scores*: how good is each method? Test configurations only."""

from functools import partial
from html import escape
from io import BytesIO

import numpy as np
import panel as pn

from glassviz.colours import NEUTRALS
from glassviz.learning.published_scores import SOURCE
from glassviz.pages.background import Background
from glassviz.pages.score_controls import score_controls
from glassviz.pages.snapshots import PHONE
from glassviz.score_curves import COLUMNS, SINGLE, Curves, heights, label_of, table_rows, widths
from glassviz.tasks.score_csv import scores_text
from glassviz.views.curves import CurvesView
from glassviz.views.descriptor_map import DescriptorMap
from glassviz.views.inspector import TextView
from glassviz.views.score_table import ScoreTable

CHOICES = ["data_set", "temperature", "time", "configuration", "model", "observable", "shown_type", "dark", "page"]
OWN_CHOICES = ["metric", "level", "published"]
SHOWN_BY = [name for name in CHOICES + OWN_CHOICES if name != "page"]
STROKES = {"solid": "", "dotdash": "2 3 7 3", "dotted": "2 3", "dashed": "5 3"}
CLICKED = ("temperature", "time", "model")
PHONE_ROW = (
    f"{PHONE} {{ :host {{ flex-direction: column; flex: none; }} :host > * {{ min-height: 640px; width: 100%; }} }}"
)


class ScoresPage:
    """Scores of every method against time and temperature; nothing is worked out before the page is shown."""

    def __init__(self, session):
        self.session, self._targets = session, []
        self.work = Background(self._draw, self._jobs, self._wanted, "Scores", lambda: session.values(SHOWN_BY))
        self.against_time = CurvesView(self._open, x_log=True, points=True, clicked=CLICKED)
        self.against_temperature = CurvesView(self._open, points=True, clicked=CLICKED)
        self.table = ScoreTable(self._open_row, label="Scores of the test configurations")
        self.map = DescriptorMap()
        self.legend, self.level_note, self.map_note = TextView(), TextView(), TextView()
        session.param.watch(self._later, CHOICES + OWN_CHOICES)
        self.panel = self._layout()
        self._later()

    # Drawing ---------------------------------------------------------------------------------------------------------

    def _later(self, *_):
        if self.session.page == "scores":
            self.work.start()

    def _scored(self):
        """Temperatures with labelled test configurations, the one that is looked at first."""
        data = self.session.data
        scored = [T for T in data.temperatures if "test" in data[T].split and len(data[T].times)]
        return sorted(scored, key=lambda T: self.session.temperature != T)

    def _jobs(self):
        """What is still to be worked out, as functions of progress."""
        session, library, data = self.session, self.session.library, self.session.data
        observable, kind = session.observable, session.scored_type
        for T in self._scored():
            library.ceilings(data[T], observable, kind)
        jobs = [
            partial(library.judgement, entry, data[T])
            for T in self._scored()
            for entry in library.methods(data, T, observable)
            if library.judged(entry, data[T]) is None
        ]
        return jobs + [
            partial(library.single_descriptors, data[T], observable, kind)
            for T in self._scored()
            if library.described(data[T], observable, kind) is None
        ]

    def _wanted(self):
        """Choices that decide what is worked out, and in which order."""
        session = self.session
        methods = session.library.methods(session.data, session.temperature, session.observable)
        models = tuple((entry["name"], id(entry["model"])) for entry in methods)
        return session.stamp(), session.temperature, session.observable, session.scored_type, models

    def _draw(self):
        session, curves = self.session, Curves(self.session)
        now, published = curves.against_time(), curves.published()
        label, waiting = label_of(curves.column), "working …" if self.work.waiting else ""
        guide = 1.0 if session.metric in ("pearson_ceiling", "noise_free_variance_ratio", "chi_4_ratio") else None
        bands = curves.band(session.temperature), curves.band_over_temperatures()
        over = curves.against_temperature()
        self.against_time.update(
            now + published,
            "time t",
            label,
            session.dark,
            waiting or self._missing(),
            guide,
            y_range=heights(now + published, bands[0], guide),
            band=bands[0],
        )
        self.against_temperature.update(
            over,
            f"temperature T, at mean C_B near {session.level:g}",
            label,
            session.dark,
            waiting or f"no score at a label time near C_B = {session.level:g}",
            guide,
            y_range=heights(over, bands[1], guide),
            x_range=widths(over, bands[1]),
            band=bands[1],
        )
        self.legend.update(self._key(now, published, bands[0]), session.dark)
        self.level_note.update(self._remarks(over), session.dark)
        rows, self._targets = table_rows(session)
        self.table.update(COLUMNS, rows, waiting or self._missing(), session.dark)
        self._draw_map(waiting)
        self.work.line(session.dark)

    def _draw_map(self, waiting):
        session = self.session
        found = session.library.described(session.point, session.observable, session.scored_type)
        if found is None or session.slot is None:
            self.map_note.update("<h2>Single descriptors</h2>", session.dark)
            self.map.update([], [], [], session.dark, waiting or self._missing())
            return
        kinds = dict.fromkeys(name.split(" ")[0] for name in found.names)
        best = [row for kind in kinds if (row := found.best(kind)[session.slot]) is not None]
        self.map.update(found.names, found.pearson[session.slot], [row["descriptor"] for row in best], session.dark)
        title = f"<h2>Single descriptors, t = {session.time:g}, type {session.scored_type}</h2>"
        note = (
            "signed: negative where more of it goes with a smaller propensity; the curves count either sign · "
            "averages over type 1, 2, … or all · framed: best of each kind on training and validation"
        )
        self.map_note.update(f"{title}<p>{note}</p>", session.dark)

    # Words -----------------------------------------------------------------------------------------------------------

    def _missing(self):
        """What would be drawn and how to make it."""
        session = self.session
        if session.slot is None:
            return f"no labels at T = {session.temperature:g}:\nglassviz simulate makes them"
        if "test" not in session.point.split:
            return f"no test configuration:\nglassviz simulate --temperature {session.temperature:g} --test 2"
        command = f"glassviz train ridge --temperature {session.temperature:g}"
        command += "" if session.observable == "bond_breaking" else f" --observable {session.observable}"
        return f"no method here: {command}\nmakes one"

    def _key(self, curves, published, band):
        """HTML: strokes of the methods with their names."""
        session, quiet = self.session, NEUTRALS[self.session.dark]["quiet"]
        entries = [stroke(c["name"], c["colour"], 3, dash=STROKES[c.get("dash", "solid")]) for c in curves]
        if band is not None:
            shade = "ceiling" + " ± error" * bool(np.any(band["high"] > band["low"]))
            entries.append(stroke(shade, NEUTRALS[session.dark]["text"], 9, 0.25))
        entries += [stroke(c["name"], c["colour"], 1.5, dash=STROKES[c["dash"]]) for c in published]
        words = f"<span style='color:{quiet}'>thin: {SOURCE}</span>" if published else ""
        if session.published and not published:
            words = f"<span style='color:{quiet}'>nothing published for this score, type and temperature</span>"
        return "".join(entries) + words

    def _remarks(self, over):
        """HTML: which levels are shown, where none is near, where one configuration gives no errors."""
        session, data = self.session, self.session.data
        levels = sorted({(T, t) for curve in over for T, t in zip(curve["temperature"], curve["time"], strict=True)})
        words = []
        for T, t in levels:
            slot = int(np.abs(data[T].times - t).argmin())
            words.append(f"{np.nanmean(data[T].mean_correlation(session.scored_type)[:, slot]):.2f} at T = {T:g}")
        known = {T for T, _ in levels}
        far = [f"{T:g}" for T in data.temperatures if T not in known and len(data[T].times)]
        alone = [f"{T:g}" for T in data.temperatures if data[T].split.count("test") == 1]
        sentences = [f"C shown: {', '.join(words)}"] if words else []
        done = not self.work.waiting
        sentences += [f"no score near C = {session.level:g} at T = {', '.join(far)}"] if far and words and done else []
        sentences += [f"one test configuration, so no error bars, at T = {', '.join(alone)}"] if alone else []
        sentences += [escape(self.work.problem)] if self.work.problem else []
        if session.metric == "chi_4_ratio":
            sentences.append("χ₄ needs 3 test configurations")
        return f"<p>{' · '.join(sentences)}</p>"

    # Choosing --------------------------------------------------------------------------------------------------------

    def _open(self, temperature, time, model):
        """Show a point's configurations on the page Snapshots, with its method."""
        chosen = {"model": model} if model else {}
        self.session.choose(temperature=float(temperature), time=float(time), page="snapshots", **chosen)

    def _open_row(self, place):
        if place < len(self._targets):
            self.session.choose(temperature=self.session.temperature, page="snapshots", **self._targets[place])

    def _csv(self):
        """All scores of the chosen temperature and observable, of every type; single descriptors of the chosen one."""
        session, judged = self.session, []
        for entry in session.library.methods(session.data, session.temperature, session.observable):
            tables = session.library.judgement(entry, session.point)
            judged += [(entry, session.temperature, kind, rows) for kind, rows in tables.items()]
        found = session.library.single_descriptors(session.point, session.observable, session.scored_type)
        single = {"name": SINGLE, "kind": "descriptor", "observable": session.observable}
        rows = [row for row in found.best() if row is not None and np.isfinite(row["pearson"])]
        judged.append((single, session.temperature, session.scored_type, rows))
        return BytesIO(scores_text(judged, session.data).encode())

    # Layout ----------------------------------------------------------------------------------------------------------

    def _layout(self):
        both = {"sizing_mode": "stretch_both", "margin": 0}
        left = pn.Column(
            self.legend.panel, self.against_time.panel, self.level_note.panel, self.against_temperature.panel, **both
        )
        right = pn.Column(
            pn.Column(self.table, **both),
            self.map_note.panel,
            pn.Column(self.map.panel, **both, min_height=340),
            **both,
        )
        strip = pn.FlexBox(
            *score_controls(self.session, self._csv),
            sizing_mode="stretch_width",
            margin=(6, 10, 0, 10),
            align_items="center",
        )
        main = pn.Row(left, right, **both, stylesheets=[PHONE_ROW])
        whole = {"sizing_mode": "stretch_both", "margin": (0, 0, 8, 0), "styles": {"overflow-y": "auto"}}
        return pn.Column(self.work.panel, strip, main, **whole)


def stroke(name, colour, width, opacity=1.0, dash=""):
    """A coloured stroke with a name, as HTML."""
    line = f"x1=0 x2=22 y1=5 y2=5 stroke='{colour}' stroke-width={width} stroke-opacity={opacity}"
    dashes = f" stroke-dasharray='{dash}'" if dash else ""
    return (
        f"<span style='white-space:nowrap;margin-right:14px'><svg width=22 height=10 aria-hidden=true><line {line}"
        f"{dashes} /></svg> {escape(name)}</span>"
    )
