"""Figure *g_4*: real-space correlation of the propensity, of molecular dynamics and every method at one time."""

import numpy as np

from glassviz.errors import InputError
from glassviz.exports.heterogeneous import SQUARES, marked, model_of, origin, worked_out
from glassviz.exports.origin import columns
from glassviz.figures.curves import Panel, draw_curves


def make(session):
    """Values with standard errors over configurations, divided by the variance of single particles."""
    T = session.temperature
    found = worked_out(session, {T: ()})
    curves = found.correlations()
    if not curves:
        raise InputError(f"no correlation is known at T = {T:g}, t = {session.time:g}, expected another time")
    rows = [
        (c["name"], model_of(c["found"]), int(c["found"].configurations[session.slot]), *point)
        for c in curves
        for point in zip(c["x"], c["y"], c["error"], strict=True)
    ]
    names = {
        "method": "",
        "model": "",
        "configurations": "",
        "r": "sigma_11",
        "G_4 / G_4(0)": "1",
        "standard error": "1",
    }
    low = min(0.0, *(float(np.min(c["y"])) for c in curves))
    title = f"$T = {T:g}$, $t = {session.time:g}$"
    panel = Panel(
        marked(curves),
        r"$r/\sigma_{11}$",
        "$G_4(r)/G_4(0)$",
        guide=0.0,
        y_range=(low - 0.03, 1.0),
        title=title,
    )
    return (
        lambda: draw_curves([panel], legend="above", height=2.3 + 0.16 * -(-len(curves) // 2)),
        columns(rows, names),
        origin(session, found, [T]) | {"time": f"{session.time:g}", "squares": SQUARES},
    )
