"""Figure *relaxation*: tau_alpha(T) on a scale of 1/T, with its fits and published values."""

import numpy as np

from glassviz.colours import ACCENTS, temperature_colours
from glassviz.dynamics.published import PUBLISHED, SOURCE
from glassviz.errors import InputError
from glassviz.exports.origin import TEMPERATURE, TIME, columns, of_points
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.figures.style import INK, QUIET
from glassviz.tasks.dynamics import relaxation_fits, state_summaries

STYLES = {"Arrhenius": (0, "dotted"), "VFT": (1, "solid"), "parabolic": (2, "dashed")}
KINDS = {"bond_breaking": ("$C_B = 1/2$", "o"), "self_scattering": ("$F_s = 1/e$", "s")}
TICKS = (0.1, 0.12, 0.15, 0.18, 0.2, 0.23, 0.26, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0)


def make(session):
    """Relaxation times with jackknife errors, each fit as a line."""
    data = session.data
    summaries = state_summaries(data)
    fits = {name: fit for name, fit in relaxation_fits(summaries).items() if not isinstance(fit, str)}
    points, published = _points(summaries), PUBLISHED.get(data.system.name, ())
    if not points and not published:
        raise InputError("no decay reaches its tau_alpha yet; glassviz simulate makes longer labels")
    rows = [(kind, *point) for kind, own in points.items() for point in own]
    rows += [("published", T, tau, np.nan) for T, tau in published]
    curves = [_curve(kind, own, data.temperatures) for kind, own in points.items()]
    if published:
        T, tau = np.array(published).T
        curves.append(Curve(1 / T, tau, None, "published", INK, "", "o", hollow=True))
    inverse = np.concatenate([curve.x for curve in curves])
    top = 1.5 * max(float(np.max(curve.y)) for curve in curves)
    room = 0.08 * (np.ptp(inverse) or 1.0)
    ends = inverse.min() - room, inverse.max() + room
    grid = np.linspace(*ends, 200)
    for name, fit in fits.items():
        accent, dash = STYLES[name]
        tau = fit(1 / grid)
        shown = np.where(tau < top, tau, np.nan)
        curves.insert(0, Curve(grid, shown, None, name, ACCENTS[False][accent], dash, ""))
        rows += [(f"fit {name}", 1 / x, y, np.nan) for x, y in zip(grid, tau, strict=True) if np.isfinite(y)]
    panel = Panel(curves, "$T$ (on a scale of $1/T$)", r"$\tau_\alpha$", y_log=True, x_range=ends, ticks=_ticks(ends))
    origin = of_points([data[T] for T in data.temperatures])
    for name, fit in fits.items():
        values = ", ".join(f"{symbol} = {v:.6g} +- {fit.errors[symbol]:.2g}" for symbol, v in fit.parameters.items())
        quality = f"chi^2 = {fit.chi2:.3g} for {fit.temperatures} temperatures"
        origin[f"fit {name}"] = f"tau = {fit.formula}, {values}, {quality}"
    origin |= {"published": SOURCE} if published else {}
    names = {"kind": "", "temperature": TEMPERATURE, "tau_alpha": TIME, "standard error": TIME}
    return lambda: draw_curves([panel]), columns(rows, names), origin


def _points(summaries):
    """{decay: [(T, tau, error)]} where a decay has a relaxation time."""
    found = {}
    for summary in summaries:
        for name in KINDS:
            decay = summary.decays[name]
            if np.isfinite(decay.tau):
                found.setdefault(name, []).append((summary.temperature, decay.tau, decay.tau_error))
    return found


def _curve(kind, points, temperatures):
    T, tau, error = np.array(points).T
    label, marker = KINDS[kind]
    colour = temperature_colours(temperatures)[min(temperatures)] if kind == "bond_breaking" else QUIET
    return Curve(1 / T, tau, error, label, colour, "", marker)


def _ticks(ends):
    """Round temperatures that don't crowd, {1/T: words}."""
    kept = {}
    for T in TICKS:
        if ends[0] <= 1 / T <= ends[1] and all(abs(1 / T - tick) > 0.11 * (ends[1] - ends[0]) for tick in kept):
            kept[1 / T] = f"{T:g}"
    return kept
