"""Figure *energies*: energy of each particle against temperature, thermal and inherent."""

from glassviz.colours import ACCENTS
from glassviz.exports.origin import TEMPERATURE, columns, of_points
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.tasks.dynamics import state_summaries

LABELS = {"thermal": r"$E/(N\epsilon_{11})$", "inherent": r"$E_\mathrm{IS}/(N\epsilon_{11})$"}


def make(session):
    """E/N with standard errors over configurations."""
    data = session.data
    summaries = state_summaries(data)
    rows = [(name, s.temperature, *getattr(s, name), s.configurations) for name in LABELS for s in summaries]
    panels = []
    for accent, (name, label) in enumerate(LABELS.items()):
        T, mean, error = zip(*((s.temperature, *getattr(s, name)) for s in summaries), strict=True)
        panels.append(Panel([Curve(T, mean, error, name, ACCENTS[False][accent])], "$T$", label))
    names = {"structure": "", "temperature": TEMPERATURE, "energy per particle": "eps_11",
             "standard error": "eps_11", "configurations": "1"}  # fmt: skip
    origin = of_points([data[T] for T in data.temperatures])
    return lambda: draw_curves(panels, legend=""), columns(rows, names), origin
