"""Figure *collective*: one collective quantity of molecular dynamics and every method against time."""

from glassviz.exports.heterogeneous import collective, worked_out
from glassviz.heterogeneity_curves import FITTED


def make(session):
    """Curves as on the page Heterogeneity, at the session's temperature."""
    T = session.temperature
    slots = range(len(session.point.times)) if session.collective in FITTED else ()
    found = worked_out(session, {T: slots})
    return collective(session, found, found.against_time(), "$t$", True, [T])
