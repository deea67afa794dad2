"""Figure *s_4*: four-point structure factor of molecular dynamics and every method at one time, with its fits."""

import numpy as np

from glassviz.errors import InputError
from glassviz.exports.heterogeneous import (
    FIT_NAMES,
    SQUARES,
    fit_values,
    fit_words,
    model_of,
    origin,
    worked_out,
)
from glassviz.exports.origin import columns
from glassviz.figures.curves import Curve, Panel, draw_curves

TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2)


def make(session):
    """Points with errors, a line where a fit identifies its parameters, the range of the fit shaded."""
    T, slot = session.temperature, session.slot
    found = worked_out(session, {T: () if slot is None else (slot,)})
    spectra = found.spectra()
    if not spectra:
        raise InputError(f"S_4 has no positive value at T = {T:g}, t = {session.time:g}, expected another time")
    drawn, rows = [], []
    words = {"time": f"{session.time:g}", "squares": SQUARES, "fit": fit_words(session)}
    for c in spectra:
        fit, line = found.fit(c["found"], slot), c.get("thin", False)
        error = np.full(len(c["x"]), np.nan) if line else c["error"]
        look = (c["dash"], "") if line else ("", "o")
        drawn.append(Curve(c["x"], c["y"], error, "" if line else c["name"], c["colour"], *look))
        about = (c["name"], model_of(c["found"]), "fit" if line else "rings")
        rows += [(*about, *point, *fit_values(fit), fit.reason) for point in zip(c["x"], c["y"], error, strict=True)]
        words[f"fit of {c['name']}"] = fit.reason or _parameters(fit)
    q = np.concatenate([c["x"] for c in spectra])
    ends = min(q.min(), session.q_range[0]) / 1.1, q.max() * 1.1
    panel = Panel(
        # Lines lie below the points of all methods.
        sorted(drawn, key=lambda curve: bool(curve.marker)),
        r"$q\,\sigma_{11}$",
        "$S_4(q)$",
        x_log=True,
        y_log=True,
        span=session.q_range,
        x_range=ends,
        ticks={tick: f"{tick:g}" for tick in TICKS if ends[0] <= tick <= ends[1]},
    )
    names = {"method": "", "model": "", "kind": "", "q": "1/sigma_11", "S_4": "1", "standard error": "1"}
    lines = -(-len({c["name"] for c in spectra}) // 2)
    return (
        lambda: draw_curves([panel], legend="above", height=2.5 + 0.16 * lines),
        columns(rows, names | FIT_NAMES | {"refused": ""}),
        origin(session, found, [T]) | words,
    )


def _parameters(fit):
    xi, xi_error, chi, chi_error, A, A_error = fit_values(fit)
    values = f"xi = {xi:.6g} +- {xi_error:.2g}, chi = {chi:.6g} +- {chi_error:.2g}, A = {A:.6g} +- {A_error:.2g}"
    return f"{values}, chi^2 = {fit.chi2:.3g} for {fit.rings} rings"
