"""Figure *distribution*: how the propensity of particles is distributed, for molecular dynamics and every method."""

import numpy as np

from glassviz.errors import InputError
from glassviz.exports.heterogeneous import MEANS, marked, model_of, origin, worked_out
from glassviz.exports.origin import UNITS, columns
from glassviz.figures.curves import Panel, draw_curves

AXES = {
    "bond_breaking": ("$C_B$", "$P(C_B)$", "1"),
    "displacement": (r"$R/\sigma_{11}$", r"$P(R)\,\sigma_{11}$", "1/sigma_11"),
}


def make(session):
    """Densities with standard errors over configurations, at one time."""
    T = session.temperature
    found = worked_out(session, {T: ()})
    curves = found.distributions()
    if not curves:
        raise InputError(f"no propensity is known at T = {T:g}, t = {session.time:g}, expected another time")
    xlabel, ylabel, unit = AXES[session.observable]
    drawn = marked(curves)
    rows = [
        (c["name"], model_of(c["found"]), int(c["found"].configurations[session.slot]), *point)
        for c in curves
        for point in zip(c["x"], c["y"], c["error"], strict=True)
    ]
    names = {"method": "", "model": "", "configurations": "", "propensity": UNITS[session.observable], "P": unit,
             "standard error": unit}  # fmt: skip
    # Empty ends of the scale are no part of the picture.
    x = np.concatenate([c["x"][c["y"] > 0] for c in curves])
    room = curves[0]["x"][1] - curves[0]["x"][0]
    panel = Panel(drawn, xlabel, ylabel, x_range=(x.min() - room, x.max() + room))
    return (
        lambda: draw_curves([panel], legend="above", height=2.3 + 0.16 * -(-len(drawn) // 2)),
        columns(rows, names),
        origin(session, found, [T]) | {"time": f"{session.time:g}", "field": MEANS},
    )
