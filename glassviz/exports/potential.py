"""Figure *potential*: V_ab(r) of every pair of types."""

import numpy as np

from glassviz.colours import ACCENTS
from glassviz.exports.origin import LENGTH, columns
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.interactions.potential import pair_potential

# V_12 and V_23 of KA2D are the same: dots over dashes show both.
STYLES = {(1, 1): (0, "solid"), (2, 2): (1, "solid"), (3, 3): (2, "solid")}
STYLES |= {(1, 2): (0, "dashed"), (2, 3): (1, "dotted"), (1, 3): (2, "dotdash")}


def make(session):
    """From the core to the cutoff."""
    system = session.data.system
    r = np.linspace(0.6, system.largest_cutoff, 600)
    curves, rows = [], []
    for (a, b), (accent, dash) in STYLES.items():
        if b <= system.types:
            values = pair_potential(system, a, b, r)[0]
            curves.append(Curve(r, values, None, f"{a}–{b}", ACCENTS[False][accent], dash, ""))
            rows += [(f"{a}-{b}", *row) for row in zip(r, values, strict=True)]
    depth = min(float(curve.y.min()) for curve in curves)
    panel = Panel(
        curves, r"$r/\sigma_{11}$", r"$V(r)/\epsilon_{11}$", guide=0.0, x_range=(0.6, float(r[-1])),
        y_range=(1.15 * depth, -1.3 * depth),
    )  # fmt: skip
    return lambda: draw_curves([panel]), columns(rows, {"types": "", "r": LENGTH, "V": "eps_11"}), {}
