"""Figure *collapse*: S_4 / chi against xi q wherever a fit gives both."""

import numpy as np

from glassviz.errors import InputError
from glassviz.exports.heterogeneous import FIT_NAMES, SQUARES, fit_values, fit_words, model_of, origin, worked_out
from glassviz.exports.origin import TEMPERATURE, TIME, columns
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.heterogeneity_curves import HeterogeneityCurves

MARKERS = "osD^v<>ph*"


def make(session):
    """At all times of the session's temperature, and at the level at the others; a mark for each temperature."""
    data, slots_of = session.data, HeterogeneityCurves(session).collapse_slots
    labelled = [T for T in data.temperatures if len(data[T].times)]
    found = worked_out(session, {T: slots_of(T) for T in labelled})
    curves = found.collapse()
    if not curves:
        raise InputError("no fit of S_4(q) identifies xi and chi here: more configurations, or larger boxes, would")
    present = sorted({c["temperature"] for c in curves})
    marks = {T: MARKERS[k % len(MARKERS)] for k, T in enumerate(present)}
    drawn, rows, known = [], [], set()
    for c in curves:
        T, slot = c["temperature"], c["slot"]
        fit, label = found.fit(c["found"], slot), f"{c['name']}, $T = {T:g}$"
        drawn.append(
            Curve(c["x"], c["y"], c["error"], "" if label in known else label, c["colour"], "", marks[T], opacity=0.75)
        )
        known.add(label)
        about = (c["name"], model_of(c["found"]), T, c["found"].times[slot])
        rows += [
            (*about, x / fit.xi, x, y, error, *fit_values(fit))
            for x, y, error in zip(c["x"], c["y"], c["error"], strict=True)
        ]
    names = {"method": "", "model": "", "temperature": TEMPERATURE, "time": TIME, "q": "1/sigma_11", "xi q": "1",
             "S_4 / chi": "1", "standard error": "1"}  # fmt: skip
    panel = Panel(drawn, r"$\xi q$", r"$S_4(q)/\chi$", x_log=True, y_log=True, y_range=_heights(curves))
    words = {"squares": SQUARES, "fit": fit_words(session), "level": f"mean C_B near {session.level:g}"}
    return (
        lambda: draw_curves([panel], legend="above", height=2.5 + 0.16 * -(-len(known) // 2)),
        columns(rows, names | FIT_NAMES),
        origin(session, found, labelled) | words,
    )


def _heights(curves):
    """From the lowest point to the highest: bars that reach zero have no end on a logarithmic axis."""
    y = np.concatenate([c["y"] for c in curves])
    return y.min() / 2, y.max() * 2
