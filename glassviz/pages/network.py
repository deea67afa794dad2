"""Page *Network*: what does tGlassMLP look at?"""

from html import escape
from textwrap import fill

import numpy as np
import panel as pn

from glassviz.colours import propensity_map
from glassviz.errors import InputError
from glassviz.network_curves import OUTPUTS, SHIFT, NetworkCurves
from glassviz.pages.background import Background
from glassviz.pages.bar import short_name
from glassviz.pages.network_controls import network_controls
from glassviz.pages.scores import STROKES, stroke
from glassviz.pages.snapshots import PHONE
from glassviz.score_curves import widths
from glassviz.views.cloud import CloudView
from glassviz.views.curves import CurvesView
from glassviz.views.inspector import TextView
from glassviz.views.planes import PlanesView
from glassviz.views.ridges import RidgesView
from glassviz.views.weights import WeightsView

CHOICES = ["data_set", "temperature", "time", "model", "shown_type", "seed", "dark", "page", "across", "weighing",
           "part", "averaged", "length_rule", "mapped"]  # fmt: skip
PLANE_CHOICES = ["configuration", "selected"]
SHOWN_BY = [name for name in CHOICES + PLANE_CHOICES if name != "page"]
SYMBOLS = {"attention": "w", "bottleneck": "w |B|"}
PROPENSITY = "propensity C_B"
BOTH = {"sizing_mode": "stretch_both", "margin": 0}
# Taken out of sight, not out of the page: a figure that vanishes while it is painted makes Bokeh stumble.
OUT_OF_SIGHT = {"visibility": "hidden", "opacity": "0"}
PHONE_COLUMN = f"{PHONE} {{ :host {{ flex-direction: column; flex: none; }} :host > * {{ width: 100%; }} }}"
PHONE_TALL = f"{PHONE} {{ :host {{ min-height: 1000px; }} }}"


