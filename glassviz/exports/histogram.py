"""Figure *histogram*: how the propensity of one configuration, or the error of its prediction, is distributed."""

import numpy as np

from glassviz import inside
from glassviz.colours import method_colour
from glassviz.errors import InputError
from glassviz.exports.origin import MATH, UNITS, columns, of_method, of_points
from glassviz.figures.curves import Curve, Panel, draw_curves


def make(session):
    """Densities over the particles of one type, on the colour scale of the snapshots."""
    values, limits = inside.distributed(session)
    known = {name: numbers for name, numbers in values.items() if np.isfinite(numbers).any()}
    if not known:
        raise InputError(f"T = {session.temperature:g} has no labels and no prediction; glassviz simulate makes labels")
    method = "MD" if session.entry is None else session.entry["name"]
    colours = {"MD": method_colour("MD"), "predicted": method_colour("GlassMLP"), "predicted − MD": method_colour("MD")}
    curves, rows = [], []
    for name, numbers in known.items():
        centres, heights = inside.density(numbers, limits)
        curves.append(Curve(centres, heights, None, name, colours[name], marker=""))
        rows += [(name, x, p) for x, p in zip(centres, heights, strict=True)]
    symbol, unit = MATH[session.observable], UNITS[session.observable]
    label = f"{symbol}, {next(iter(known))}" if session.third_view == "difference" else symbol
    top = max(float(np.max(curve.y)) for curve in curves)
    note = f"$T = {session.temperature:g}$, $t = {session.time:g}$"
    panel = Panel(curves, label, "probability density", x_range=limits, y_range=(0, 1.1 * top), title=note)
    origin = of_points([session.point]) | {
        "configuration": f"{session.record.index} ({session.record.split})",
        "time": f"{session.time:g}",
        "observable": f"{session.observable}, type {session.scored_type}",
    }
    names = {"quantity": "", "propensity": unit, "density": "1" if unit == "1" else f"1/{unit}"}
    origin |= {} if method == "MD" else of_method(session.entry)
    return lambda: draw_curves([panel]), columns(rows, names), origin
