"""Relaxation time against temperature on a scale of 1/T, with fits and published values."""

import numpy as np

from glassviz.colours import NEUTRALS
from glassviz.views.plot import Plot, accent, spread
from glassviz.views.style import tick
from glassviz.words import number

DASHES = {"Arrhenius": "dotted", "VFT": "solid", "parabolic": "dashed"}
ACCENT = {name: place for place, name in enumerate(DASHES)}
TICKS = (0.1, 0.12, 0.15, 0.18, 0.2, 0.23, 0.26, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0)
MARKERS = {"bond_breaking": "circle", "self_scattering": "square"}


class RelaxationView:
    """tau_alpha(T): points with errors, hollow published ones, a line for each fit; on_click(temperature, time)."""

    def __init__(self, on_click):
        self.plot = Plot(y_log=True, on_click=on_click)
        figure = self.plot.figure
        self._fits = {
            name: figure.line("x", "y", source=self.plot.source(name, x=[], y=[]), line_dash=dash, line_width=2)
            for name, dash in DASHES.items()
        }
        bars = self.plot.source("bars", x=[], low=[], high=[], colour=[])
        figure.segment("x", "low", "x", "high", source=bars, line_color="colour", line_width=1.5)
        published = self.plot.source("published", x=[], y=[], text=[])
        self._published = figure.scatter("x", "y", source=published, size=12, fill_alpha=0, line_width=1.8)
        dots = self.plot.source("dots", x=[], y=[], colour=[], marker=[])
        self._dots = figure.scatter("x", "y", source=dots, size=9, marker="marker", fill_color="colour")
        self.plot.points("hits", temperature=[], time=[])
        self.panel = self.plot.panel

    def update(self, points, published, fits, dark, message=""):
        """Draw anew.

        points : dicts with temperature, tau, error, decay (in MARKERS), colour, text; published : (T, tau) pairs
        fits : functions tau(T) with a name, in DASHES; message : shown where there is no point
        """
        hot = [p["temperature"] for p in points] + [T for T, _ in published]
        taus = [p["tau"] for p in points] + [tau for _, tau in published]
        x = spread([1 / np.array(hot)], margin=0.08) if hot else None
        y = spread([taus], log=True, margin=0.08)
        self.plot.frame(x, y, "temperature T, on a scale of 1/T", "relaxation time τ_α", dark)
        self.plot.say("" if hot else message)
        self._ticks(x)
        place = [1 / p["temperature"] for p in points]
        tau, error = ([p[name] for p in points] for name in ("tau", "error"))
        colour = [p["colour"] for p in points]
        self.plot.fill("dots", x=place, y=tau, colour=colour, marker=[MARKERS[p["decay"]] for p in points])
        low = [max(t - np.nan_to_num(e), t / 20) for t, e in zip(tau, error, strict=True)]
        high = [t + np.nan_to_num(e) for t, e in zip(tau, error, strict=True)]
        self.plot.fill("bars", x=place, low=low, high=high, colour=colour)
        self.plot.fill(
            "hits", x=place, y=tau, text=[p["text"] for p in points], temperature=hot[: len(points)], time=tau
        )
        self.plot.fill(
            "published", x=[1 / T for T, _ in published], y=[t for _, t in published], text=[""] * len(published)
        )
        self._published.glyph.line_color = NEUTRALS[dark]["text"]
        self._dots.glyph.line_color = NEUTRALS[dark]["page"]
        self._draw_fits({fit.name: fit for fit in fits}, x, y, dark)

    def _ticks(self, x):
        """Labels at round temperatures that don't crowd."""
        kept = []
        for T in TICKS:
            inside = x is not None and x[0] <= 1 / T <= x[1]
            if inside and all(abs(1 / T - tick) > 0.11 * (x[1] - x[0]) for tick in kept):
                kept.append(1 / T)
        axis = self.plot.figure.xaxis
        tick(axis[0], kept)
        self.plot.figure.xgrid.ticker = axis[0].ticker
        axis.major_label_overrides = {tick: f"{1 / tick:g}" for tick in kept}

    def _draw_fits(self, fits, x, y, dark):
        for name, line in self._fits.items():
            line.glyph.line_color = accent(ACCENT[name], dark)
            curve = {"x": [], "y": []}
            if name in fits and x is not None:
                inverse = np.linspace(*x, 200)
                tau = fits[name](1 / inverse)
                curve = {"x": inverse, "y": np.where(tau < 3 * y[1], tau, np.nan)}
            self.plot.fill(name, **curve)


def fit_table(fits, dark):
    """HTML: a row for each fit, its parameters with errors, or the sentence that says why there is none."""
    rows = ""
    for name, fit in fits.items():
        colour = accent(ACCENT[name], dark)
        dash = {"solid": "", "dashed": "5 3", "dotted": "2 3"}[DASHES[name]]
        stroke = (
            f"<svg width=24 height=8 aria-hidden=true><line x1=0 x2=24 y1=4 y2=4 stroke='{colour}' stroke-width=2.5 "
            f"stroke-dasharray='{dash}' /></svg> "
        )
        if isinstance(fit, str):
            rows += f"<p>{fit}</p>"
            continue
        values = ", ".join(
            f"{_symbol(symbol)} = {with_error(value, fit.errors[symbol])}" for symbol, value in fit.parameters.items()
        )
        rows += f"<div>{stroke}{name[0].upper() + name[1:]}: {values}</div>"
    return rows


def with_error(value, error):
    """A value with its error, both to the second digit of the error: 1718 ± 44."""
    if not np.isfinite(error) or error <= 0:
        return number(value, 3)
    digits = int(np.floor(np.log10(error))) - 1
    if abs(value) >= 1e5 or digits > 3 or abs(value) < 1e-3:
        power = int(np.floor(np.log10(abs(value)))) if value else 0
        places = min(max(power - digits, 0), 6)
        return f"({value / 10**power:.{places}f} ± {error / 10**power:.{places}f})·10<sup>{power}</sup>".replace(
            "-", "−"
        )
    return f"{number(value, max(-digits, 0))} ± {number(error, max(-digits, 0))}"


def _symbol(name):
    """tau_0 as HTML."""
    head, _, tail = name.partition("_")
    return {"tau": "τ"}.get(head, head) + (f"<sub>{tail}</sub>" if tail else "")
