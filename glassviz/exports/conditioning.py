"""Figure *conditioning*: what the two small networks of tGlassMLP make of temperature or mean propensity."""

from glassviz.exports.looking import PLACES, averaged, looked_into, origin, place
from glassviz.exports.origin import columns
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.network_curves import OUTPUTS, SHIFT

MATH = dict(zip(OUTPUTS, ("$o_1$", "$o_2$", "$j_1$", "$j_2$", "$j_3$", "$j_4$"), strict=True))


def make(session):
    """One network's outputs as lines; below them by how much they reorder attention, mean and spread of networks."""
    found = looked_into(session)
    temperatures = found.across == "temperature"
    *lines, shift = found.conditioning()

    drawn = [Curve(c["x"], c["y"], None, MATH[c["name"]], c["colour"], c["dash"], "") for c in lines]
    label = r"$T$" if temperatures else r"input $C$"
    panels = [
        Panel(drawn, label, "output", guide=0.0),
        Panel([Curve(shift["x"], shift["y"], shift["error"])], label, SHIFT),
    ]
    rows, at = [], [place(found, *own) for own in found.state_points()]
    outputs, every = found.conditions(shift["x"])
    for k, (T, C) in enumerate(at):
        rows += [(T, C, member + 1, *outputs[member, k], every[member, k]) for member in range(len(every))]
    names = {**PLACES, "network": "", "o_1": "1", "o_2": "1", **{f"j_{k}": "1" for k in range(1, 5)}, "reordering": "1"}
    words = origin(
        found,
        lines=f"network {found.member + 1} of {found.model.seeds}: o of MLP1, j of MLP2, at the input C as it is",
        reordering="standard deviation over descriptors of o_1 f2 + o_2 f3; " + averaged(found).split(", each")[0],
    )
    return lambda: draw_curves(panels, legend="above"), columns(rows, names), words
