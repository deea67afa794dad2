"""Figure *collapse*: S_4 / chi against xi q wherever a fit gives both."""

import numpy as np

from glassviz.errors import InputError
from glassviz.exports.heterogeneous import (
    FIT_NAMES,
    MARKERS,
    SQUARES,
    fit_values,
    fit_words,
    left_out_words,
    model_of,
    origin,
    round_ticks,
    worked_out,
)
from glassviz.exports.origin import TEMPERATURE, TIME, columns
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.heterogeneity_curves import HeterogeneityCurves


def make(session):
    """At all times of the session's temperature and at the level at others; a mark for each method and temperature."""
    planned = HeterogeneityCurves(session)
    labelled = planned.labelled
    found = worked_out(session, {T: planned.collapse_slots(T) for T in labelled})
    curves = found.collapse()
    if not curves:
        raise InputError("no fit of S_4(q) identifies xi and chi here: more configurations, or larger boxes, would")
    drawn, rows, marks = [], [], {}
    for c in curves:
        T, slot = c["temperature"], c["slot"]
        fit, label = found.fit(c["found"], slot), f"{c['name']}, $T = {T:g}$"
        known = label in marks
        mark = marks.setdefault(label, MARKERS[len(marks) % len(MARKERS)])
        drawn.append(Curve(c["x"], c["y"], c["error"], "" if known else label, c["colour"], "", mark, opacity=0.75))
        about = (c["name"], model_of(c["found"]), T, c["found"].times[slot])
        rows += [
            (*about, x / fit.xi, x, y, error, *fit_values(fit))
            for x, y, error in zip(c["x"], c["y"], c["error"], strict=True)
        ]
    names = {"method": "", "model": "", "temperature": TEMPERATURE, "time": TIME, "q": "1/sigma_11", "xi q": "1",
             "S_4 / chi": "1", "standard error": "1"}  # fmt: skip
    across, up = (np.concatenate([c[axis] for c in curves]) for axis in "xy")
    panel = Panel(
        drawn,
        r"$\xi q$",
        r"$S_4(q)/\chi$",
        x_log=True,
        y_log=True,
        x_range=(ends := (across.min() / 1.15, across.max() * 1.15)),
        # Bars that reach zero have no end on a logarithmic axis: the points decide.
        y_range=(up.min() / 2, up.max() * 2),
        ticks=round_ticks(*ends),
    )
    words = {
        "rings": left_out_words(curves),
        "squares": SQUARES,
        "fit": fit_words(session),
        "level": f"mean C_B near {session.level:g}",
    }
    return (
        lambda: draw_curves([panel], legend="above", height=2.5 + 0.16 * -(-len(marks) // 2)),
        columns(rows, names | FIT_NAMES),
        origin(session, found, labelled) | words,
    )
