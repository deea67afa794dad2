"""What the figures of heterogeneity share: all is worked out as the page does it, and said where it comes from."""

import numpy as np

from glassviz.errors import InputError
from glassviz.exports.origin import LENGTH, TEMPERATURE, TIME, columns, of_method, of_points
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.heterogeneity_curves import FITTED, PERMUTED, PERMUTED_NAME, HeterogeneityCurves
from glassviz.heterogeneity_words import left_out
from glassviz.tasks.heterogeneity import PERMUTATIONS, RESAMPLES

LABELS = {
    "chi_4": r"$\chi_4$",
    "chord": r"chord length $/\,\sigma_{11}$",
    "cluster": "mean size of a mobile cluster",
    "xi": r"$\xi/\sigma_{11}$",
    "chi": r"$\chi$",
    "A": "$A$",
}
UNITS = {"chi_4": "1", "chord": LENGTH, "cluster": "1", "xi": LENGTH, "chi": "1", "A": "1"}
SQUARES = "of molecular dynamics are products of the two halves of its replicas, whose noise they leave out"
MEANS = "of molecular dynamics is that of all replicas; their noise, which is inside, makes chords and clusters smaller"
BASELINE = f"mean of {PERMUTATIONS} permutations of the propensities inside every configuration: no correlation"
ERRORS = f"the larger of that from the covariance and that from {RESAMPLES} resamples of the configurations"

MARKERS = "os^Dv<>ph*"
APART = 1.6
"""Between the bars of two methods at the same place, in points of print."""


def worked_out(session, slots):
    """HeterogeneityCurves with everything known at some temperatures, and the fits {T: places of label times}."""
    curves = HeterogeneityCurves(session)
    for job in curves.jobs(slots):
        job()
    known = [T for T in slots if any(curves.found(entry, T) is not None for entry, *_ in curves.methods(T))]
    if not known:
        raise InputError(
            f"no test configuration has labels at T = {', '.join(f'{T:g}' for T in slots) or 'any temperature'}; "
            "glassviz simulate --test 2 makes two, and md_from all takes every configuration with labels"
        )
    return curves


def collective(session, found, curves, xlabel, x_log, temperatures):
    """(draw, columns, origin) of curves of the chosen quantity as HeterogeneityCurves gives them."""
    quantity = session.collective
    if not curves:
        raise InputError(f"{quantity} {_lack(session)}")
    drawn = marked(curves, APART)
    rows = [
        (c["name"], model_of(h), T, t, h.correlation[slot], int(h.configurations[slot]), y, error)
        for c in curves
        for T, t, y, error, h, slot in zip(*(c[k] for k in _EACH), strict=True)
    ]
    guide = 0.0 if quantity == "chi_4" else None
    panel = Panel(drawn, xlabel, LABELS[quantity], x_log=x_log, guide=guide)
    unit = UNITS[quantity]
    names = {"method": "", "model": "", "temperature": TEMPERATURE, "time": TIME, "C_B": "1", "configurations": "",
             quantity: unit, "standard error": unit}  # fmt: skip
    aside = f"methods {APART:g} points of print beside each other; the table has the true places"
    words = {"quantity": quantity, "drawn": aside} | ({"fit": fit_words(session)} if quantity in FITTED else {})
    means = {"field": MEANS, PERMUTED_NAME: BASELINE} if quantity in PERMUTED else {"squares": SQUARES}
    lines = -(-len(drawn) // 2)
    return (
        lambda: draw_curves([panel], legend="above", height=2.3 + 0.16 * lines),
        columns(rows, names),
        origin(session, found, temperatures) | words | means,
    )


def marked(curves, apart=0.0):
    """Curve of each method with a mark of its own, `apart` points of print beside the next at the same place.

    A thin one is a line alone, at its true place.
    """
    names = list(dict.fromkeys(c["name"] for c in curves if not c.get("thin")))

    def look(name):
        if name not in names:
            return {"marker": "", "width": 0.7}
        place = names.index(name)
        return {"marker": MARKERS[place % len(MARKERS)], "shift": apart * (place - (len(names) - 1) / 2)}

    return [
        Curve(c["x"], c["y"], np.asarray(c["error"]), c["name"], c["colour"], c["dash"], **look(c["name"]))
        for c in curves
    ]


def round_ticks(low, high):
    """1, 2 and 5 times powers of ten from low to high, {place: words}."""
    places = [m * 10.0**k for k in range(-4, 5) for m in (1, 2, 5)]
    return {place: f"{place:g}" for place in places if low <= place <= high}


_EACH = ("temperature", "time", "y", "error", "found", "slot")


def _lack(session):
    """Why there is no value, as words that go on from the name of a quantity."""
    if session.collective in FITTED:
        return "is identified by no fit of S_4(q) here: more configurations, or larger boxes, would"
    if session.collective == "chi_4":
        return "needs 2 configurations: glassviz simulate --test 2 makes them, and md_from all takes every one"
    return "has no value here, expected another time or level"


def model_of(found):
    """Name of the model of a Heterogeneity, "" for molecular dynamics."""
    return "" if found.name == "MD" else found.name


def fit_words(session):
    """The form and range of the fits."""
    low, high = session.q_range
    cubic = " + A (xi q)^3" if session.cubic else ""
    return f"S_4(q) = chi / [1 + (xi q)^2{cubic}] on {low:g} <= q <= {high:g}; errors: {ERRORS}"


def fit_values(fit):
    """xi, chi and A of a FourPointFit, each with its error."""
    return [value for name in ("xi", "chi", "A") for value in (getattr(fit, name), fit.error(name))]


def left_out_words(curves):
    """What curves of S_4(q) on a logarithmic axis lack."""
    return f"those with S_4 of 0 or less are left out: {left_out(curves)[1] or 'none'}"


FIT_NAMES = {"xi": LENGTH, "xi error": LENGTH, "chi": "1", "chi error": "1", "A": "1", "A error": "1"}


def origin(session, curves, temperatures):
    """Data, observable, the configurations that count for each method, and the models."""
    words = of_points([session.data[T] for T in temperatures])
    field = "Theta(0.3 - R)" if session.observable == "displacement" else "C_B"
    words["observable"] = f"{session.observable}, type {session.scored_type}; chi_4 and S_4 are taken of {field}"
    words["standard errors"] = "over configurations"
    models = {}
    for T in temperatures:
        for entry, *_ in curves.methods(T):
            found, where = curves.found(entry, T), f"at T = {T:g}"
            if found is not None:
                indices = " ".join(str(session.data[T].records[k].index) for k in found.places)
                who = f"molecular dynamics {where} ({session.md_from})" if entry is None else f"predictions {where}"
                words[f"configurations of {who}"] = indices
                models |= {} if entry is None else of_method(entry)
    return words | models
