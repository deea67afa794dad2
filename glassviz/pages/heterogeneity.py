"""Page *Heterogeneity*: how far do neighbours move together?"""

from html import escape

import numpy as np
import panel as pn
import panel_material_ui as pmui

from glassviz.choices import COLLECTIVE, LEVELS, MD_FROM, OBSERVABLES, WAVES
from glassviz.colours import propensity_map
from glassviz.heterogeneity_curves import FITTED, NAMES, HeterogeneityCurves, ends, heights, smoothed_fields
from glassviz.heterogeneity_words import collapse_sentence, fit_sentences, left_out_sentence, level_sentence
from glassviz.pages.background import Background
from glassviz.pages.bar import title_name
from glassviz.pages.controls import HIDDEN, SHOWN, bound
from glassviz.pages.scores import PHONE_ROW, STROKES, stroke
from glassviz.score_curves import widths
from glassviz.views.curves import CurvesView
from glassviz.views.field import FieldView
from glassviz.views.inspector import TextView
from glassviz.views.spectrum import SpectrumView
from glassviz.views.style import UNLABELLED

CHOICES = ["data_set", "temperature", "time", "model", "observable", "shown_type", "dark", "page", "collective",
           "waves", "md_from", "q_range", "cubic", "level"]  # fmt: skip
FIELD_CHOICES = ["configuration", "smoothing", "colour_range"]
SHOWN_BY = [name for name in CHOICES + FIELD_CHOICES if name != "page"]
SYMBOLS = {"bond_breaking": "C_B", "displacement": "R"}


