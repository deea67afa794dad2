"""Figure *field*: the smoothed propensity of one configuration, molecular dynamics beside the prediction."""

import numpy as np

from glassviz.colours import propensity_map
from glassviz.errors import InputError
from glassviz.exports.origin import LENGTH, MATH, UNITS, columns, of_method, of_points
from glassviz.figures.fields import draw_fields
from glassviz.heterogeneity_curves import ends, smoothed_fields
from glassviz.score_curves import method_name


def make(session):
    """Gaussian-weighted means of the particles of one type on a grid, one scale of colours."""
    fields, record = smoothed_fields(session), session.record
    box, length, kind = record.thermal.box, session.smoothing, session.scored_type
    if len(box) != 2:
        raise InputError("fields are drawn in two dimensions alone")
    if not fields:
        raise InputError(
            f"configuration {record.index} at T = {session.temperature:g} has neither labels nor a prediction of type "
            f"{kind}; glassviz simulate makes labels"
        )
    titles = {
        "MD": "molecular dynamics",
        "predicted": f"predicted, {method_name(session.entry)}" if session.entry else "",
    }
    shown = {titles[name]: field for name, field in fields.items()}
    scale = (*ends(fields), propensity_map(session.observable))
    label = rf"{MATH[session.observable]} of type {kind}, smoothed over ${length:g}\,\sigma_{{11}}$"
    shape = next(iter(fields.values())).shape
    nodes = [(np.arange(n) + 0.5) * edge / n for n, edge in zip(shape, box, strict=True)]
    places = [axis.ravel() for axis in np.meshgrid(*nodes, indexing="ij")]
    names = {"x": LENGTH, "y": LENGTH} | dict.fromkeys(fields, UNITS[session.observable])
    origin = of_points([session.point]) | {
        "configuration": f"{record.index} ({record.split}), thermal positions",
        "time": f"{session.time:g}",
        "observable": f"{session.observable}, type {kind}; mean of all replicas",
        "field": f"sum_j v_j g(x - r_j) / sum_j g(x - r_j), g(r) = exp(-r^2 / (2 l^2)), l = {length:g} {LENGTH}",
    }
    rows = zip(*places, *(field.ravel() for field in fields.values()), strict=True)
    return lambda: draw_fields(shown, box, scale, label), columns(list(rows), names), origin | of_method(session.entry)
