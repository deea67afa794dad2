"""The pair potentials of a model: one line for each pair of types."""

import numpy as np
from bokeh.models import Legend, LegendItem

from glassviz.colours import NEUTRALS
from glassviz.views.plot import Plot, accent

# Equal types are solid in the three accents, unequal ones dashed.
STYLES = {(1, 1): (0, "solid"), (2, 2): (1, "solid"), (3, 3): (2, "solid")}
STYLES |= {(1, 2): (0, "dashed"), (2, 3): (1, "dashed"), (1, 3): (2, "dashed")}


class PotentialView:
    """V_ab(r) from the core to the cutoff."""

    def __init__(self):
        self.plot = Plot()
        figure = self.plot.figure
        self._zero = figure.line("x", "y", source=self.plot.source("zero", x=[], y=[]), line_width=1)
        self._lines = {
            pair: figure.line("x", "y", source=self.plot.source(pair, x=[], y=[]), line_dash=dash, line_width=2.2)
            for pair, (_, dash) in STYLES.items()
        }
        self._legend = Legend(location="top_right", glyph_width=28, spacing=0, padding=4)
        figure.add_layout(self._legend)
        self.panel = self.plot.panel

    def update(self, distances, potentials, chosen, dark):
        """Draw anew: distances (n,); potentials: (a, b) -> (n,) in eps_11; chosen: a pair drawn thick, or None."""
        depth = min(float(values.min()) for values in potentials.values())
        x, y = (0.6, float(distances[-1])), (1.15 * depth, -1.3 * depth)
        self.plot.fill("zero", x=list(x), y=[0, 0])
        self._zero.glyph.line_color = NEUTRALS[dark]["line"]
        for pair, line in self._lines.items():
            values = potentials.get(pair)
            shown = {"x": [], "y": []}
            if values is not None:
                shown = {"x": distances, "y": np.where(values < 2 * y[1], values, np.nan)}
            self.plot.fill(pair, **shown)
            line.glyph.line_color = accent(STYLES[pair][0], dark)
            line.glyph.line_width = 4 if pair == chosen else 2.2
        self._legend.items = [
            LegendItem(label=f"{pair[0]}–{pair[1]}", renderers=[line])
            for pair, line in self._lines.items()
            if pair in potentials
        ]
        self.plot.frame(x, y, "distance r / σ₁₁", "pair potential V(r) / ε₁₁", dark)
