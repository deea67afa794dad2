"""What the two figures of bottlenecks share: planes side by side and their points as a table."""

from glassviz.colours import propensity_map
from glassviz.exports.looking import PLACES, origin, place
from glassviz.exports.origin import columns
from glassviz.figures.planes import draw_planes

NAMES = {**PLACES, "node 1": "1", "node 2": "1", "propensity": "1", "source": ""}


def product(found):
    """(draw, columns, origin) of the planes of a NetworkCurves."""
    planes = found.planes()
    temperatures = found.across == "temperature"
    drawn, rows = [], []
    for plane in planes:
        T, C = place(found, *plane["place"])
        at = f"$T = {T:g}$" if temperatures else rf"$\langle C_B\rangle = {C:g}$"
        drawn.append((f"{at}, {plane['source']}", plane["points"], plane["values"]))
        rows += [
            (T, C, *point, value, plane["source"])
            for point, value in zip(plane["points"], plane["values"], strict=True)
        ]
    scale = (*found.scale(planes), propensity_map("bond_breaking"))
    words = origin(
        found,
        network=f"{found.member + 1} of {found.model.seeds}",
        points="of the first test configurations of each temperature",
        colours="MD: the label time nearest to C; predicted: of this network, where no label is near",
    )
    labels = ("bottleneck node 1", "bottleneck node 2", "$C_B$")
    return lambda: draw_planes(drawn, scale, labels), columns(rows, NAMES), words
