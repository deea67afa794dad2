"""Figure *agreement*: predicted against measured propensity, a point for each particle of one type."""

import numpy as np

from glassviz.colours import method_colour
from glassviz.errors import GlassvizError, InputError
from glassviz.exports.origin import MATH, UNITS, columns, of_method, of_points
from glassviz.figures.plane import draw_against
from glassviz.learning import pearson
from glassviz.score_curves import method_name


def make(session):
    """One configuration at one time; both axes as long as the colour scale of the snapshots."""
    measured, predicted = session.now()
    own = session.of_type()
    both = own & np.isfinite(measured) & np.isfinite(predicted)
    if not both.any():
        raise InputError(
            f"T = {session.temperature:g}, t = {session.time:g}, type {session.scored_type} has no prediction to compare "
            f"with labels; glassviz train ridge --temperature {session.temperature:g} makes one"
        )
    try:
        note = f"$T = {session.temperature:g}$, $t = {session.time:g}$\nPearson {pearson(predicted[own], measured[own]):.2f}"
    except GlassvizError:
        note = f"$T = {session.temperature:g}$, $t = {session.time:g}$"
    symbol, name = MATH[session.observable], method_name(session.entry)
    labels = (f"{symbol}, molecular dynamics", f"{symbol}, {name}")
    x, y, limits, colour = measured[both], predicted[both], session.limits(), method_colour(name)
    unit = UNITS[session.observable]
    rows = list(zip(np.flatnonzero(both).tolist(), x, y, strict=True))
    origin = of_points([session.point]) | {
        "configuration": f"{session.record.index} ({session.record.split})",
        "time": f"{session.time:g}",
        "observable": f"{session.observable}, type {session.scored_type}",
    }
    return (
        lambda: draw_against(x, y, limits, labels, note, colour),
        columns(rows, {"particle": "", "molecular dynamics": unit, "prediction": unit}),
        origin | of_method(session.entry),
    )
