"""Curves of one quantity: a line for each temperature or method."""

import numpy as np

from glassviz.colours import NEUTRALS
from glassviz.views.plot import POINT, Plot, accent, spread


class CurvesView:
    """Lines with errors; where they are clickable, on_click(temperature, time) or of other columns.

    points : draw the points and their errors, as for decays that are known at a few times
    clicked : what a curve knows of each of its points and on_click gets
    """

    def __init__(self, on_click=None, x_log=False, y_log=False, points=False, clicked=("temperature", "time")):
        self.plot = Plot(x_log, y_log, on_click)
        self._logs, self._points, self._clicked = (x_log, y_log), points, clicked
        figure = self.plot.figure
        band = self.plot.source("band", x=[], low=[], middle=[], high=[])
        self._band = figure.varea("x", "low", "high", source=band, fill_alpha=0.14)
        self._middle = figure.line("x", "middle", source=band, line_width=1.5, line_alpha=0.7)
        self._guide = figure.line(
            "x", "y", source=self.plot.source("guide", x=[], y=[]), line_width=1, line_dash="dashed"
        )
        lines = self.plot.source("lines", xs=[], ys=[], colour=[], width=[], dash=[])
        figure.multi_line("xs", "ys", source=lines, line_color="colour", line_width="width", line_dash="dash")
        if points:
            bars = self.plot.source("bars", x=[], low=[], high=[], colour=[])
            figure.segment("x", "low", "x", "high", source=bars, line_color="colour", line_width=1.5)
            dots = self.plot.source("dots", x=[], y=[], colour=[], marker=[])
            look = {"size": POINT - 1, "fill_color": "colour", "line_color": None, "marker": "marker"}
            figure.scatter("x", "y", source=dots, **look)
            taus = self.plot.source("taus", x=[], y=[], colour=[])
            self._taus = figure.scatter("x", "y", source=taus, size=13, marker="diamond", fill_color="colour")
            now = self.plot.source("now", x=[], y=[])
            self._now = figure.scatter("x", "y", source=now, size=15, fill_alpha=0, line_width=2.5)
            self.plot.points("hits", **{name: [] for name in clicked})
        self.panel = self.plot.panel

    def update(self, curves, xlabel, ylabel, dark, message="", guide=None, x_range=None, y_range=None, band=None):
        """Draw anew.

        curves : dicts with x, y (n,), colour, chosen (thick, on top), dash (default solid), thin (default False: then
            without points), joined (default True: by a line), and for points error (n,), tau (x, y) or None,
            now (x, y) or None, marker (default circle), text [n] and what is clicked, one for all or (n,)
        message : shown where there is no curve; guide : a level, dashed; ranges (low, high): default around the data
        band : dict with x, low, middle, high (n,)
        """
        curves = sorted(curves, key=lambda curve: curve["chosen"])
        joined = [curve for curve in curves if curve.get("joined", True)]
        self.plot.fill(
            "lines",
            xs=[curve["x"] for curve in joined],
            ys=[curve["y"] for curve in joined],
            colour=[curve["colour"] for curve in joined],
            width=[3.5 if curve["chosen"] else 1.2 if curve.get("thin") else 1.8 for curve in joined],
            dash=[curve.get("dash", "solid") for curve in joined],
        )
        band = band or {"x": [], "low": [], "middle": [], "high": []}
        self.plot.fill("band", **band)
        for shape in (self._band.glyph, self._middle.glyph):
            shape.update(
                **{name: NEUTRALS[dark]["text"] for name in ("fill_color", "line_color") if hasattr(shape, name)}
            )
        x_range = x_range or spread([*(curve["x"] for curve in curves), band["x"]], self._logs[0])
        y_range = y_range or spread([*(curve["y"] for curve in curves), band["low"], band["high"]], self._logs[1])
        if not curves and not len(band["x"]):
            x_range = y_range = None
        self.plot.frame(x_range, y_range, xlabel, ylabel, dark)
        self.plot.say("" if curves else message)
        ends = [self.plot.figure.x_range.start, self.plot.figure.x_range.end]
        level = guide if curves and guide is not None else np.nan
        self.plot.fill("guide", x=ends, y=[level] * 2)
        self._guide.glyph.line_color = NEUTRALS[dark]["quiet"]
        if self._points:
            self._draw_points([curve for curve in curves if not curve.get("thin")], dark)

    def _draw_points(self, curves, dark):
        def joined(of):
            return np.concatenate([np.asarray(of(curve)) for curve in curves]) if curves else []

        x, y, error = (joined(lambda curve, name=name: curve[name]) for name in ("x", "y", "error"))
        colour = [curve["colour"] for curve in curves for _ in curve["x"]]
        marker = [curve.get("marker", "circle") for curve in curves for _ in curve["x"]]
        self.plot.fill("dots", x=x, y=y, colour=colour, marker=marker)
        error = np.nan_to_num(error)
        # On a logarithmic axis a bar that reaches zero has no end.
        low = np.asarray(y) - (np.minimum(error, 0.95 * np.asarray(y)) if self._logs[1] else error)
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
        text = [line for curve in curves for line in curve["text"]]
        clicked = {
            name: [entry for c in curves for entry in np.broadcast_to(c[name], len(c["x"])).tolist()]
            for name in self._clicked
        }
        self.plot.fill("hits", x=x, y=y, text=text, **clicked)
