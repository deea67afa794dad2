"""Figure *structure*: g(r) or S(q) of the thermal configurations at all temperatures."""

from glassviz.colours import temperature_colours
from glassviz.errors import InputError
from glassviz.exports.origin import TEMPERATURE, columns, of_points
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.tasks.dynamics import STATIC, static_curve
from glassviz.tasks.dynamics_csv import STATIC_UNITS

LABELS = {
    "pair_correlation": (r"$r/\sigma_{11}$", "g", "(r)"),
    "structure_factor": (r"$q\,\sigma_{11}$", "S", "(q)"),
}


def make(session):
    """Means over the configurations; of all particles or of one pair of types."""
    data, quantity, pair = session.data, session.static_view, session.pair_of_types
    if quantity not in STATIC:
        raise InputError(f"static_view is {quantity!r}, expected one of {', '.join(STATIC)}; V(r) is figure potential")
    colours, curves, rows = temperature_colours(data.temperatures), [], []
    for T in data.temperatures:
        x, mean, error = static_curve(data[T], quantity, pair)
        curves.append(Curve(x, mean, None, f"{T:g}", colours[T], marker="", width=0.9))
        rows += [(T, *row) for row in zip(x, mean, error, strict=True)]
    xlabel, symbol, argument = LABELS[quantity]
    of = f"_{{{pair[0]}{pair[1]}}}" if pair else ""
    crossed = quantity == "structure_factor" and pair is not None and pair[0] != pair[1]
    panel = Panel(curves, xlabel, f"${symbol}{of}{argument}$", guide=0.0 if crossed else 1.0, title="$T$")
    name = "r" if quantity == "pair_correlation" else "q"
    names = {"temperature": TEMPERATURE, name: STATIC_UNITS[quantity], quantity: "1", "standard error": "1"}
    origin = {"types": f"{pair[0]}-{pair[1]}" if pair else "all particles"}
    origin |= of_points([data[T] for T in data.temperatures])
    return lambda: draw_curves([panel]), columns(rows, names), origin
