"""Figure *followed*: the propensity of one particle against time, measured and predicted."""

import numpy as np

from glassviz import inside
from glassviz.colours import method_colour
from glassviz.errors import InputError
from glassviz.exports.origin import TIME, UNITS, columns, of_method, of_points
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.score_curves import method_name

SYMBOLS = {"bond_breaking": "$C_B^i$", "displacement": r"$R^i/\sigma_{11}$"}


def make(session):
    """Band: between the means of the two halves of the replicas; dashed: the prediction."""
    point, particle, record = session.point, session.followed, session.record
    if particle < 0:
        last = record.thermal.number - 1
        raise InputError(
            f"no particle is followed, expected a particle from 0 to {last}; in the app a double-click chooses it"
        )
    known = _known(session)
    kind = int(record.thermal.types[particle])
    panel = _panel(session, known, f"particle {particle}, type {kind}, $T = {point.temperature:g}$")
    unit = UNITS[session.observable]
    names = {"method": "", "time": TIME, "propensity": unit, "lower half": unit, "upper half": unit,
             "standard error": unit}  # fmt: skip
    rows = [(name, *row) for name, values in known.items() for row in zip(point.times, *values, strict=True)]
    origin = of_points([point]) | {
        "configuration": f"{record.index} ({record.split})",
        "particle": f"{particle}, type {kind}",
        "observable": session.observable,
        "standard errors": "half of the difference between the two halves of the replicas",
    }
    origin |= {} if len(known) == 1 else of_method(session.entry)
    return lambda: draw_curves([panel]), columns(rows, names), origin


def _known(session):
    """{method: (propensity, lower half, upper half, error)}, (n_times,) each; nan where there is nothing."""
    halves, predicted = inside.followed(session)
    if not np.isfinite(halves).any():
        raise InputError(f"configuration {session.record.index} has no labels; glassviz simulate makes them")
    known = {"MD": (halves.mean(axis=0), halves.min(axis=0), halves.max(axis=0), np.abs(halves[0] - halves[1]) / 2)}
    if predicted is not None and np.isfinite(predicted).any():
        known[method_name(session.entry)] = (predicted, *[np.full(len(predicted), np.nan)] * 3)
    return known


def _panel(session, known, title):
    times = session.point.times
    there = times > 0
    look = {"MD": {}}
    curves = [
        Curve(times[there], values[0][there], None, name, method_colour(name),
              **look.get(name, {"dash": "dashed", "marker": ""}))
        for name, values in known.items()
    ]  # fmt: skip
    middle, low, high = (values[there] for values in known["MD"][:3])
    return Panel(
        curves,
        "$t$",
        SYMBOLS[session.observable],
        x_log=True,
        band=(times[there], low, middle, high),
        band_label="halves of the replicas",
        y_range=(-0.03, 1.05) if session.observable == "bond_breaking" else None,
        title=title,
    )
