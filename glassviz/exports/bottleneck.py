"""Figure *bottleneck*: particles in the bottleneck plane of one network, with the network's output as lines."""

import numpy as np

from glassviz import inside
from glassviz.errors import InputError
from glassviz.exports.origin import MATH, UNITS, columns, of_method, of_points
from glassviz.figures.plane import draw_plane


def make(session):
    """The particles of one type of one configuration; behind them those of the other test configurations, if chosen."""
    sentence = inside.lacking(session)
    if sentence:
        raise InputError(sentence)
    points, values = inside.cloud(session)
    label, unit = MATH[session.observable], UNITS[session.observable]
    scale = inside.colour_scale(session)
    if session.coloured_by in ("descriptor", "type"):
        label, unit = session.descriptor.replace("_", " ") if session.coloured_by == "descriptor" else "type", "1"
    else:
        label += {"measured": ", molecular dynamics", "predicted": ", prediction"}[session.coloured_by]
    places = inside.tested(session) if session.cloud == "test" else []
    parts = [inside.cloud(session, place) for place in places]
    others = tuple(np.concatenate(part) for part in zip(*parts, strict=True)) if parts else None
    rows = []
    indices = [session.record.index, *(session.point.records[place].index for place in places)]
    for index, (own, colours) in zip(indices, [(points, values), *parts], strict=True):
        rows += [(index, *point, colour) for point, colour in zip(own, colours, strict=True)]
    origin = of_points([session.point]) | {
        "time": f"{session.time:g}",
        "observable": f"{session.observable}, type {session.scored_type}",
        "network": f"{session.seed + 1} of {len(session.choices('seed'))}",
    }
    labels = ("bottleneck node 1", "bottleneck node 2", label)
    names = {"configuration": "", "node 1": "1", "node 2": "1", session.coloured_by: unit}
    field = None if session.coloured_by == "type" else lambda grid: inside.output(session, grid)
    return (
        lambda: draw_plane(points, values, scale, labels, field, others),
        columns(rows, names),
        origin | of_method(session.entry),
    )
