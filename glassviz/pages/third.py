"""The third view of the page *Snapshots*: the picture beside or below MD and prediction, and its own choices."""

from concurrent.futures import ThreadPoolExecutor
from textwrap import fill

import numpy as np
import panel as pn

from glassviz import inside
from glassviz.colours import DIFFERENCE, SEQUENTIAL, propensity_map
from glassviz.errors import GlassvizError
from glassviz.learning import pearson
from glassviz.pages.bar import title_name
from glassviz.pages.controls import HIDDEN, SHOWN
from glassviz.pages.third_controls import third_controls
from glassviz.views.cloud import CloudView
from glassviz.views.comparison import HistogramView, ScatterView
from glassviz.views.inspector import TextView
from glassviz.views.weights import WeightsView
from glassviz.words import number, spoken, with_unit

NAMES = {"bond_breaking": "Propensity C_B", "displacement": "Propensity R"}
# Which picture stands below for each third view; those in ASIDE stand beside the snapshots as well.
BELOW = {"histogram": "histogram", "difference": "histogram", "model": "model", "descriptor": "descriptor"}
ASIDE = ("bottleneck", "weights")
WIDTH = 400
PHONE_ASIDE = "@media (max-width: 760px) { :host { width: auto !important; height: 620px !important; } }"
BOTH = {"sizing_mode": "stretch_both", "margin": 0}
# Descriptors of many configurations must not hold up the visitors' clicks.
_workers = ThreadPoolExecutor(2, thread_name_prefix="third")


