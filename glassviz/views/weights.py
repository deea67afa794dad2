"""Weights of a model's descriptors as maps: observables and types down, coarse-graining lengths across."""

import numpy as np
from bokeh.core.properties import value
from bokeh.models import BasicTicker, ColorBar, HoverTool, LinearAxis, LinearColorMapper

from glassviz.colours import DIFFERENCE, NEUTRALS, SEQUENTIAL, hex_colours
from glassviz.views.plot import Plot
from glassviz.views.style import FONT, dress_bar, tick
from glassviz.views.type_size import type_size

GAP = 2.2
"""Rows of room between two maps, for a title."""
SHORT = {"energy_variance": "variance"}


class WeightsView:
    """A map for each node, one below the other, on one symmetric scale; what is not used is a small cross."""

    def __init__(self):
        self.plot = Plot()
        figure = self.plot.figure
        self._colours = LinearColorMapper(palette=hex_colours(DIFFERENCE), low=-1, high=1)
        cells = self.plot.source("cells", x=[], y=[], value=[], label=[])
        fill = {"field": "value", "transform": self._colours}
        boxes = figure.rect("x", "y", 0.96, 0.96, source=cells, fill_color=fill, line_color=None)
        figure.add_tools(HoverTool(renderers=[boxes], tooltips="@label: @value{+0.000}"))
        unused = self.plot.source("unused", x=[], y=[])
        self._unused = figure.scatter("x", "y", source=unused, marker="x", size=5)
        frames = self.plot.source("frames", left=[], right=[], bottom=[], top=[])
        self._frames = figure.quad("left", "right", "top", "bottom", source=frames, fill_alpha=0)
        titles = self.plot.source("titles", x=[], y=[], text=[])
        self._titles = figure.text(
            "x",
            "y",
            "text",
            source=titles,
            text_font=value(FONT),
            text_font_size=type_size("13px"),
            text_baseline="bottom",
        )
        self._observables = LinearAxis(major_tick_line_color=None, minor_tick_line_color=None)
        figure.add_layout(self._observables, "left")
        figure.grid.visible = False
        self._bar = ColorBar(
            color_mapper=self._colours, ticker=BasicTicker(desired_num_ticks=5), height=10, padding=6, title="weight"
        )
        figure.add_layout(self._bar, "above")
        self.panel = self.plot.panel

    def update(self, weights, observables, lengths, titles, dark, message="", positive=""):
        """Draw anew.

        weights : (nodes, observables, lengths, types + 1), the last type being all; nan where a descriptor is not used
        observables, lengths : names and numbers; titles : one a node; message : in place of the maps where none is
        positive : what the values are where none is below zero, on a scale from 0; "": weights of either sign
        """
        nodes, n_observables, n_lengths, kinds = weights.shape
        rows, kind_names = n_observables * kinds, [*map(str, range(1, kinds)), "all"]
        # Row r of node k lies at tops[k] - r - 0.5.
        tops = [-(rows + GAP) * k for k in range(nodes)]
        y = (tops[-1] - rows - 0.3, GAP - 0.4) if nodes else None
        self.plot.frame((-0.6, n_lengths - 0.4) if nodes else None, y, "length L / σ₁₁", "", dark)
        self.plot.say("" if nodes else message)
        node, observable, length, kind = np.nonzero(np.isnan(weights))
        below = np.asarray(tops)[node] if nodes else np.empty(0)
        self.plot.fill("unused", x=length, y=below - observable * kinds - kind - 0.5)
        node, observable, length, kind = np.nonzero(np.isfinite(weights))
        values = weights[node, observable, length, kind]
        names = [
            f"{observables[o]} L={lengths[column]:g} {'all' if kind_names[t] == 'all' else f'type {kind_names[t]}'}"
            for o, column, t in zip(observable, length, kind, strict=True)
        ]
        below = np.asarray(tops)[node] if nodes else np.empty(0)
        self.plot.fill("cells", x=length, y=below - observable * kinds - kind - 0.5, value=values, label=names)
        reach = float(np.abs(values).max()) if len(values) else 1.0
        table = SEQUENTIAL if positive else DIFFERENCE
        self._colours.update(low=0.0 if positive else -reach, high=reach, palette=hex_colours(table))
        self._bar.title = positive or "weight"
        left, right = [-0.5] * nodes * n_observables, [n_lengths - 0.5] * nodes * n_observables
        blocks = [top - kinds * o for top in tops for o in range(n_observables)]
        self.plot.fill("frames", left=left, right=right, top=blocks, bottom=[top - kinds for top in blocks])
        self.plot.fill("titles", x=[-0.5] * nodes, y=[top + 0.25 for top in tops], text=list(titles))
        self._tick(blocks, kinds, kind_names, [SHORT.get(name, name) for name in observables] * nodes, lengths)
        self._dress(dark)

    def _tick(self, blocks, kinds, kind_names, names, lengths):
        """Types at every row, observables at the middle of their rows, every other length."""
        x, y = self.plot.figure.xaxis[0], self.plot.figure.yaxis[0]
        types = {top - k - 0.5: kind_names[k] for top in blocks for k in range(kinds)}
        middles = {top - kinds / 2: name for top, name in zip(blocks, names, strict=True)}
        across = {k: f"{length:g}" for k, length in enumerate(lengths) if k % 2 == 0 or len(lengths) < 8}
        for axis, labels in ((x, across), (y, types), (self._observables, middles)):
            tick(axis, labels)
            axis.major_label_overrides = labels

    def _dress(self, dark):
        neutral = NEUTRALS[dark]
        for axis in (self._observables, self.plot.figure.yaxis[0]):
            axis.update(axis_line_color=None, major_tick_line_color=None, minor_tick_line_color=None)
            axis.update(major_label_text_font_size="9pt", major_label_standoff=2)
        self._frames.glyph.line_color = self._unused.glyph.line_color = neutral["line"]
        self._titles.glyph.text_color = neutral["text"]
        dress_bar(self._bar, dark)
