"""Figure *temperatures*: one score of every method against temperature, at one level of the decay."""

from glassviz.errors import InputError
from glassviz.exports.judged import judged_curves, product


def make(session):
    """Curves as on the page Scores, at the label times nearest to the level."""
    data = session.data
    found = judged_curves(session, data.temperatures)
    label = rf"$T$, at $\langle C_B\rangle \approx {session.level:g}$"
    curves, band = found.against_temperature(), found.band_over_temperatures()
    if not curves:
        raise InputError(f"no method is scored at a label time near C_B = {session.level:g}, expected another level")
    draw, columns, origin = product(session, curves, band, [], label, False, data.temperatures)
    return draw, columns, origin | {"level": f"mean C_B near {session.level:g}"}