class ThirdView:
    """`below` and `aside` are the places, `panel_of` gives a third snapshot, `draw` fills what is shown.

    Each picture is made when it is first shown and then kept: a figure that is taken out while it is painted makes
    Bokeh stumble.
    """

    def __init__(self, session):
        self.session, self._turn, self._gathered = session, 0, None
        self.below = pn.Column(**BOTH, styles={"position": "relative"})
        self.aside = pn.Column(
            width=WIDTH, sizing_mode="stretch_height", margin=0, styles={"position": "relative"},
            stylesheets=[PHONE_ASIDE], visible=False,
        )  # fmt: skip
        self._places, self._views, self._notes = {}, {}, {}
        self._show()

    def panel_of(self, measured, predicted, limits):
        """The third snapshot as a dict of field, title, low, high, palette and colour bar; None where there is none.

        Its bar is None where that of the first two explains it too.
        """
        session = self.session
        if session.third_view == "difference":
            reach = round(0.5 * (limits[1] - limits[0]), 3)
            bar = {"label": "Difference"}
            return _panel(predicted - measured, "Predicted − MD", -reach, reach, DIFFERENCE, bar)
        if session.third_view == "model":
            name = session.second_model
            title = f"Predicted, {title_name(name)}" if name else "No other model for this state point"
            return _panel(self._second(), title, *limits, propensity_map(session.observable), None)
        if session.third_view == "descriptor":
            low, high = (float(f"{end:.3g}") for end in inside.descriptor_limits(session))
            name = spoken(session.descriptor)
            bar = {"label": with_unit(session.descriptor)}
            return _panel(inside.descriptor(session), name[0].upper() + name[1:], low, high, SEQUENTIAL, bar)
        return None

    def explain(self, index):
        """What the third snapshot adds to the tooltip of a particle."""
        session = self.session
        if session.third_view == "model":
            return f"\nother model {number(self._second()[index])}"
        if session.third_view == "descriptor":
            return f"\n{spoken(session.descriptor)}: {number(inside.descriptor(session)[index])}"
        return ""

    def draw(self, measured, predicted):
        """Fill what is shown: MD and predicted propensity (N,) at the present time."""
        self._turn += 1
        session = self.session
        name, own = self._show(), session.of_type()
        label, limits = f"{NAMES[session.observable]} of type {session.scored_type}", session.limits()
        chosen = self._chosen()
        if name == "descriptor":
            self._draw_descriptor(measured[own], chosen, label)
        elif name == "histogram":
            label += ", predicted − MD" * (session.third_view == "difference")
            curves, limits = inside.distributed(session)
            self._views[name].update(curves, label, limits, session.dark)
        else:
            second = self._second() if name == "model" else predicted
            what = {"what": self._second_words(second[own], measured[own])} if name == "model" else {}
            self._views[name].update(measured[own], second[own], chosen, label, limits, session.dark, **what)
        if session.third_view == "bottleneck":
            self._draw_bottleneck()
        elif session.third_view == "weights":
            self._draw_weights()

    def _second(self):
        """The other model's prediction at the present time, (N,); nan where there is none."""
        session, slot = self.session, self.session.slot
        predicted = session.predicted(model=session.second_model)
        unknown = np.full(session.record.thermal.number, np.nan)
        return unknown if predicted is None or slot is None else predicted[slot]

    def _second_words(self, second, measured):
        """What the other model is called, and its Pearson correlation here."""
        try:
            agreement = f" · Pearson {number(pearson(second, measured), 2)}"
        except GlassvizError:
            agreement = ""
        return f"predicted, {title_name(self.session.second_model)}{agreement}"

    def _chosen(self):
        """Which particles of the scored type are selected, (n,) bool."""
        return np.isin(np.flatnonzero(self.session.of_type()), self.session.selected)

    # Pictures --------------------------------------------------------------------------------------------------------

    def _draw_descriptor(self, measured, chosen, label):
        session = self.session
        values = inside.descriptor(session)[session.of_type()]
        try:
            agreement = number(pearson(values, measured), 2)
        except GlassvizError:
            agreement = "–"
        known = np.isfinite(measured)
        points = np.stack([values, measured], axis=1)[known]
        self._views["descriptor"].update(
            points,
            values[known],
            chosen[known],
            (f"{spoken(session.descriptor)}, of type {session.scored_type} · Pearson {agreement}", f"{label}, MD", ""),
            (*inside.descriptor_limits(session), SEQUENTIAL),
            session.dark,
            "no labels at this temperature",
        )

    def _draw_bottleneck(self):
        session = self.session
        view, note = self._views["bottleneck"], self._notes["bottleneck"]
        sentence = inside.lacking(session)
        limits = (*session.limits(), propensity_map(session.observable))
        labels = ["bottleneck node 1", "bottleneck node 2", NAMES[session.observable]]
        if sentence:
            none = np.empty((0, 2)), np.empty(0), np.empty(0, bool)
            view.update(*none, labels, limits, session.dark, fill(sentence, 46))
            note.update("", session.dark)
            return
        if session.coloured_by in ("descriptor", "type"):
            labels[2] = with_unit(session.descriptor) if session.coloured_by == "descriptor" else "type"
        points, values = inside.cloud(session)
        others, waiting = self._others()
        view.update(
            points,
            values,
            np.isin(np.flatnonzero(inside.in_plane(session)), session.selected),
            labels,
            inside.colour_scale(session),
            session.dark,
            others=others,
            # Points of several networks have no ground in common.
            field=None if session.coloured_by == "type" else lambda grid: inside.output(session, grid),
            limits=limits,
        )
        note.update(f"<p>{self._caption(points, values, others, waiting)}</p>", session.dark)

    def _caption(self, points, values, others, waiting):
        """What the plane shows, in a line or two."""
        session = self.session
        words = [f"{len(points):,} particles of type {session.scored_type}", "lines and ground: output of this network"]
        if session.coloured_by == "type":
            words = [f"{len(points):,} particles, each in the plane of its own type's network"]
        if others is not None:
            number_of = len(inside.tested(session))
            plural = "s" * (number_of != 1)
            words.append(f"behind: {number_of} other test configuration{plural}, {len(others[0]):,} particles")
        if waiting:
            words.append("the other test configurations follow …")
        unknown = int(np.isnan(values).sum())
        if unknown:
            what = "label" if session.coloured_by == "measured" else "value"
            words.append(f"{unknown:,} without a {what} are grey")
        return " · ".join(words)

    def _others(self):
        """Points and values of the other test configurations, None where not asked for; whether they are to come."""
        session = self.session
        places = inside.tested(session) if session.cloud == "test" else []
        if not places:
            return None, False
        key = (session.model, session.point, session.scored_type, session.coloured_by, session.descriptor)
        turn, document = self._turn, pn.state.curdoc
        if key != self._gathered and document is not None and document.session_context is not None:
            _workers.submit(self._gather, key, turn, document)
            return None, True
        parts = [inside.cloud(session, place) for place in places]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True)), False

    def _gather(self, key, turn, document):
        """Work out every test configuration in a thread, then draw in a turn of the event loop."""
        for place in inside.tested(self.session):
            if turn != self._turn:
                return
            inside.cloud(self.session, place)
        self._gathered = key
        document.add_next_tick_callback(lambda: self._draw_bottleneck() if turn == self._turn else None)

    def _draw_weights(self):
        session, view = self.session, self._views["weights"]
        sentence = inside.weights_lacking(session)
        if sentence:
            view.update(np.empty((0, 1, 1, 2)), [], [0.0], [], session.dark, fill(sentence, 46))
            self._notes["weights"].update("", session.dark)
            return
        found, model = inside.weights(session), session.entry["model"]
        kind = f"type {session.scored_type}, t = {session.time:g}"
        titles = [f"to bottleneck node {k + 1} · {kind}" for k in range(len(found))]
        titles = titles if len(found) > 1 else [f"to the propensity · {kind}"]
        view.update(found, model.observables, model.lengths, titles, session.dark)
        empty = int(np.isnan(found[0]).sum())
        words = "on standardised descriptors" + f" · {empty} without variance are crossed out" * bool(empty)
        self._notes["weights"].update(f"<p>{words}</p>", session.dark)

    # Places ----------------------------------------------------------------------------------------------------------

    def _show(self):
        """Bring the chosen pictures to the front; returns the name of the lower one."""
        view = self.session.third_view
        below = BELOW.get(view, "scatter")
        beside = view if view in ASIDE else None
        for name in (below, beside):
            if name is not None and name not in self._places:
                self._make(name)
        for name, place in self._places.items():
            place.styles = SHOWN if name in (below, beside) else HIDDEN
        self.aside.visible = beside is not None
        return below

    def _make(self, name):
        session = self.session
        makers = {
            "scatter": lambda: ScatterView(self._select),
            "model": lambda: ScatterView(self._select),
            "histogram": HistogramView,
            "descriptor": lambda: CloudView(self._select, bar=False),
            "bottleneck": lambda: CloudView(self._select_in_plane),
            "weights": WeightsView,
        }
        self._views[name], self._notes[name] = makers[name](), TextView()
        rows = [pn.Row(*row, sizing_mode="stretch_width", margin=0) for row in third_controls(session, name)]
        parts = [*rows, self._views[name].panel] + [self._notes[name].panel] * (name in ASIDE)
        self._places[name] = pn.Column(*parts, **BOTH, styles=SHOWN)
        (self.aside if name in ASIDE else self.below).append(self._places[name])

    def _select(self, places, own=None):
        own = np.flatnonzero(self.session.of_type() if own is None else own)
        self.session.choose(selected=[int(own[place]) for place in places if place < len(own)])

    def _select_in_plane(self, places):
        self._select(places, inside.in_plane(self.session))


def _panel(field, title, low, high, palette, bar):
    bar = bar and {**bar, "low": low, "high": high, "panels": [2]}
    return {"field": field, "title": title, "low": low, "high": high, "palette": palette, "bar": bar}
