"""Figure *bottleneck_temperatures*: the bottleneck of a tGlassMLP at several temperatures, as Fig. 11 of its paper."""

from glassviz.exports.bottleneck_planes import product
from glassviz.exports.looking import looked_into


def make(session):
    """Particles in the plane of one network, at the level nearest to that of the session's time."""
    return product(looked_into(session, "temperature"))
