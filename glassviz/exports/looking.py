"""What the figures of the page Network share: everything worked out, and where it comes from."""

from glassviz.errors import InputError
from glassviz.exports.origin import TEMPERATURE, of_method, of_points
from glassviz.network_curves import NetworkCurves

PLACES = {"temperature": TEMPERATURE, "C": "1"}
"""Columns that name a state point."""


def looked_into(session, across=None, mapped=None):
    """NetworkCurves with all that they need; InputError says what is missing."""
    found = NetworkCurves(session, across, mapped or "weights")
    if found.lacking():
        raise InputError(found.lacking())
    found.work()
    return found


def place(found, T, slot):
    """(T, C) of a state point."""
    return T, found.levels[slot]


def origin(found, **more):
    """Temperatures, model and where the inside is looked at, {what: words}."""
    temperatures = list(dict.fromkeys(T for T, _ in found.state_points()))
    followed = {"temperature": f"temperature, at C = {found.level:g}"}
    followed["level"] = f"C, at T = {found.session.temperature:g}"
    return {
        **of_points([found.data[T] for T in temperatures]),
        "followed along": followed[found.across],
        "observable": f"bond_breaking, type {found.number}",
        **more,
        **of_method(found.entry),
    }


def averaged(found):
    """How many networks a mean and its spread are over, in words."""
    return f"mean and standard deviation over {found.model.seeds} networks, each averaged over all structures"
