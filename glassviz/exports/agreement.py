"""Figure *agreement*: predicted against measured propensity, a point for each particle of one type."""

from contextlib import suppress

import numpy as np

from glassviz.colours import method_colour
from glassviz.errors import InputError
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
        T, t = f"{session.temperature:g}", f"{session.time:g}"
        raise InputError(
            f"T = {T}, t = {t}, type {session.scored_type}: no prediction to compare with labels; "
            f"glassviz train ridge --temperature {T} makes one"
        )
    note = f"$T = {session.temperature:g}$, $t = {session.time:g}$"
    # Before anything has moved there is no variance to correlate.
    with suppress(InputError):
        note += f"\nPearson {pearson(predicted[own], measured[own]):.2f}"
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
