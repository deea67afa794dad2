"""Figure *decay*: C_B(t), R(t) and F_s(k, t) of type 1 at all temperatures."""

import numpy as np

from glassviz.colours import temperature_colours
from glassviz.errors import InputError
from glassviz.exports.origin import MATH, TEMPERATURE, TIME, UNITS, columns, of_points
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.tasks.dynamics import DECAYS, LEVELS, state_summaries


def make(session):
    """Curves with standard errors over configurations; the time axis is t or t / tau, as the page has it."""
    data, scaled = session.data, session.time_axis == "scaled"
    summaries, colours = state_summaries(data), temperature_colours(data.temperatures)
    panels, rows = [], []
    for name in DECAYS:
        clock = "self_scattering" if name == "self_scattering" else "bond_breaking"
        curves = []
        for summary in summaries:
            decay, tau = summary.decays[name], summary.decays[clock].tau
            if not len(decay.times) or (scaled and not np.isfinite(tau)):
                continue
            x, T = decay.times / tau if scaled else decay.times, summary.temperature
            curves.append(Curve(x, decay.mean, decay.error, f"{T:g}", colours[T]))
            rows += [
                (f"{name} ({UNITS[name]})", T, t, tau, value, error)
                for t, value, error in zip(decay.times, decay.mean, decay.error, strict=True)
            ]
        if curves:
            panels.append(_panel(name, curves, scaled, clock))
    if not panels:
        raise InputError(
            "there is no decay to draw (over t / tau: none that reaches tau); glassviz simulate makes them"
        )
    names = {"quantity": "", "temperature": TEMPERATURE, "time": TIME, "tau_alpha": TIME, "mean": "of the quantity",
             "standard error": "of the quantity"}  # fmt: skip
    return lambda: draw_curves(panels), columns(rows, names), of_points([data[T] for T in data.temperatures])


def _panel(name, curves, scaled, clock):
    symbol = {"bond_breaking": "B", "self_scattering": "F"}[clock]
    log = name == "displacement"
    return Panel(
        curves,
        rf"$t/\tau_{symbol}$" if scaled else "$t$",
        MATH[name],
        x_log=True,
        y_log=log,
        guide=LEVELS.get(name),
        y_range=None if log else (min(0.0, *(float(np.nanmin(c.y)) for c in curves)) - 0.02, 1.05),
        title="$T$",
    )
