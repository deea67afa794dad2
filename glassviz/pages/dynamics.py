"""Page *Dynamics*: the liquid itself, at all temperatures of the data set."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import panel as pn
import panel_material_ui as pmui

from glassviz.choices import STATIC_VIEWS, TIME_AXES
from glassviz.colours import temperature_colours
from glassviz.dynamics.published import PUBLISHED, SOURCE
from glassviz.errors import GlassvizError
from glassviz.interactions.potential import pair_potential
from glassviz.pages.controls import HIDDEN, SHOWN, bound
from glassviz.pages.model_search import one_batch
from glassviz.pages.snapshots import PHONE
from glassviz.tasks.dynamics import DECAYS, LEVELS, relaxation_fits, state_summary, static_curve
from glassviz.views.curves import CurvesView
from glassviz.views.energy import EnergyView
from glassviz.views.inspector import TextView
from glassviz.views.potential import PotentialView
from glassviz.views.relaxation import RelaxationView, fit_table
from glassviz.views.style import UNLABELLED
from glassviz.views.temperatures import temperature_legend
from glassviz.words import number

CHOICES = ["data_set", "temperature", "time", "configuration", "dark", "time_axis", "static_view", "pair", "page"]
NAMES = {
    "bond_breaking": "bond breaking C_B, type 1",
    "displacement": "displacement R, type 1",
    "self_scattering": "self scattering F_s(k, t), k = {k:g}",
}
SYMBOLS = {"bond_breaking": "C_B", "displacement": "R", "self_scattering": "F_s"}
MISSING = {
    "bond_breaking": "no temperature of this data set has labels:\nglassviz simulate makes them",
    "displacement": "no temperature of this data set has labels:\nglassviz simulate makes them",
    "self_scattering": "these files keep no F_s(k, t):\nthose that glassviz simulate now writes do",
}
STATIC_LABELS = {
    "pair_correlation": ("distance r / σ₁₁", "pair correlation g(r)"),
    "structure_factor": ("wavenumber q σ₁₁", "structure factor S(q)"),
}
PHONE_ROW = (
    f"{PHONE} {{ :host {{ flex-direction: column; flex: none; }} :host > * {{ min-height: 320px; width: 100%; }} }}"
)
# Sums over all pairs must not hold up the visitors' clicks.
_workers = ThreadPoolExecutor(2, thread_name_prefix="dynamics")


class DynamicsPage:
    """Decays, relaxation times, energies, static structure; nothing is worked out before the page is shown.

    Its rows and columns are Panel's own: those of Material UI measure a figure that enters a living page too early.
    """

    def __init__(self, session):
        self.session, self._turn, self._whole = session, 0, None
        self.decays = {
            name: CurvesView(self._open, x_log=True, y_log=name == "displacement", points=True) for name in DECAYS
        }
        self.relaxation, self.energy = RelaxationView(self._open), EnergyView()
        self.static, self.potential = CurvesView(), PotentialView()
        self.legend, self.fits = TextView(), TextView()
        self._places = {
            name: pn.Column(view.panel, sizing_mode="stretch_both", margin=0, styles=HIDDEN)
            for name, view in (("curves", self.static), ("potential", self.potential))
        }
        session.param.watch(self._later, CHOICES)
        self.panel = self._layout()
        self._later()

    # Drawing ---------------------------------------------------------------------------------------------------------

    def _later(self, *_):
        """Work in a thread, draw in a turn of the event loop; of several turns the last one is drawn."""
        # A page that comes back as it was is not drawn again.
        if self.session.page != "dynamics" or self._whole == self._key():
            return
        self._turn += 1
        turn, document = self._turn, pn.state.curdoc
        if document is None or document.session_context is None:
            for draw in self._steps():
                draw()
            return
        _workers.submit(self._work, turn, document)

    def _key(self):
        """What decides the pictures."""
        return self.session.stamp(), self.session.values([name for name in CHOICES if name != "page"])

    def _work(self, turn, document):
        for draw in self._steps():
            if turn != self._turn:
                return
            document.add_next_tick_callback(lambda draw=draw: self._put(draw) if turn == self._turn else None)

    @staticmethod
    def _put(draw):
        with one_batch():
            draw()

    def _steps(self):
        """What draws each part, as soon as its arrays are there."""
        data, session = self.session.data, self.session
        key, self._whole = self._key(), None
        try:
            summaries = [state_summary(data[temperature]) for temperature in data.temperatures]
            fits = relaxation_fits(summaries)
            yield lambda: self._draw_dynamics(summaries, fits)
            if session.static_view == "potential":
                yield lambda: self._draw_potential(key)
                return
            pair = session.pair_of_types
            curves = {T: static_curve(data[T], session.static_view, pair) for T in data.temperatures}
            yield lambda: self._draw_static(curves, "", key)
        except GlassvizError as error:
            sentence = str(error)
            yield lambda: self._draw_static({}, sentence)

    def _colours(self):
        return temperature_colours(self.session.data.temperatures, self.session.dark)

    def _draw_dynamics(self, summaries, fits):
        session, colours = self.session, self._colours()
        for name, view in self.decays.items():
            self._draw_decay(view, name, summaries, colours)
        points = [
            {
                "temperature": summary.temperature,
                "tau": decay.tau,
                "error": decay.tau_error,
                "decay": name,
                "colour": colours[summary.temperature],
                "text": f"T = {summary.temperature:g}, {SYMBOLS[name]}: τ_α = {decay.tau:.4g}"
                + (f" ± {decay.tau_error:.2g}" if np.isfinite(decay.tau_error) else "")
                + (", continued beyond the last label" if decay.continued else ""),
            }
            for summary in summaries
            for name, decay in summary.decays.items()
            if np.isfinite(decay.tau)
        ]
        published = PUBLISHED.get(session.data.system.name, ())
        drawn = [fit for fit in fits.values() if not isinstance(fit, str)]
        self.relaxation.update(points, published, drawn, session.dark, "no decay reaches its τ_α yet")
        key = "● C_B = ½" + " · ■ F_s = 1/e" * any(p["decay"] == "self_scattering" for p in points)
        key += f" · ○ published, {SOURCE}" * bool(published)
        if any(summary.decays["bond_breaking"].continued for summary in summaries):
            key += " · where labels end at C_B just above ½, τ continues them"
        self.fits.update(f"<p>{key}</p>{fit_table(fits, session.dark)}", session.dark)
        energies = {}
        for name in ("thermal", "inherent"):
            values, errors = zip(*(getattr(summary, name) for summary in summaries), strict=True)
            texts = [
                f"T = {s.temperature:g}, {name}: E/N = {with_error(v, e)}, {s.configurations} configurations"
                for s, v, e in zip(summaries, values, errors, strict=True)
            ]
            energies[name] = list(values), list(errors), texts
        temperatures = [summary.temperature for summary in summaries]
        self.energy.update(temperatures, energies, [colours[T] for T in temperatures], session.dark)
        unlabelled = [f"{s.temperature:g}" for s in summaries if not len(s.decays["bond_breaking"].times)]
        notes = "◆ τ_α · ○ present time" + f" · no labels at T = {', '.join(unlabelled)}" * bool(unlabelled)
        self.legend.update(temperature_legend(colours, session.temperature, notes, session.dark), session.dark)

    def _draw_decay(self, view, name, summaries, colours):
        session, scaled = self.session, self.session.time_axis == "scaled"
        clock = "self_scattering" if name == "self_scattering" else "bond_breaking"
        curves = [
            self._curve(name, summary, summary.decays[clock].tau, colours)
            for summary in summaries
            if len(summary.decays[name].times) and (np.isfinite(summary.decays[clock].tau) or not scaled)
        ]
        labelled = any(len(summary.decays["bond_breaking"].times) for summary in summaries)
        message = MISSING[name if labelled else "bond_breaking"]
        if scaled and any(len(summary.decays[name].times) for summary in summaries):
            message = "no decay reaches its τ_α yet"
        label = NAMES[name].format(k=session.data.system.wavenumber)
        symbol = "F" if name == "self_scattering" else "B"
        y_range = None if name == "displacement" else (min(0.0, *_lowest(curves)) - 0.02, 1.03)
        view.update(
            curves,
            f"time / relaxation time  t / τ_{symbol}" if scaled else "time t",
            label,
            session.dark,
            message,
            LEVELS.get(name),
            y_range=y_range,
        )

    def _curve(self, name, summary, tau, colours):
        """A curve as CurvesView takes it."""
        session, decay, T = self.session, summary.decays[name], summary.temperature
        unit = tau if session.time_axis == "scaled" else 1.0
        chosen = session.temperature == T
        inside = np.isfinite(tau) and tau <= decay.times[-1] * 1.3
        marked = (tau / unit, _at(tau, decay, LEVELS.get(name))) if inside else None
        slot = np.flatnonzero(np.isclose(decay.times, session.time, rtol=1e-6))
        return {
            "x": decay.times / unit,
            "y": decay.mean,
            "error": decay.error,
            "colour": colours[T],
            "chosen": chosen,
            "tau": marked,
            "now": (decay.times[slot[0]] / unit, decay.mean[slot[0]]) if chosen and len(slot) else None,
            "temperature": T,
            "time": decay.times,
            "text": [
                f"T = {T:g}, t = {t:g}" + (f" = {t / tau:.2g} τ" if np.isfinite(tau) else "") + f": {SYMBOLS[name]} = "
                f"{with_error(value, error)}"
                for t, value, error in zip(decay.times, decay.mean, decay.error, strict=True)
            ],
        }

    def _draw_static(self, curves, message, key=None):
        session, colours = self.session, self._colours()
        x, y = STATIC_LABELS.get(session.static_view, ("", ""))
        pair = session.pair_of_types
        label = y + (f", types {pair[0]}–{pair[1]}" if pair else ", all particles")
        lines = [
            {"x": values[0], "y": values[1], "colour": colours[T], "chosen": session.temperature == T}
            for T, values in curves.items()
        ]
        self.static.update(lines, x, label, session.dark, message, guide=0.0 if _crossed(session) else 1.0)
        self._show("curves")
        self._whole = key

    def _draw_potential(self, key):
        session = self.session
        system = session.data.system
        distances = np.linspace(0.6, system.largest_cutoff, 600)
        pairs = [(a, b) for a in range(1, system.types + 1) for b in range(a, system.types + 1)]
        potentials = {pair: pair_potential(system, *pair, distances)[0] for pair in pairs}
        self.potential.update(distances, potentials, session.pair_of_types, session.dark)
        self._show("potential")
        self._whole = key

    def _show(self, name):
        for other, place in self._places.items():
            place.styles = SHOWN if other == name else HIDDEN

    # Choosing --------------------------------------------------------------------------------------------------------

    def _open(self, temperature, time):
        """Show a point's configurations on the page Snapshots."""
        times = self.session.data[temperature].times
        nearest = times[np.abs(np.log(np.maximum(times, 1e-9) / time)).argmin()]
        self.session.choose(temperature=float(temperature), time=float(nearest), page="snapshots")

    # Layout ----------------------------------------------------------------------------------------------------------

    def _layout(self):
        session = self.session
        both = {"sizing_mode": "stretch_both", "margin": 0}
        fixed = {"margin": (2, 8), "sizing_mode": "fixed"}
        quiet = {"stylesheets": UNLABELLED, **fixed}
        axis = bound(session, "time_axis", pmui.RadioButtonGroup, "Time axis", TIME_AXES, width=110, **quiet)
        static = bound(
            session, "static_view", pmui.RadioButtonGroup, "Static quantity", STATIC_VIEWS, width=190, **quiet
        )
        pair = bound(session, "pair", pmui.Select, "Pair of types", lambda: pair_options(session), width=130, **fixed)
        strip = pn.Row(self.legend.panel, axis, sizing_mode="stretch_width", height=44, margin=(6, 16, 0, 16))
        choices = pn.Row(static, pair, sizing_mode="stretch_width", margin=(8, 0, 0, 0))
        upper = [pn.Column(view.panel, **both) for view in self.decays.values()]
        lower = [
            pn.Column(self.relaxation.panel, self.fits.panel, **both),
            pn.Column(self.energy.panel, **both),
            pn.Column(choices, pn.Column(*self._places.values(), **both, styles={"position": "relative"}), **both),
        ]
        rows = [pn.Row(*cells, **both, min_height=240, stylesheets=[PHONE_ROW]) for cells in (upper, lower)]
        return pn.Column(strip, *rows, sizing_mode="stretch_both", margin=(0, 0, 8, 0), styles={"overflow-y": "auto"})


def pair_options(session):
    """Label to value of the pairs of types."""
    return {"all" if value == "" else f"{value[0]}–{value[1]}": value for value in session.pairs}


def with_error(value, error):
    """0.512 ± 0.003 as plain text."""
    return number(value, 4) + (f" ± {error:.4f}" if np.isfinite(error) else "")


def _lowest(curves):
    return [float(np.nanmin(curve["y"])) for curve in curves] or [0.0]


def _at(tau, decay, level):
    """The decay at tau: its level, or the value between its points."""
    return (
        level if level is not None else float(np.exp(np.interp(np.log(tau), np.log(decay.times), np.log(decay.mean))))
    )


def _crossed(session):
    """Whether the curve ends at 0: S_ab(q) of two different types."""
    pair = session.pair_of_types
    return session.static_view == "structure_factor" and pair is not None and pair[0] != pair[1]
