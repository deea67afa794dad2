"""Page *Snapshots*: where will it relax? MD and prediction side by side."""

import numpy as np
import panel as pn
import panel_material_ui as pmui

from glassviz import inside
from glassviz.colours import propensity_map
from glassviz.errors import GlassvizError
from glassviz.learning import pearson
from glassviz.pages.bar import title_name
from glassviz.pages.controls import controls
from glassviz.pages.model_search import one_batch
from glassviz.pages.third import NAMES, ThirdView
from glassviz.views.decay import DecayView
from glassviz.views.inspector import TextView, nearest_line, score_table, selection_table
from glassviz.views.particles import ParticleView
from glassviz.words import number

FIELD_CHOICES = ["time", "model", "observable", "dark", "third_view", "colour_range", "second_model", "descriptor"]
STRUCTURE_CHOICES = ["data_set", "temperature", "configuration", "positions", "copies"]
REST_CHOICES = ["shown_type", "selected", "followed", "seed", "coloured_by", "cloud"]
LABELS = {"bond_breaking": "Mean C_B", "displacement": "Mean R"}
SYMBOLS = {"bond_breaking": "C_B", "displacement": "R"}
PHONE = "@media (max-width: 760px)"
# Pixels of the window's height that snapshots leave to the rest: whether a tour is on, whether the type is large.
BESIDE = {(False, False): 140, (True, False): 480, (False, True): 425, (True, True): 570}
# Milliseconds after which the companions are drawn though the browser has not reported the snapshots: a hidden tab.
PATIENCE = 600


