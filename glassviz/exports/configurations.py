"""Figure *configurations*: the mean propensity of every configuration against time, and their mean."""

import numpy as np

from glassviz.colours import ACCENTS
from glassviz.errors import InputError
from glassviz.exports.origin import MATH, TIME, UNITS, columns, of_points
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.figures.style import INK, LINE


def make(session):
    """Thin: every configuration; thick: their mean; in colour: the chosen one."""
    point, kind = session.point, session.scored_type
    if not len(point.times):
        raise InputError(f"T = {session.temperature:g} has no labels; glassviz simulate makes them")
    means = session.means()
    mean = np.nanmean(means, axis=0)
    there = point.times > 0
    curves = [Curve(point.times[there], row[there], None, "", LINE, marker="", width=0.5) for row in means]
    chosen = means[session.configuration][there]
    name, colour = f"configuration {session.record.index}", ACCENTS[False][0]
    curves += [
        Curve(point.times[there], mean[there], None, f"mean of {len(means)}", INK, width=1.0),
        Curve(point.times[there], chosen, None, name, colour, marker="", width=0.9),
    ]
    tau = session.library.relaxation_time(point)
    top = 1.05 if session.observable == "bond_breaking" else None
    panel = Panel(curves, "$t$", MATH[session.observable], x_log=True, y_range=(0, top) if top else None)
    rows = [
        (record.index, record.split, t, value)
        for record, row in zip(point.records, means, strict=True)
        for t, value in zip(point.times, row, strict=True)
    ]
    rows += [("mean", "", t, value) for t, value in zip(point.times, mean, strict=True)]
    names = {"configuration": "", "split": "", "time": TIME, "mean propensity": UNITS[session.observable]}
    origin = of_points([point]) | {"observable": f"{session.observable}, type {kind}"}
    origin |= {"tau_alpha": f"{tau:.6g} {TIME}"} if tau else {}
    return lambda: draw_curves([panel]), columns(rows, names), origin