class HeterogeneityPage:
    """Collective quantities of molecular dynamics and every method; nothing is worked out before the page is shown."""

    def __init__(self, session):
        self.session = session
        self.work = Background(self._draw, self._jobs, self._wanted, "Heterogeneity", lambda: session.values(SHOWN_BY))
        self.against_time = CurvesView(self._choose, x_log=True, points=True)
        self.against_temperature = CurvesView(self._choose, points=True)
        self.spectrum = SpectrumView(lambda low, high: session.choose(q_range=[round(low, 3), round(high, 3)]))
        self.collapse = CurvesView(x_log=True, y_log=True, points=True)
        self.correlation, self.distribution = CurvesView(points=True), CurvesView(points=True)
        self.field = FieldView()
        self.legend, self.fits, self.note = TextView(), TextView(), TextView()
        views = {
            "structure_factor": self.spectrum,
            "collapse": self.collapse,
            "correlation": self.correlation,
            "distribution": self.distribution,
        }
        self._places = {
            name: pn.Column(view.panel, sizing_mode="stretch_both", margin=0, styles=HIDDEN)
            for name, view in views.items()
        }
        session.param.watch(self._later, CHOICES)
        session.param.watch(self._field_later, FIELD_CHOICES)
        self.panel = self._layout()
        self._later()

    # Work ------------------------------------------------------------------------------------------------------------

    def _later(self, *_):
        if self.session.page == "heterogeneity":
            self.work.start()

    def _field_later(self, *_):
        if self.session.page == "heterogeneity":
            self.work.soon(self._draw_field)

    def _wanted(self):
        """Choices that decide what is worked out, and in which order."""
        session = self.session
        models = tuple(id(entry["model"]) for entry in session.library.models)
        names = ("temperature", "observable", "scored_type", "md_from", "cubic", "collective", "waves", "time", "level")
        return session.stamp(), models, tuple(session.q_range), *(getattr(session, name) for name in names)

    def _jobs(self):
        """What is still to be worked out, as functions of progress: the temperature that is looked at first."""
        session = self.session
        curves = HeterogeneityCurves(session)
        ordered = sorted(curves.labelled, key=lambda T: session.temperature != T)
        return curves.jobs({T: self._slots(T) for T in ordered})

    def _slots(self, T):
        """Label times whose S_4(q) is fitted: the chosen one; for curves of what is fitted the level's and all here."""
        session = self.session
        slots = [] if session.temperature != T or session.slot is None else [session.slot]
        if session.collective in FITTED or session.waves == "collapse":
            slots += HeterogeneityCurves(session).collapse_slots(T)
        return list(dict.fromkeys(slots))

    # Drawing ---------------------------------------------------------------------------------------------------------

    def _draw(self):
        session, curves = self.session, HeterogeneityCurves(self.session)
        waiting = "working …" if self.work.waiting else ""
        now, over, name = curves.against_time(), curves.against_temperature(), NAMES[session.collective]
        guide = 0.0 if session.collective == "chi_4" else None
        absent = waiting or self._missing()
        if session.collective in FITTED:
            absent = waiting or "no fit of S₄(q) identifies it here: more configurations, or larger boxes, would"
        self.against_time.update(now, "time t", name, session.dark, absent, guide, y_range=heights(now))
        label = f"temperature T, at mean C_B near {session.level:g}"
        if all(curves.level_slot(T) is None for T in session.data.temperatures):
            absent = f"no label time near C = {session.level:g}"
        self.against_temperature.update(
            over, label, name, session.dark, absent, guide, x_range=widths(over, None), y_range=heights(over)
        )
        drawn = self._draw_waves(curves, waiting)
        self.legend.update(self._key(now), session.dark)
        self.fits.update(self._fit_words(curves, drawn), session.dark)
        self.note.update(f"<p>{level_sentence(curves)}</p>", session.dark)
        self._draw_field()
        self.work.line(session.dark)

    def _draw_waves(self, curves, waiting):
        """Draw what is chosen beside the curves; the curves of S_4(q) that it shows."""
        session, shown = self.session, self.session.waves
        for name, place in self._places.items():
            place.styles = SHOWN if name == shown else HIDDEN
        absent, drawn = waiting or self._missing(), []
        if shown == "structure_factor":
            axes = "wave number q σ₁₁", f"S₄(q), t = {session.time:g}, type {session.scored_type}"
            drawn = curves.spectra()
            absent = "no ring with S₄ > 0" if drawn and not waiting else absent
            self.spectrum.update([c for c in drawn if len(c["x"])], session.q_range, *axes, session.dark, absent)
        elif shown == "collapse":
            absent = waiting or "no fit of S₄(q) identifies ξ and χ here"
            drawn = curves.collapse()
            self.collapse.update(drawn, "ξ q", "S₄(q) / χ", session.dark, absent)
        elif shown == "correlation":
            axes = f"distance r / σ₁₁, t = {session.time:g}, type {session.scored_type}", "G₄(r) / G₄(0)"
            self.correlation.update(curves.correlations(), *axes, session.dark, absent, guide=0.0)
        else:
            symbol = SYMBOLS[session.observable]
            axes = f"propensity {symbol}, t = {session.time:g}, type {session.scored_type}", f"P({symbol})"
            self.distribution.update(curves.distributions(), *axes, session.dark, absent)
        return drawn

    def _draw_field(self):
        """The propensity of the scored type smoothed over the chosen length, measured and predicted."""
        session = self.session
        box, fields = session.record.thermal.box, smoothed_fields(session)
        low, high = ends(fields) if fields else session.limits()
        label = f"propensity {SYMBOLS[session.observable]} of type {session.scored_type}, smoothed; bars: 5 σ₁₁"
        titles = {"MD": "MD", "predicted": f"Predicted, {title_name(session.model)}"}
        words = "fields are drawn in two dimensions" if len(box) != 2 else self._missing()
        shown = {titles[name]: field for name, field in fields.items()}
        scale = (low, high, propensity_map(session.observable))
        self.field.update(shown, box, scale, label, session.dark, words)

    # Words -----------------------------------------------------------------------------------------------------------

    def _missing(self):
        """What would be drawn and how to make it."""
        session = self.session
        if session.slot is None:
            return f"no labels at T = {session.temperature:g}:\nglassviz simulate makes them"
        return f"no test configuration:\nglassviz simulate --temperature {session.temperature:g} --test 2"

    def _key(self, curves):
        """HTML: strokes of the methods, and from how many configurations chi_4 is known how well."""
        entries = [
            stroke(c["name"], c["colour"], 1.5 if c.get("thin") else 3, dash=STROKES[c.get("dash", "solid")])
            for c in curves
        ]
        found = HeterogeneityCurves(self.session).found(None, self.session.temperature)
        if found is not None and self.session.slot is not None:
            number = int(found.configurations[self.session.slot])
            expected = f": χ₄ to ± {100 * np.sqrt(2 / (number - 1)):.0f} %" if number > 1 else ": no χ₄"
            entries.append(f"MD from {number} configuration{'s' * (number != 1)}{expected}")
        return "".join(entries)

    def _fit_words(self, curves, drawn):
        """HTML: the fits of S_4(q), or why there is none, and of the curves that are drawn what the picture lacks."""
        session = self.session
        low, high = session.q_range
        head = f"χ / [1 + (ξq)²{' + A(ξq)³' if session.cubic else ''}] on {low:g} ≤ q ≤ {high:g}"
        about = [collapse_sentence(drawn) if session.waves == "collapse" else "", left_out_sentence(drawn)]
        sentences = [escape(words) for words in [*about, *fit_sentences(curves), self.work.problem] if words]
        if session.collective in ("chord", "cluster"):
            sentences.append("MD has its replicas' noise inside, which makes chords and clusters smaller")
        return f"<p>{'<br>'.join([head, *sentences])}</p>"

    # Choosing --------------------------------------------------------------------------------------------------------

    def _choose(self, temperature, time):
        self.session.choose(temperature=float(temperature), time=float(time))

    # Layout ----------------------------------------------------------------------------------------------------------

    def _controls(self):
        session, small = self.session, {"margin": (2, 6), "sizing_mode": "fixed"}
        quiet, reach = {**small, "stylesheets": UNLABELLED}, {"start": 0, "end": 6, "step": 0.1}

        def types():
            return {f"Type {kind}": kind for kind in range(1, session.data.system.types + 1)}

        def scored():
            return session.scored_type

        return [
            bound(session, "observable", pmui.RadioButtonGroup, "Propensity", OBSERVABLES, width=220, **quiet),
            bound(session, "shown_type", pmui.Select, "Particles", types, scored, width=110, **small),
            bound(session, "collective", pmui.Select, "Quantity", COLLECTIVE, width=190, **small),
            bound(session, "level", pmui.RadioButtonGroup, "Level of the decay", LEVELS, width=150, **quiet),
            bound(session, "md_from", pmui.Select, "MD from", MD_FROM, width=110, **small),
            bound(session, "waves", pmui.RadioButtonGroup, "Beside it", WAVES, width=290, **quiet),
            bound(session, "cubic", pmui.Switch, "A free", width=100, **small),
            bound(session, "smoothing", pmui.FloatSlider, "Smoothing", **reach, width=150, **small),
        ]

    def _layout(self):
        both = {"sizing_mode": "stretch_both", "margin": 0}
        waves = pn.Column(*self._places.values(), **both, styles={"position": "relative"})
        over = self.against_temperature.panel, self.note.panel
        left = pn.Column(self.legend.panel, self.against_time.panel, *over, **both)
        right = pn.Column(waves, self.fits.panel, self.field.panel, **both)
        strip = pn.FlexBox(*self._controls(), sizing_mode="stretch_width", margin=(6, 10, 0, 10), align_items="center")
        main = pn.Row(left, right, **both, stylesheets=[PHONE_ROW])
        whole = {"sizing_mode": "stretch_both", "margin": (0, 0, 8, 0), "styles": {"overflow-y": "auto"}}
        return pn.Column(self.work.panel, strip, main, **whole)
