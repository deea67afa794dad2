"""Curves of one quantity, a line for each temperature."""

import numpy as np

from glassviz.views.colours import NEUTRALS
from glassviz.views.plot import POINT, Plot, accent, spread


class CurvesView:
    """Lines with errors by temperature; where they are clickable, on_click(temperature, time).

    points : draw the points and their errors, as for decays that are known at a few times
    """

    def __init__(self, on_click=None, x_log=False, y_log=False, points=False):
        self.plot = Plot(x_log, y_log, on_click)
        self._logs, self._points = (x_log, y_log), points
        figure = self.plot.figure
        self._guide = figure.line(
            "x", "y", source=self.plot.source("guide", x=[], y=[]), line_width=1, line_dash="dashed"
        )
        columns = {"xs": [], "ys": [], "colour": [], "width": []}
        figure.multi_line(
            "xs", "ys", source=self.plot.source("lines", **columns), line_color="colour", line_width="width"
        )
        if points:
            bars = self.plot.source("bars", x=[], low=[], high=[], colour=[])
            figure.segment("x", "low", "x", "high", source=bars, line_color="colour", line_width=1.5)
            dots = self.plot.source("dots", x=[], y=[], colour=[])
            figure.scatter("x", "y", source=dots, size=POINT - 1, fill_color="colour", line_color=None)
            taus = self.plot.source("taus", x=[], y=[], colour=[])
            self._taus = figure.scatter("x", "y", source=taus, size=13, marker="diamond", fill_color="colour")
            now = self.plot.source("now", x=[], y=[])
            self._now = figure.scatter("x", "y", source=now, size=15, fill_alpha=0, line_width=2.5)
            self.plot.points("hits", temperature=[], time=[])
        self.panel = self.plot.panel

    def update(self, curves, xlabel, ylabel, dark, message="", guide=None, x_range=None, y_range=None):
        """Draw anew.

        curves : dicts with x, y (n,), colour, chosen (thick, on top), and for points error (n,), tau (x, y) or None,
            now (x, y) or None, temperature, times (n,) and text [n]
        message : shown where there is no curve; guide : a level, dashed; ranges (low, high): default around the data
        """
        curves = sorted(curves, key=lambda curve: curve["chosen"])
        self.plot.fill(
            "lines",
            xs=[curve["x"] for curve in curves],
            ys=[curve["y"] for curve in curves],
            colour=[curve["colour"] for curve in curves],
            width=[3.5 if curve["chosen"] else 1.8 for curve in curves],
        )
        x_range = x_range or spread([curve["x"] for curve in curves], self._logs[0])
        y_range = y_range or spread([curve["y"] for curve in curves], self._logs[1])
        if not curves:
            x_range = y_range = None
        self.plot.frame(x_range, y_range, xlabel, ylabel, dark)
        self.plot.say("" if curves else message)
        ends = [self.plot.figure.x_range.start, self.plot.figure.x_range.end]
        level = guide if curves and guide is not None else np.nan
        self.plot.fill("guide", x=ends, y=[level] * 2)
        self._guide.glyph.line_color = NEUTRALS[dark]["quiet"]
        if self._points:
            self._draw_points(curves, dark)

    def _draw_points(self, curves, dark):
        def joined(of):
            return np.concatenate([np.asarray(of(curve)) for curve in curves]) if curves else []

        x, y, error = (joined(lambda curve, name=name: curve[name]) for name in ("x", "y", "error"))
        colour = [curve["colour"] for curve in curves for _ in curve["x"]]
        self.plot.fill("dots", x=x, y=y, colour=colour)
        error = np.nan_to_num(error)
        # On a logarithmic axis a bar that reaches zero has no end.
        low = np.maximum(np.asarray(y) - error, 1e-6) if self._logs[1] else np.asarray(y) - error
        self.plot.fill("bars", x=x, low=low, high=np.asarray(y) + error, colour=colour)
        marked = [curve for curve in curves if curve["tau"] is not None]
        self.plot.fill(
            "taus",
            x=[curve["tau"][0] for curve in marked],
            y=[curve["tau"][1] for curve in marked],
            colour=[curve["colour"] for curve in marked],
        )
        self._taus.glyph.line_color = NEUTRALS[dark]["text"]
        present = [curve["now"] for curve in curves if curve["now"] is not None]
        self.plot.fill("now", x=[p[0] for p in present], y=[p[1] for p in present])
        self._now.glyph.line_color = accent(1, dark)
        temperature = [curve["temperature"] for curve in curves for _ in curve["x"]]
        text = [line for curve in curves for line in curve["text"]]
        self.plot.fill("hits", x=x, y=y, text=text, temperature=temperature, time=joined(lambda curve: curve["times"]))
