"""Figure *collective_temperatures*: one collective quantity of every method against temperature, at one level."""

from glassviz.errors import InputError
from glassviz.exports.heterogeneous import collective, worked_out
from glassviz.heterogeneity_curves import FITTED, HeterogeneityCurves


def make(session):
    """Curves as on the page Heterogeneity, at the label times nearest to the level of C_B."""
    level = HeterogeneityCurves(session).level_slot
    slots = {T: slot for T in session.data.temperatures if (slot := level(T)) is not None}
    if not slots:
        raise InputError(f"no label time lies near C_B = {session.level:g}, expected another level or longer labels")
    found = worked_out(session, {T: (slot,) if session.collective in FITTED else () for T, slot in slots.items()})
    label = rf"$T$, at $\langle C_B\rangle \approx {session.level:g}$"
    draw, columns, origin = collective(session, found, found.against_temperature(), label, False, list(slots))
    return draw, columns, origin | {"level": f"mean C_B near {session.level:g}"}
