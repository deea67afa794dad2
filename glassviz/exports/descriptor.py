"""Figure *descriptor*: measured propensity against one structural descriptor, a point for each particle of one type."""

from contextlib import suppress

import numpy as np

from glassviz import inside
from glassviz.colours import SEQUENTIAL
from glassviz.errors import InputError
from glassviz.exports.origin import MATH, UNITS, columns, of_points
from glassviz.figures.plane import draw_plane
from glassviz.learning import pearson
from glassviz.words import with_unit


def make(session):
    """One configuration at one time, coloured by the descriptor as the snapshot of the third view is."""
    own = session.of_type()
    values, measured = inside.descriptor(session)[own], session.now()[0][own]
    known = np.isfinite(measured)
    if not known.any():
        raise InputError(f"T = {session.temperature:g} has no labels; glassviz simulate makes them")
    # Fonts of print have no subscripts of their own.
    named = with_unit(session.descriptor).replace("ε₁₁", r"$\epsilon_{11}$").replace("σ₁₁", r"$\sigma_{11}$")
    label = named
    # Before anything has moved there is no variance to correlate.
    with suppress(InputError):
        label += f", Pearson {pearson(values, measured):.2f}"
    points, scale = np.stack([values, measured], axis=1)[known], (*inside.descriptor_limits(session), SEQUENTIAL)
    labels = (label, f"{MATH[session.observable]}, molecular dynamics", named)
    rows = list(zip(np.flatnonzero(own)[known].tolist(), *points.T, strict=True))
    origin = of_points([session.point]) | {
        "configuration": f"{session.record.index} ({session.record.split})",
        "time": f"{session.time:g}",
        "observable": f"{session.observable}, type {session.scored_type}",
    }
    names = {"particle": "", session.descriptor: "as in the label", "molecular dynamics": UNITS[session.observable]}
    return lambda: draw_plane(points, points[:, 0], scale, labels), columns(rows, names), origin
