"""Energy against temperature: thermal above, inherent structures below, each with its own scale."""

import panel as pn
from bokeh.models import NumeralTickFormatter

from glassviz.colours import NEUTRALS
from glassviz.views.plot import POINT, Plot, spread

TITLES = {"thermal": "thermal E/N", "inherent": "inherent E/N"}


class EnergyView:
    """E/N with errors over the configurations; the same temperatures below each other."""

    def __init__(self):
        self.plots = {name: Plot() for name in TITLES}
        self._lines, self._dots = {}, {}
        for name, plot in self.plots.items():
            line, bars = plot.source("line", x=[], y=[]), plot.source("bars", x=[], low=[], high=[], colour=[])
            self._lines[name] = plot.figure.line("x", "y", source=line, line_width=1)
            plot.figure.segment("x", "low", "x", "high", source=bars, line_color="colour", line_width=2)
            dots = plot.source("dots", x=[], y=[], colour=[])
            plot.figure.scatter("x", "y", source=dots, size=POINT + 1, fill_color="colour", line_color=None)
            plot.points("hits")
            # Digits of both scales take the same room, so that the temperatures stand below each other.
            plot.figure.min_border_left = 88
            plot.figure.yaxis.formatter = NumeralTickFormatter(format="0.000")
        self.plots["thermal"].figure.xaxis.visible = False
        self.plots["inherent"].figure.x_range = self.plots["thermal"].figure.x_range
        panels = [plot.panel for plot in self.plots.values()]
        self.panel = pn.Column(*panels, sizing_mode="stretch_both", margin=0)

    def update(self, temperatures, energies, colours, dark):
        """Draw anew: temperatures (n,); energies: name in TITLES -> (means (n,), errors (n,), texts); colours (n,)."""
        x = spread([temperatures], margin=0.08)
        for name, plot in self.plots.items():
            means, errors, texts = energies[name]
            known = [error if error == error else 0.0 for error in errors]
            low = [m - e for m, e in zip(means, known, strict=True)]
            high = [m + e for m, e in zip(means, known, strict=True)]
            plot.frame(x, spread([low, high], margin=0.12), "temperature T", TITLES[name], dark)
            plot.fill("line", x=temperatures, y=means)
            plot.fill("bars", x=temperatures, low=low, high=high, colour=colours)
            plot.fill("dots", x=temperatures, y=means, colour=colours)
            plot.fill("hits", x=temperatures, y=means, text=texts)
            self._lines[name].glyph.line_color = NEUTRALS[dark]["line"]