class NetworkPage:
    """The inside of a tGlassMLP over temperatures or levels; nothing is worked out before the page is shown."""

    def __init__(self, session):
        self.session, self._scale = session, (0.0, 1.0, propensity_map("bond_breaking"))
        self.work = Background(self._draw, self._jobs, self._wanted, "Network", lambda: session.values(SHOWN_BY))
        self.planes, self.plane = PlanesView(), CloudView(self._select, bar=False)
        self.ridges, self.lengths = RidgesView(), CurvesView(points=True)
        self.map, self.conditioning = WeightsView(), CurvesView(points=True)
        self.heads = {name: TextView() for name in ("planes", "ridges", "lengths", "map", "plane", "conditioning")}
        self.sentence = TextView()
        session.param.watch(self._later, CHOICES)
        session.param.watch(self._plane_later, PLANE_CHOICES)
        self.panel = self._layout()
        self._later()

    # Work ------------------------------------------------------------------------------------------------------------

    def _later(self, *_):
        if self.session.page == "network":
            self.work.start()

    def _plane_later(self, *_):
        if self.session.page == "network":
            self.work.soon(self._draw_own_plane)

    def _wanted(self):
        """Choices that decide what is worked out, and in which order."""
        session = self.session
        models = tuple(id(entry["model"]) for entry in session.library.models)
        names = ("data_set", "temperature", "model", "scored_type", "across", "mapped")
        return session.stamp(), models, *(getattr(session, name) for name in names)

    def _jobs(self):
        return NetworkCurves(self.session).jobs()

    # Drawing ---------------------------------------------------------------------------------------------------------

    def _draw(self):
        curves = NetworkCurves(self.session)
        lacking = curves.lacking()
        words = f"<p style='text-align:center;margin-top:120px'>{escape(lacking)}</p>" if lacking else ""
        self.sentence.update(words, self.session.dark)
        self._main.styles = OUT_OF_SIGHT if lacking else {}
        if lacking:
            self.work.line(self.session.dark)
            return
        self._draw_planes(curves)
        self._draw_lengths(curves)
        self._draw_map(curves)
        self._draw_plane(curves)
        self._draw_conditioning(curves)
        self.work.line(self.session.dark)

    def _absent(self):
        """What stands in place of a picture."""
        return fill(self.work.problem, 46) if self.work.problem else "working …"

    def _draw_planes(self, curves):
        session, found = self.session, curves.planes()
        shown = [{**plane, "title": f"{plane['name']} · {plane['source']}"} for plane in found]
        labels = ("bottleneck node 1", "bottleneck node 2", f"{PROPENSITY} of type {curves.number}")
        self._scale = (*curves.scale(found), propensity_map("bond_breaking"))
        self.planes.update(shown, labels, self._scale, session.dark, self._absent())
        words, note = "Bottleneck", ""
        if found:
            words = (
                f"{short_name(curves.entry['name'])}: bottleneck of network {curves.member + 1}, {self._where(curves)}"
            )
            number = len(found[0]["points"])
            note = f"{number:,} particles of test configurations in the first frame; one scale for all frames"
        self._head("planes", words, note)

    def _draw_lengths(self, curves):
        session, sentence = self.session, ""
        try:
            ridges, (lengths, guide) = curves.ridges(), curves.mean_lengths()
        except InputError as error:
            ridges, lengths, guide, sentence = [], [], None, fill(str(error), 46)
        symbol = SYMBOLS[session.weighing]
        absent = sentence or self._absent()
        self.ridges.update(ridges, "length L / σ₁₁", f"P_int(L) of {symbol}", session.dark, absent)
        label = "temperature T" if session.across == "temperature" else "mean propensity C"
        self.lengths.update(
            lengths, label, "ξ_int / σ₁₁", session.dark, "" if ridges else absent, guide, x_range=widths(lengths, None),
            y_range=_around(lengths, guide),
        )  # fmt: skip
        rule = "Σ L P(L)" if session.length_rule == "sum" else "∫ L P dL / ∫ P dL"
        note = "bands: spread over networks; dashed: all alike"
        self._head("ridges", f"Over which lengths it looks, {self._where(curves)}", note * bool(ridges))
        self._head("lengths", "Mean length", f"ξ_int = {rule}, mean ± spread" * bool(ridges))

    def _draw_map(self, curves):
        session = self.session
        found = curves.mapped()
        if found is None:
            self.map.update(np.empty((0, 1, 1, 2)), [], [0.0], [], session.dark, self._absent())
            self._head("map", "What each descriptor weighs", "")
            return
        symbol, title = SYMBOLS[session.weighing], f"T = {session.temperature:g}, C = {curves.level:g}"
        weighs = f"{symbol}, as a multiple of equal weights"
        what = "rms of ∂C_B / ∂S, S in standard deviations" if session.mapped == "sensitivity" else weighs
        self.map.update(found[:1], curves.model.observables, curves.model.lengths, [""], session.dark, positive=what)
        empty = int(np.isnan(found[0]).sum())
        note = f"mean of {curves.model.seeds} networks" + f"; {empty} without variance crossed out" * bool(empty)
        words = "Sensitivity to each descriptor" if session.mapped == "sensitivity" else "What each descriptor weighs"
        self._head("map", f"{words}, {title}", note)

    def _draw_plane(self, curves):
        session = self.session
        labels = ("bottleneck node 1", "bottleneck node 2", PROPENSITY)
        scale = self._scale
        if curves.inside(session.temperature) is None:
            none = np.empty((0, 2)), np.empty(0), np.empty(0, bool)
            self.plane.update(*none, ("", "", ""), scale, session.dark, self._absent())
            self._head("plane", "Output over the plane", "")
            return
        points, values, source = curves.cloud(session.temperature, curves.slot, session.configuration)
        chosen = np.isin(np.flatnonzero(session.of_type()), session.selected)
        self.plane.update(points, values, chosen, labels, scale, session.dark, field=curves.output, limits=scale)
        whose = f"{len(points)} particles, {source}; lines: network {curves.member + 1}"
        self._head("plane", f"Output over the plane, T = {session.temperature:g}, C = {curves.level:g}", whose)

    def _draw_own_plane(self):
        curves = NetworkCurves(self.session)
        if not curves.lacking():
            self._draw_plane(curves)

    def _draw_conditioning(self, curves):
        session, found = self.session, curves.conditioning()
        over = session.across == "temperature"
        label = f"temperature T, at C = {curves.level:g}" if over else f"input C, at T = {session.temperature:g}"
        self._head("conditioning", "What the state point does", self._key(found))
        self.conditioning.update(found, label, "outputs", session.dark, self._absent(), guide=0.0)

    # Words -----------------------------------------------------------------------------------------------------------

    def _where(self, curves):
        """At which level, or at which temperature, state points are compared."""
        if self.session.across == "temperature":
            return f"at C = {curves.level:g}"
        return f"at T = {self.session.temperature:g}"

    @staticmethod
    def _key(curves):
        """HTML: strokes of the outputs of the two small networks."""
        found = {curve["name"]: curve for curve in curves}
        style = {name: (c["colour"], 3 if name == SHIFT else 2, 1.0, STROKES[c.get("dash", "solid")])
                 for name, c in found.items()}  # fmt: skip
        return "".join(stroke(name, *style[name]) for name in (*OUTPUTS, SHIFT) if name in style)

    def _head(self, name, words, note):
        """A heading and a quieter line below it."""
        note = note if note.startswith("<") else escape(note)
        html = f"<h2 style='margin:2px 0 0 12px'>{escape(words)}</h2><p style='margin:0 0 0 12px'>{note}&nbsp;</p>"
        self.heads[name].update(html, self.session.dark)

    # Choosing --------------------------------------------------------------------------------------------------------

    def _select(self, places):
        own = np.flatnonzero(self.session.of_type())
        self.session.choose(selected=[int(own[place]) for place in places if place < len(own)])

    # Layout ----------------------------------------------------------------------------------------------------------

    def _layout(self):
        heads = {name: head.panel for name, head in self.heads.items()}
        pairs = [("ridges", self.ridges), ("lengths", self.lengths), ("plane", self.plane)]
        cells = [pn.Column(heads[n], v.panel, **BOTH) for n, v in [*pairs, ("conditioning", self.conditioning)]]
        for view in (self.ridges, self.lengths, self.plane, self.conditioning):
            # Panel adds up what stands side by side, also where a phone has one column.
            view.plot.figure.min_width = 90
        map_ = pn.Column(self.map.panel, sizing_mode="stretch_both", margin=(0, 0, 0, 8))
        left = pn.Column(heads["planes"], self.planes.panel, heads["map"], map_, **BOTH, stylesheets=[PHONE_TALL])
        rows = [pn.Row(*cells[k : k + 2], **BOTH, stylesheets=[PHONE_COLUMN]) for k in (0, 2)]
        right = pn.Column(*rows, **BOTH, stylesheets=[PHONE_TALL])
        strip = pn.FlexBox(
            *network_controls(self.session), sizing_mode="stretch_width", margin=(6, 10, 0, 10), align_items="center"
        )
        self._main = pn.Row(left, right, **BOTH, stylesheets=[PHONE_COLUMN])
        whole = {"sizing_mode": "stretch_both", "margin": (0, 0, 8, 0), "styles": {"overflow-y": "auto"}}
        return pn.Column(self.work.panel, strip, self.sentence.panel, self._main, **whole)


def _around(curves, guide):
    """Limits of the axis of lengths, in which the guide is seen too; None without a curve."""
    if not curves:
        return None
    y, error = (np.concatenate([np.asarray(c[name], dtype=float) for c in curves]) for name in ("y", "error"))
    low, high = min((y - error).min(), guide), max((y + error).max(), guide)
    room = 0.08 * (high - low) or 0.5
    return low - room, high + room
