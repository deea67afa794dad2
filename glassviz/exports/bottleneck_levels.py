"""Figure *bottleneck_levels*: the bottleneck of a tGlassMLP at several levels of the decay, as Fig. 10 of its paper."""

from glassviz.exports.bottleneck_planes import product
from glassviz.exports.looking import looked_into


def make(session):
    """Particles in the plane of one network, at the session's temperature."""
    return product(looked_into(session, "level"))