class SnapshotsPage:
    """Snapshots first; once they are on the screen, everything that only accompanies them."""

    def __init__(self, session):
        self.session = session
        self._turn, self._behind = 0, False
        self.snapshots = ParticleView(margin=(0, 10), beside=self._beside())
        self.decay = DecayView(lambda time: session.choose(time=time))
        self.third = ThirdView(session)
        self.inspector, self.scores = TextView(), TextView()
        self._link()
        self._draw_structure()
        self._draw_rest()
        self.panel = self._layout()

    def _link(self):
        session = self.session
        session.param.watch(self._changed, FIELD_CHOICES + STRUCTURE_CHOICES)
        session.param.watch(lambda *_: self._later(), REST_CHOICES)
        session.param.watch(self._mark, ["shown_type", "selected", "followed"])
        session.param.watch(lambda event: setattr(self.snapshots, "camera", list(event.new)), "camera")
        session.param.watch(lambda _: self.snapshots.param.update(beside=self._beside()), "tour")
        view = self.snapshots
        view.param.watch(lambda event: self._picked(event.new), "selected")
        view.param.watch(lambda event: session.choose(camera=event.new), "camera")
        view.param.watch(self._hovered, "hovered")
        view.param.watch(lambda _: self._later() if self._behind else None, "drawn")
        view.param.watch(lambda event: event.new >= 0 and self._follow(event.new), "followed")

    # Drawing ---------------------------------------------------------------------------------------------------------

    def _changed(self, *events):
        try:
            if {event.name for event in events} & set(STRUCTURE_CHOICES):
                self._draw_structure()
            else:
                self.snapshots.set_fields(**self._fields())
        except GlassvizError as error:
            pn.state.notifications.error(str(error), duration=0)
            return
        self._later()

    def _beside(self):
        return BESIDE[self.session.tour > 0, self.session.large]

    def _draw_structure(self):
        session = self.session
        structure, radii = session.structure, session.data.system.radii
        self.snapshots.show(structure, radii, camera=list(session.camera), **self._fields())
        self._mark()

    def _fields(self):
        """Panels, colours and colour bars, as ParticleView takes them."""
        session = self.session
        measured, predicted = self.session.now()
        low, high = session.limits()
        model = f"Predicted, {title_name(session.model)}" if session.model else "No model for this state point"
        if session.model and not len(session.point.times):
            model = f"{title_name(session.model)}: no label time to predict for"
        colours = propensity_map(session.observable)
        ends = ("rearranged", "frozen") if session.observable == "bond_breaking" else ("frozen", "σ₁₁, rearranged")
        scale = {"label": NAMES[session.observable], "low": round(low, 3), "high": round(high, 3), "panels": [0, 1]}
        fields, titles, scales = [measured, predicted], ["Molecular dynamics", model], [scale]
        scale |= {"low_text": ends[0], "high_text": ends[1]}
        lows, highs, palettes = [low, low], [high, high], [colours, colours]
        third = self.third.panel_of(measured, predicted, (low, high))
        if third is not None:
            fields.append(third["field"])
            titles.append(third["title"])
            lows, highs, palettes = [*lows, third["low"]], [*highs, third["high"]], [*palettes, third["palette"]]
            if third["bar"] is None:
                scale["panels"] = [0, 1, 2]
            else:
                scales.append(third["bar"])
        copies = session.copies**session.data.system.dimension
        return {
            "fields": [np.tile(field, copies) for field in fields],
            "low": lows,
            "high": highs,
            "titles": titles,
            "scales": scales,
            "palettes": b"".join(palette.tobytes() for palette in palettes),
            "dark": session.dark,
        }

    def _later(self):
        """Draw the companions when the snapshots are on the screen: both share the processor. The last turn counts."""
        self._turn += 1
        self._behind = True
        turn, document = self._turn, pn.state.curdoc
        if document is None or document.session_context is None:
            self._draw_rest()
            return
        document.add_next_tick_callback(lambda: self._accompany(turn, document, PATIENCE))

    def _accompany(self, turn, document, patience):
        if turn != self._turn or not self._behind:
            return
        if patience and self.snapshots.drawn < self.snapshots.frame:
            document.add_timeout_callback(lambda: self._accompany(turn, document, 0), patience)
            return
        with one_batch():
            self._draw_rest()

    def _draw_rest(self):
        self._behind = False
        session = self.session
        point, dark = session.point, session.dark
        tau = session.library.relaxation_time(point)
        label = f"{LABELS[session.observable]}, type {session.scored_type}"
        means = session.means()
        self.decay.update(
            point.times, means, session.configuration, session.time, tau or np.nan, label, dark, self._followed()
        )
        self.third.draw(*self.session.now())
        self._draw_numbers()

    def _followed(self):
        known = inside.followed(self.session)
        return None if known is None else (str(self.session.followed), *known)

    def _draw_numbers(self):
        session, slot = self.session, self.session.slot
        measured, predicted = self.session.now()
        quantities = {
            f"{SYMBOLS[session.observable]}, MD": measured,
            f"{SYMBOLS[session.observable]}, predicted": predicted,
        }
        quantities |= session.structure_facts()
        selected = np.array(session.selected, dtype=int)
        table = selection_table(selected, session.record.thermal.types, quantities)
        found = inside.nearest(session, selected[0]) if len(selected) == 1 else None
        if found is not None:
            table += nearest_line(*found, SYMBOLS[session.observable], measured[found[0]], predicted[found[0]])
        self.inspector.update(table, session.dark)
        own = session.of_type()
        try:
            here = pearson(predicted[own], measured[own])
        except GlassvizError:
            here = np.nan
        test = None
        if session.entry is not None and slot is not None and "test" in session.point.split:
            test = session.library.score(session.entry, session.point, session.scored_type)[slot]
        if test is None:
            test = {"pearson": np.nan, "error": np.nan, "ceiling": np.nan, "configurations": 0}
        self.scores.update(score_table(session.scored_type, here, test, session.record.split), session.dark)

    # Choosing --------------------------------------------------------------------------------------------------------

    def _mark(self, *_):
        """Show the selection, a set of particles of one copy, in every copy."""
        session = self.session
        number = session.record.thermal.number
        copies = session.copies**session.data.system.dimension
        everywhere = [copy * number + index for copy in range(copies) for index in session.selected]
        ringed = self.snapshots.followed
        # The ring stays on the copy that was clicked.
        if ringed < 0 or session.followed < 0 or ringed % number != session.followed:
            ringed = session.followed
        self.snapshots.param.update(selected=everywhere, shown_type=session.shown_type, followed=ringed)

    def _picked(self, indices):
        number = self.session.record.thermal.number
        chosen = sorted({index % number for index in indices})
        if chosen != sorted(self.session.selected):
            self.session.choose(selected=chosen)

    def _follow(self, index):
        self.session.choose(followed=index % self.session.record.thermal.number)

    def _hovered(self, event):
        if event.new < 0:
            return
        index = event.new % self.session.record.thermal.number
        measured, predicted = self.session.now()
        name = SYMBOLS[self.session.observable]
        text = f"{name} MD {number(measured[index])}, predicted {number(predicted[index])}"
        event.obj.explain(event.new, text + self.third.explain(index))

    # Layout ----------------------------------------------------------------------------------------------------------

    def _layout(self):
        numbers = [*controls(self.session), self.scores.panel, self.inspector.panel]
        # In large type there is no room for single particles.
        self.inspector.panel.visible = not self.session.large
        side = pmui.Column(*numbers, width=310, margin=(0, 8, 0, 0))
        lower = pmui.Row(
            pmui.Column(self.decay.panel, sizing_mode="stretch_both", margin=0),
            self.third.below,
            min_height=200,
            sizing_mode="stretch_both",
            margin=0,
            sx=stacked("280px"),
        )
        left = pmui.Column(self.snapshots, lower, sizing_mode="stretch_both", margin=0, sx=stacked("auto"))
        left = pmui.Row(left, self.third.aside, sizing_mode="stretch_both", margin=0, sx=stacked("auto"))
        outer = {"overflowY": "auto", **stacked("auto")}
        return pmui.Row(left, side, sizing_mode="stretch_both", margin=0, sx=outer)


def stacked(height):
    """Style of a container whose parts stand below each other on a phone, each `height` high."""
    part = {
        "width": "auto !important",
        "alignSelf": "stretch !important",
        "height": f"{height} !important",
        "minHeight": "0 !important",
        "maxHeight": "none !important",
        "flex": "none !important",
    }
    return {PHONE: {"flexDirection": "column", "& > .child-wrapper > *": part}}
