"""Particles in the plane of a network's two nodes at several state points: small frames with one scale."""

import numpy as np
from bokeh.core.properties import value
from bokeh.models import BasicTicker, ColorBar, LinearColorMapper

from glassviz.colours import NEUTRALS, SEQUENTIAL, hex_colours
from glassviz.views.plot import Plot, accent
from glassviz.views.style import FONT, dress_bar

GAP = (0.06, 0.2)
"""Between two frames, in widths and heights of one; above a frame stands its title."""
MISSING = {False: "#99a0a8", True: "#6c737c"}


class PlanesView:
    """Frames in rows, each with the points of one state point, all with the same axes and colours."""

    def __init__(self):
        self.plot = Plot()
        figure = self.plot.figure
        frames = self.plot.source("frames", left=[], right=[], bottom=[], top=[], colour=[], width=[])
        figure.quad(
            "left", "right", "top", "bottom", source=frames, fill_alpha=0, line_color="colour", line_width="width"
        )
        self._colours = LinearColorMapper(hex_colours(SEQUENTIAL), low=0, high=1)
        points = self.plot.source("points", x=[], y=[], value=[])
        fill = {"field": "value", "transform": self._colours}
        self._points = figure.scatter("x", "y", source=points, size=3.5, fill_color=fill, line_width=0.3)
        titles = self.plot.source("titles", x=[], y=[], text=[])
        self._titles = figure.text(
            "x", "y", "text", source=titles, text_font=value(FONT), text_font_size="13px", text_baseline="bottom"
        )
        self._bar = ColorBar(color_mapper=self._colours, ticker=BasicTicker(desired_num_ticks=5), height=10, padding=6)
        figure.add_layout(self._bar, "above")
        figure.grid.visible = False
        figure.min_border_bottom = 30
        for axis in figure.axis:
            axis.update(major_label_text_font_size="0pt", major_tick_line_color=None, axis_line_color=None)
        self.panel = self.plot.panel

    def update(self, planes, labels, scale, dark, message=""):
        """Draw anew.

        planes : dicts with title, points (n, 2), values (n,), nan is grey, now (a thick frame)
        labels : of x, y and the values; scale : (low, high, (256, 3) table); message : shown where there is no plane
        """
        low, high, table = scale
        neutral = NEUTRALS[dark]
        self._colours.update(low=low, high=high, palette=hex_colours(table), nan_color=MISSING[dark])
        self._bar.update(title=labels[2], visible=bool(planes))
        dress_bar(self._bar, dark)
        columns = columns_of(len(planes))
        corners = [(k % columns * (1 + GAP[0]), -(k // columns) * (1 + GAP[1])) for k in range(len(planes))]
        rows = -(-len(planes) // columns) if planes else 1
        ends = (-0.03, columns * (1 + GAP[0]) - GAP[0] + 0.03), (-(rows - 1) * (1 + GAP[1]) - 0.04, 1 + GAP[1])
        self.plot.frame(*(ends if planes else (None, None)), *(labels[:2] if planes else ("", "")), dark)
        for axis in self.plot.figure.axis:
            axis.update(axis_line_color=None, major_tick_line_color=None)
        self.plot.say("" if planes else message)
        self._fill(planes, corners, dark)
        self._points.glyph.line_color = neutral["text"]
        self._titles.glyph.text_color = neutral["text"]

    def _fill(self, planes, corners, dark):
        together = np.concatenate([p["points"] for p in planes]) if planes else np.zeros((1, 2))
        # A few particles far away would press all others into a corner.
        low, high = np.nanpercentile(together, (0.1, 99.9), axis=0)
        room = 0.04 * (high - low) + 1e-9
        places = [
            np.clip((p["points"] - low + room) / (high - low + 2 * room), 0, 1) + corner
            for p, corner in zip(planes, corners, strict=True)
        ]
        placed = np.concatenate(places) if planes else np.empty((0, 2))
        values = np.concatenate([p["values"] for p in planes]) if planes else np.empty(0)
        self.plot.fill("points", x=placed[:, 0], y=placed[:, 1], value=values)
        x, y = [corner[0] for corner in corners], [corner[1] for corner in corners]
        self.plot.fill(
            "frames",
            left=x,
            right=[left + 1 for left in x],
            bottom=y,
            top=[bottom + 1 for bottom in y],
            colour=[accent(1, dark) if p["now"] else NEUTRALS[dark]["line"] for p in planes],
            width=[2.5 if p["now"] else 1 for p in planes],
        )
        self.plot.fill("titles", x=x, y=[bottom + 1.02 for bottom in y], text=[p["title"] for p in planes])


def columns_of(number):
    """Frames in a row: up to three, or two rows of as many."""
    return number if number <= 3 else -(-number // 2)
