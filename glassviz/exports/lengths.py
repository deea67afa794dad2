"""Figure *lengths*: dynamic lengths, susceptibility and A against temperature at one level, as Fig. 12 of PRB 2024."""

import numpy as np

from glassviz.colours import ACCENTS
from glassviz.exports.heterogeneous import SQUARES, fit_words
from glassviz.exports.looking import looked_into, origin
from glassviz.exports.origin import LENGTH, TEMPERATURE, columns
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.heterogeneity_curves import HeterogeneityCurves
from glassviz.network_curves import spread_of
from glassviz.tasks.predicted_lengths import predicted_lengths

FACTORS = {"chord": 0.5, "xi_int": 1.5, "xi": 1.0, "chi_4": 1.0, "A": 1.0}
"""By which the paper multiplies lengths to compare them."""
NAMES = {
    "chord": r"chord$/2$",
    "xi_int": r"$1.5\,\xi_\mathrm{int}$",
    "xi": r"$\xi_4$",
    "chi_4": r"$\chi_4$",
    "A": "$A$",
}
MARKERS = {"chord": "o", "xi_int": "D", "xi": "s", "chi_4": "o", "A": "o"}


def make(session):
    """Molecular dynamics in ink; predictions in colour, hollow where the model has read no label of that C and T."""
    found = looked_into(session, across="temperature", mapped="weights")
    level, data = found.level, session.data
    rows = [row for T in data.temperatures for row in _predicted(found, T, level)]
    rows += [row for T in data.temperatures for row in _measured(session, T, level)]
    lengths, others = ("chord", "xi_int", "xi"), ("chi_4", "A")
    panels = [
        Panel(_curves(rows, lengths), "$T$", r"length$/\sigma_{11}$", title=rf"$\langle C_B\rangle = {level:g}$"),
        *[Panel(_curves(rows, (name,)), "$T$", NAMES[name]) for name in others if _curves(rows, (name,))],
    ]
    unit = f"1 or {LENGTH}"
    names = {"temperature": TEMPERATURE, "C_B": "1", "quantity": "", "source": "", "factor drawn": "1"}
    names |= {"value": unit, "error": unit}
    words = origin(
        found,
        level=f"C_B = {level:g}; of molecular dynamics the label time nearest to it",
        hollow="predicted where the model has read no label",
        errors="of predictions the standard deviation over the networks, of molecular dynamics over configurations",
        squares=SQUARES,
        fit=fit_words(session),
    )
    return (
        lambda: draw_curves(panels, legend="above", height=2.6 + 1.5 * (len(panels) - 1)),
        columns(rows, names),
        words,
    )


def _predicted(found, T, level):
    """Rows of the model at a temperature."""
    session, point = found.session, found.data[T]
    about = found.model, point, level, found.number, tuple(session.q_range), session.cubic
    values = found.library.kept.once(("predicted lengths", *about), lambda: predicted_lengths(*about))
    lengths = zip(found.state_points(), found.mean_lengths()[0][0]["each"], strict=True)
    own = [each for (temperature, _), each in lengths if temperature == T]
    values = dict(values) | ({"xi_int": own[0]} if own else {})
    read = any(
        abs(t - T) < 1e-9 and kind == "md" and abs(C - level) < 0.02 for t, C, kind in found.model.provenance["learnt"]
    )
    source = "learnt" if read else "predicted"
    return [
        (T, level, name, source, FACTORS[name], float(np.mean(own)), float(spread_of(own)))
        for name, own in values.items()
        if np.isfinite(own).all()
    ]


def _measured(session, T, level):
    """Rows of molecular dynamics at a temperature, where labels come near the level."""
    curves = HeterogeneityCurves(session)
    slot = curves.level_slot(T)
    if slot is None:
        return []
    for job in curves.jobs({T: (slot,)}):
        job()
    own = curves.found(None, T)
    if own is None:
        return []
    rows = [(T, level, "chi_4", "MD", 1.0, own.chi_4[slot], own.chi_4_error[slot])]
    rows.append((T, level, "chord", "MD", FACTORS["chord"], own.chord[slot], own.chord_error[slot]))
    fit = curves.fit(own, slot)
    if fit is not None and not fit.message:
        rows += [(T, level, name, "MD", 1.0, getattr(fit, name), fit.error(name)) for name in ("xi", "A")]
    return [row for row in rows if np.isfinite(row[5])]


def _curves(rows, names):
    """Curves of the quantities: one for each source."""
    found = []
    for place, name in enumerate(names):
        for source, colour, hollow in (("MD", None, False), ("learnt", 0, False), ("predicted", 0, True)):
            own = sorted(row for row in rows if row[2] == name and row[3] == source)
            if own:
                x, y, error = (np.array([row[k] for row in own], dtype=float) for k in (0, 5, 6))
                ink = {} if colour is None else {"colour": ACCENTS[False][place % 3]}
                # The frames below have the same sources in the same colours.
                label = f"{NAMES[name]}, {source}" if len(names) > 1 else ""
                factor = FACTORS[name]
                found.append(Curve(x, factor * y, factor * error, label, dash="" if hollow else "solid", hollow=hollow,
                                   marker=MARKERS[name], **ink))  # fmt: skip
    return found
