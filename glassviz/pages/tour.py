"""Page *Tour*: ten steps for a lecture as cards, the live liquid of two of them, and the bar that goes with them."""

from html import escape

import numpy as np
import panel as pn
import panel_material_ui as pmui

from glassviz import tour
from glassviz.colours import SEQUENTIAL, propensity_map, temperature_colours, type_colours
from glassviz.errors import Cancelled, InputError
from glassviz.interactions.energy import potential_energy
from glassviz.pages.background import Background
from glassviz.pages.controls import HIDDEN, SHOWN
from glassviz.pages.live import LivePanel
from glassviz.tour_words import labelled, reaching
from glassviz.views import thumbnails
from glassviz.views.contents import ContentsView
from glassviz.views.inspector import TextView
from glassviz.views.particles import quantise
from glassviz.views.tour_bar import TourBar

HEAT, SWAP = 2, 3
"""Steps that show the live liquid."""
CHOICES = ["data_set", "temperature", "time", "configuration", "model", "ladder_model", "shown_type", "observable"]


class TourPage:
    """The contents, and in the two steps about it the live liquid."""

    def __init__(self, session):
        self.session, self.live, self._drawn = session, None, None
        self.head = TextView()
        self.contents = ContentsView(lambda number: tour.go(session, number))
        start = pmui.Button(label="Start", icon="play_arrow", width=110, margin=(8, 6))
        start.on_click(lambda _: tour.go(session, 1))
        play = pmui.Button(label="Live liquid", variant="outlined", width=130, margin=(8, 6))
        play.on_click(lambda _: tour.go(session, HEAT))
        strip = pn.Row(self.head.panel, start, play, sizing_mode="stretch_width", margin=(4, 18, 0, 14))
        whole = {"sizing_mode": "stretch_both", "margin": 0}
        self._list = pn.Column(strip, self.contents, **whole)
        self._liquid = pn.Column(styles=HIDDEN, **whole)
        self.panel = pn.Column(self._list, self._liquid, styles={"position": "relative"}, **whole)
        session.param.watch(self._show, ["page", "tour", "dark", "data_set"])
        self._show()

    def _show(self, *events):
        session = self.session
        liquid = session.page == "tour" and session.tour in (HEAT, SWAP)
        self._list.styles, self._liquid.styles = (HIDDEN, SHOWN) if liquid else (SHOWN, HIDDEN)
        if liquid:
            self._show_liquid({event.name for event in events})
        elif self.live is not None:
            self.live.runner.stop()
        if session.page == "tour" and not liquid:
            self._show_contents()

    def _show_liquid(self, changed):
        session = self.session
        if self.live is None:
            self.live = LivePanel(session)
            self._liquid.append(self.live.panel)
            changed = {"tour"}
        if changed & {"tour", "page"}:
            # A liquid at which something can be seen at once: the hottest one; without help the coldest.
            temperatures = list(reaching(session)) or session.data.temperatures
            self.live.set(max(temperatures) if session.tour == HEAT else min(session.data.temperatures))

    def _show_contents(self):
        session = self.session
        key = session.data_set, session.dark, session.stamp()
        if self._drawn != key:
            self._cards = [
                {"title": step.title, "words": step.about, "drawing": drawing}
                for step, drawing in zip(tour.STEPS, drawings(session), strict=True)
            ]
            self._drawn = key
        words = (
            "<h2>Tour</h2><p>Ten steps for a lecture, on the data that are chosen. "
            "<b>n</b> and <b>p</b> go on and back, <b>m</b> shows all in large type.</p>"
        )
        self.head.update(words, session.dark)
        self.contents.update(self._cards, session.tour, session.dark)


class TourGuide:
    """The bar below the page while a tour is on: words worked out from what is shown."""

    def __init__(self, session):
        self.session, self._known = session, {}
        self.work = Background(self._draw, self._jobs, self._wanted, "Tour")
        self.bar = TourBar(lambda number: tour.go(session, number), titles=[step.title for step in tour.STEPS])
        self.panel = pn.Column(self.bar, sizing_mode="stretch_width", margin=0, visible=False)
        # After the page, which matters first.
        session.param.watch(lambda *_: self.work.start(), ["tour", "dark", *CHOICES], precedence=3)
        self._draw()
        self.work.start()

    def _wanted(self):
        session = self.session
        return session.tour, session.stamp(), *(getattr(session, name) for name in CHOICES)

    def _jobs(self):
        wanted = self._wanted()
        if not self.session.tour or wanted in self._known:
            return []
        return [lambda progress=None: self._work_out(wanted, progress)]

    def _work_out(self, wanted, progress):
        try:
            self._known[wanted] = tour.STEPS[wanted[0] - 1].words(self.session, progress)
        except Cancelled:
            raise
        except InputError as error:
            self._known[wanted] = f"Here the data have too little for this step: {escape(str(error))}."

    def _draw(self):
        session = self.session
        self.panel.visible = session.tour > 0
        if session.tour:
            self.bar.update(session.tour, self._known.get(self._wanted(), "…"), session.dark)


def drawings(session):
    """A drawing for each step, as SVG, from the session's data where that is cheap."""
    data, dark = session.data, session.dark
    taus = reaching(session)
    T = max(taus or labelled(session) or data.temperatures, key=lambda temperature: len(data[temperature]))
    point = data[T]
    record = point.records[point.split.index("test") if "test" in point.split else 0]
    structure, own = _structures(point, record), record.thermal.types == 1
    colours = temperature_colours(data.temperatures, dark)
    known = labelled(session)
    plain = decay = cloud = structure["types"]
    if known:
        curves = [(np.log10(data[t].times), data[t].decay()) for t in known]
        decay = thumbnails.lines(curves, dark, [colours[t] for t in known])
    if "values" in structure:
        cloud = thumbnails.dots(structure["energies"][own], structure["values"][own], dark)
    slowing = decay
    if len(taus) > 1:
        slowing = thumbnails.lines([(1 / np.array(list(taus)), np.log10(list(taus.values())))], dark)
    measured = structure.get("measured", plain)
    weights = thumbnails.bars(np.bincount(record.thermal.types)[1:], dark)
    return [slowing, plain, structure["exchanged"], measured, structure["energy"], cloud, weights, decay, measured,
            thumbnails.words("+", dark)]  # fmt: skip


def _structures(point, record):
    """Drawings of one configuration by what colours it, and what two of them show as numbers."""
    radii, types = point.system.radii, record.thermal.types
    by_type = type_colours(point.system.types)[types - 1]
    exchanged = by_type.copy()
    exchanged[::9] = by_type[::-9][: len(exchanged[::9])]
    energies = potential_energy(record.inherent, point.system)
    shades = SEQUENTIAL[quantise(energies, *np.percentile(energies, (2, 98)))]
    found = {
        "types": thumbnails.discs(record.thermal, radii, by_type),
        "exchanged": thumbnails.discs(record.thermal, radii, exchanged),
        "energy": thumbnails.discs(record.inherent, radii, shades),
        "energies": energies,
    }
    if len(record.times):
        slot = int(np.nanargmin(np.abs(point.decay() - 0.5)))
        values = point.bond_breaking[point.records.index(record), slot]
        if np.isfinite(values).any():
            colours = propensity_map("bond_breaking")[quantise(values, *np.nanpercentile(values, (2, 98)))]
            found |= {"values": values, "measured": thumbnails.discs(record.thermal, radii, colours)}
    return found
