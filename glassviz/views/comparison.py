"""Predicted against measured propensity, particle by particle or as distributions."""

import numpy as np
from bokeh.models import LassoSelectTool, TapTool

from glassviz.colours import ACCENTS, NEUTRALS, method_colour
from glassviz.inside import density
from glassviz.views.plot import Plot
from glassviz.views.style import FONT
from glassviz.views.type_size import type_size


class ScatterView:
    """A point for each particle of one type: MD along x, prediction along y; lasso and click select.

    on_select(indices) gets positions in the arrays given to `update`.
    """

    def __init__(self, on_select):
        self.plot = Plot()
        figure, source = self.plot.figure, self.plot.source
        figure.min_border_bottom = 46
        own = source("own", x=[], y=[])
        self._points = figure.scatter("x", "y", source=own, size=4, line_color=None)
        # What is chosen is a matter of the session: Bokeh's own marks of a selection would tell the one before.
        self._points.selection_glyph = self._points.nonselection_glyph = None
        chosen = source("chosen", x=[], y=[])
        self._chosen = figure.scatter("x", "y", source=chosen, size=7, line_color=None)
        self._diagonal = figure.line("x", "y", source=source("diagonal", x=[], y=[]), line_dash="dashed")
        lasso, tap = LassoSelectTool(renderers=[self._points]), TapTool(renderers=[self._points])
        figure.add_tools(lasso, tap)
        # There is no tool bar to switch them on.
        figure.toolbar.active_drag, figure.toolbar.active_tap = lasso, tap
        # A change of the indices alone may be the next picture's, not the user's.
        figure.on_event("selectiongeometry", lambda event: event.final and on_select(list(own.selected.indices)))
        self._own, self.panel = own, self.plot.panel

    def update(self, measured, predicted, chosen, label, limits, dark, what="predicted"):
        """Draw anew: measured, predicted (n,); chosen (n,) bool; limits (low, high) of both axes; what: upright."""
        self._own.selected.indices = []
        self.plot.fill("own", x=measured, y=predicted)
        self.plot.fill("chosen", x=measured[chosen], y=predicted[chosen])
        self.plot.fill("diagonal", x=list(limits), y=list(limits))
        self._points.glyph.update(fill_color=ACCENTS[dark][0], fill_alpha=0.15 if chosen.any() else 0.55)
        self._chosen.glyph.fill_color = ACCENTS[dark][1]
        self._diagonal.glyph.line_color = NEUTRALS[dark]["quiet"]
        self.plot.frame(limits, limits, f"{label}, MD", what, dark)


class HistogramView:
    """Distributions of one quantity over the particles of one type."""

    def __init__(self):
        self.plot = Plot()
        figure, source = self.plot.figure, self.plot.source
        figure.min_border_bottom = 46
        first = source("first", x=[], y=[])
        self._area = figure.varea("x", 0, "y", source=first, fill_alpha=0.2)
        self._edge = figure.line("x", "y", source=first, line_width=2, line_alpha=0.8)
        self._second = figure.line("x", "y", source=source("second", x=[], y=[]), line_width=3)
        names = source("names", x=[], y=[], text=[], align=[], colour=[])
        look = {"text_baseline": "top", "text_font": {"value": FONT}, "text_font_size": type_size("13px")}
        figure.text("x", "y", "text", source=names, text_align="align", text_color="colour", **look)
        self.panel = self.plot.panel

    def update(self, values, label, limits, dark):
        """Draw anew: values: one or two names with (n,) each, the first as an area; limits of the horizontal axis."""
        curves = [(name, *density(numbers, limits)) for name, numbers in values.items()]
        ink, accent = method_colour("MD", dark), ACCENTS[dark][0]
        self.plot.fill("first", x=curves[0][1], y=curves[0][2])
        self._area.glyph.fill_color = self._edge.glyph.line_color = ink
        self.plot.fill("second", **dict(zip("xy", curves[1][1:] if len(curves) > 1 else ([], []), strict=True)))
        self._second.glyph.line_color = accent
        top = 1.08 * max(1e-9, *(float(np.nanmax(curve[2])) for curve in curves))
        ends = list(zip(curves, limits, (" {}", "{} "), ("left", "right"), (ink, accent), strict=False))
        self.plot.fill(
            "names",
            x=[end for _, end, *_ in ends],
            y=[top] * len(ends),
            text=[words.format(curve[0]) for curve, _, words, *_ in ends],
            align=[align for *_, align, _ in ends],
            colour=[colour for *_, colour in ends],
        )
        self.plot.frame(limits, (0, top), label, "probability density", dark)
