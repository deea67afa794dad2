"""Particles in the plane of a network's two nodes at several state points: small frames with one scale."""

import numpy as np
from bokeh.core.properties import value
from bokeh.models import BasicTicker, ColorBar, FixedTicker, LinearColorMapper

from glassviz.colours import NEUTRALS, SEQUENTIAL, hex_colours
from glassviz.views.plot import Plot, accent
from glassviz.views.style import FONT, dress_bar
from glassviz.views.type_size import type_size

GAP, TITLE = 0.06, 0.12
"""Between two frames, in widths of one; room for the title above, in heights of one."""
MISSING = {False: "#99a0a8", True: "#6c737c"}


class PlanesView:
    """Frames in a row, each with the points of one state point, all with the same axes and colours."""

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
        self._points = figure.scatter("x", "y", source=points, size=3.5, fill_color=fill, line_width=0.4)
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
        self._bar = ColorBar(color_mapper=self._colours, ticker=BasicTicker(desired_num_ticks=5), height=10, padding=6)
        figure.add_layout(self._bar, "above")
        figure.grid.visible = False
        figure.min_border_bottom = 30
        for axis in figure.axis:
            axis.ticker = FixedTicker(ticks=[])
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
        corners = [k * (1 + GAP) for k in range(len(planes))]
        ends = ((-0.03, corners[-1] + 1.03), (-0.04, 1 + TITLE)) if planes else (None, None)
        self.plot.frame(*ends, *(labels[:2] if planes else ("", "")), dark)
        for axis in self.plot.figure.axis:
            axis.update(axis_line_color=None, major_tick_line_color=None)
        self.plot.say("" if planes else message)
        self._fill(planes, corners, dark)
        # On a dark page a bright rim would hide the colour of such small points.
        self._points.glyph.update(line_color=None if dark else neutral["text"], size=4.5 if dark else 4)
        self._titles.glyph.text_color = neutral["text"]

    def _fill(self, planes, corners, dark):
        together = np.concatenate([p["points"] for p in planes]) if planes else np.zeros((1, 2))
        # A few particles far away would press all others into a corner.
        low, high = np.nanpercentile(together, (0.1, 99.9), axis=0)
        room = 0.04 * (high - low) + 1e-9
        places = [
            np.clip((p["points"] - low + room) / (high - low + 2 * room), 0, 1) + [corner, 0]
            for p, corner in zip(planes, corners, strict=True)
        ]
        placed = np.concatenate(places) if planes else np.empty((0, 2))
        values = np.concatenate([p["values"] for p in planes]) if planes else np.empty(0)
        self.plot.fill("points", x=placed[:, 0], y=placed[:, 1], value=values)
        number = len(planes)
        self.plot.fill(
            "frames",
            left=corners,
            right=[left + 1 for left in corners],
            bottom=[0] * number,
            top=[1] * number,
            colour=[accent(1, dark) if p["now"] else NEUTRALS[dark]["line"] for p in planes],
            width=[2.5 if p["now"] else 1 for p in planes],
        )
        self.plot.fill("titles", x=corners, y=[1.02] * number, text=[p["title"] for p in planes])
