"""Figure *attention*: over which lengths tGlassMLP looks, and the mean length, as Fig. 9 of its paper."""

from glassviz.exports.looking import PLACES, averaged, looked_into, origin, place
from glassviz.exports.origin import LENGTH, columns
from glassviz.figures.curves import Curve, Panel, draw_curves

SYMBOLS = {"attention": "w", "bottleneck": "w|B|"}


def make(session):
    """P_int(L) at each state point, below it xi_int against temperature or level; bars: spread over networks."""
    found = looked_into(session)
    light = found.colours()
    places, temperatures = found.state_points(), found.across == "temperature"
    curves, rows = [], []
    lengths, guide = found.mean_lengths()
    for (T, slot), ridge, colour, xi, error in zip(
        places, found.ridges(), light, lengths[0]["y"], lengths[0]["error"], strict=True
    ):
        label = f"{found.place(T, slot):g}"
        curves.append(Curve(ridge["x"], ridge["mean"], ridge["spread"], label, colour))
        rows += [
            (*place(found, T, slot), *values, xi, error)
            for values in zip(ridge["x"], ridge["mean"], ridge["spread"], strict=True)
        ]
    symbol, name = SYMBOLS[session.weighing], r"$T$" if temperatures else r"$\langle C_B\rangle$"
    equal = 1 / len(curves[0].x)
    title = name + (
        rf", $\langle C_B\rangle = {found.level:g}$" if temperatures else f", $T = {session.temperature:g}$"
    )
    mean = Curve(lengths[0]["x"], lengths[0]["y"], lengths[0]["error"])
    panels = [
        Panel(curves, r"$L/\sigma_{11}$", rf"$P_\mathrm{{int}}(L)$ of ${symbol}$", guide=equal, title=title),
        Panel([mean], name, r"$\xi_\mathrm{int}/\sigma_{11}$", guide=guide),
    ]
    names = {**PLACES, "length": LENGTH, "P_int": "1", "spread": "1", "xi_int": LENGTH, "spread of xi_int": LENGTH}
    rules = {"sum": "sum of L P over the grid of lengths", "integral": "integral of L P over that of P, by trapezoids"}
    words = origin(
        found,
        weights={"attention": "attention w", "bottleneck": "attention times |B| of the bottleneck"}[session.weighing],
        descriptors=f"{session.part} observables, averages over {session.averaged}",
        xi_int=rules[session.length_rule],
        spread=averaged(found),
        dotted="where all lengths weigh the same",
    )
    return (
        lambda: draw_curves(panels, legend="above" if len(curves) > 6 else "inside", height=4.4),
        columns(rows, names),
        words,
    )
