"""Figure *scores*: one score of every method against time, at one temperature."""

from glassviz.exports.judged import judged_curves, product


def make(session):
    """Curves as on the page Scores, with published ones thin."""
    T = session.temperature
    found = judged_curves(session, [T])
    return product(session, found.against_time(), found.band(T), found.published(), "$t$", True, [T])
