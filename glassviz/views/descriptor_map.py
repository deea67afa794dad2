"""Pearson correlation of every single descriptor: what is averaged against the length it is averaged over."""

import numpy as np
from bokeh.models import ColorBar, LinearColorMapper

from glassviz.colours import DIFFERENCE, NEUTRALS, hex_colours
from glassviz.views.plot import Plot
from glassviz.views.style import dress_bar, tick
from glassviz.views.type_size import type_size
from glassviz.words import descriptor_parts

INK = NEUTRALS[False]["text"]
"""Of the frames on both pages: the cells are light, whatever the page is."""


class DescriptorMap:
    """One cell for each descriptor, green where it rises with the label, purple where it falls; grey: no variance."""

    def __init__(self):
        self.plot = Plot()
        figure = self.plot.figure
        self._mapper = LinearColorMapper(palette=hex_colours(DIFFERENCE), low=-1, high=1)
        cells = self.plot.source("cells", x=[], y=[], value=[])
        self._cells = figure.rect("x", "y", 1, 1, source=cells, line_width=0.5)
        self._cells.glyph.fill_color = {"field": "value", "transform": self._mapper}
        rings = self.plot.source("rings", x=[], y=[])
        self._rings = figure.rect("x", "y", 0.9, 0.86, source=rings, fill_alpha=0, line_width=2, line_color=INK)
        self.plot.points("hits")
        self._bar = ColorBar(color_mapper=self._mapper, width=10, label_standoff=6, padding=4, border_line_color=None)
        figure.add_layout(self._bar, "right")
        figure.grid.visible = False
        figure.min_border_left, figure.min_border_bottom = 116, 64
        figure.yaxis.axis_label_standoff = 2
        self.panel = self.plot.panel

    def update(self, names, values, best, dark, message=""):
        """Draw anew.

        names : [M], as structure.glassmlp_descriptor_names; values : (M,), nan where undefined
        best : names that are ringed; message : shown where there is no descriptor
        """
        places = [descriptor_parts(name) for name in names]
        lengths = list(dict.fromkeys(length for _, length, _ in places))
        rows = list(dict.fromkeys((kind, over) for kind, _, over in places))[::-1]
        at = {
            name: (lengths.index(length), rows.index((kind, over)))
            for name, (kind, length, over) in zip(names, places, strict=True)
        }
        x, y = ([at[name][axis] for name in names] for axis in (0, 1))
        values = np.asarray(values, dtype=float)
        reach = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
        self._mapper.update(low=-reach, high=reach, nan_color=NEUTRALS[dark]["line"])
        shown = (-0.5, max(len(lengths), 1) - 0.5), (-0.5, max(len(rows), 1) - 0.5)
        self.plot.frame(*shown, "length L of the average / σ₁₁", "", dark)
        self.plot.say("" if len(names) else message)
        self.plot.fill("cells", x=x, y=y, value=values)
        texts = [f"{name}: Pearson {value:.3f}" for name, value in zip(names, values, strict=True)]
        self.plot.fill("hits", x=x, y=y, text=texts)
        self.plot.fill("rings", x=[at[name][0] for name in best], y=[at[name][1] for name in best])
        self._label(lengths, rows, bool(len(names)))
        self._dress(dark)

    def _label(self, lengths, rows, visible):
        words = [length if k % 2 == 0 else "" for k, length in enumerate(lengths)]
        kinds = [f"{kind.replace('_', ' ')} · {over.removeprefix('type ')}" for kind, over in rows]
        for axis, labels in ((self.plot.figure.xaxis, words), (self.plot.figure.yaxis, kinds)):
            tick(axis[0], range(len(labels)))
            axis.major_label_overrides = dict(enumerate(labels))
            axis.major_label_text_font_size = type_size("9pt")
            axis.major_tick_line_color = None
            axis.visible = visible
        self._bar.visible = visible

    def _dress(self, dark):
        self._cells.glyph.line_color = NEUTRALS[dark]["page"]
        dress_bar(self._bar, dark)
        self._bar.update(bar_line_color=None, major_label_text_font_size=type_size("9pt"))
