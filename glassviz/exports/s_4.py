"""Figure *s_4*: four-point structure factor of molecular dynamics and every method at one time, with its fits."""

import numpy as np

from glassviz.errors import InputError
from glassviz.exports.heterogeneous import (
    FIT_NAMES,
    SQUARES,
    fit_values,
    fit_words,
    left_out_words,
    marked,
    model_of,
    origin,
    round_ticks,
    worked_out,
)
from glassviz.exports.origin import columns
from glassviz.figures.curves import Curve, Panel, draw_curves


def make(session):
    """Points with errors, a line where a fit identifies its parameters, the range of the fit shaded."""
    T, slot = session.temperature, session.slot
    found = worked_out(session, {T: () if slot is None else (slot,)})
    spectra = found.spectra()
    if not any(len(c["x"]) for c in spectra):
        raise InputError(f"S_4 has no positive value at T = {T:g}, t = {session.time:g}, expected another time")
    rows, points = [], [c for c in spectra if not c.get("thin")]
    lines = [Curve(c["x"], c["y"], None, "", c["colour"], c["dash"], "") for c in spectra if c.get("thin")]
    words = {
        "time": f"{session.time:g}",
        "squares": SQUARES,
        "rings": left_out_words(spectra),
        "fit": fit_words(session),
    }
    for c in spectra:
        fit, line = found.fit(c["found"], slot), c.get("thin", False)
        error = np.full(len(c["x"]), np.nan) if line else c["error"]
        about = (c["name"], model_of(c["found"]), "fit" if line else "rings")
        rows += [(*about, *point, *fit_values(fit), fit.reason) for point in zip(c["x"], c["y"], error, strict=True)]
        words[f"fit of {c['name']}"] = fit.reason or _parameters(fit, session.cubic)
    q = np.concatenate([c["x"] for c in spectra])
    ends = min(q.min(), session.q_range[0]) / 1.1, q.max() * 1.1
    panel = Panel(
        [*lines, *marked([c | {"dash": ""} for c in points])],
        r"$q\,\sigma_{11}$",
        "$S_4(q)$",
        x_log=True,
        y_log=True,
        span=session.q_range,
        x_range=ends,
        ticks=round_ticks(*ends),
        title=f"$T = {T:g}$, $t = {session.time:g}$; shaded: range of the fit",
    )
    names = {"method": "", "model": "", "kind": "", "q": "1/sigma_11", "S_4": "1", "standard error": "1"}
    return (
        lambda: draw_curves([panel], legend="above", height=2.5 + 0.16 * -(-len(points) // 2)),
        columns(rows, names | FIT_NAMES | {"refused": ""}),
        origin(session, found, [T]) | words,
    )


def _parameters(fit, cubic):
    names = ("xi", "chi", "A") if cubic else ("xi", "chi")
    values = ", ".join(f"{name} = {getattr(fit, name):.6g} +- {fit.error(name):.2g}" for name in names)
    return f"{values}, chi^2 = {fit.chi2:.3g} for {fit.rings} rings"
