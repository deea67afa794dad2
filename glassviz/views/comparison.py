"""Predicted against measured propensity, particle by particle or as distributions."""

import holoviews as hv
import numpy as np
import panel as pn

from glassviz.colours import ACCENTS, NEUTRALS, method_colour
from glassviz.inside import density
from glassviz.views.style import dressed, hook_of


class ScatterView:
    """A point for each particle of one type: MD along x, prediction along y; lasso and click select.

    on_select(indices) gets positions in the arrays given to `update`.
    """

    def __init__(self, on_select):
        self._data = hv.streams.Pipe(data=None)
        self._on_select, self._listening = on_select, set()
        plot = hv.DynamicMap(self._draw, streams=[self._data])
        self.panel = pn.pane.HoloViews(plot, sizing_mode="stretch_both", linked_axes=False)

    def update(self, measured, predicted, chosen, label, limits, dark, what="predicted"):
        """Draw anew: measured, predicted (n,); chosen (n,) bool; limits (low, high) of both axes; what: upright."""
        self._data.send((measured, predicted, chosen, label, limits, dark, what))

    def _listen(self, figure):
        """Hear finished lassos and clicks; a change of the indices alone may be the next picture's, not the user's."""
        if figure.id in self._listening:
            return
        self._listening.add(figure.id)
        selection = figure.renderers[0].data_source.selected
        figure.on_event("selectiongeometry", lambda event: event.final and self._on_select(list(selection.indices)))

    def _draw(self, data):
        if data is None:
            data = (np.empty(0), np.empty(0), np.empty(0, bool), "", (0, 1), False, "predicted")
        measured, predicted, chosen, label, limits, dark, what = data
        accent, neutral = ACCENTS[dark], NEUTRALS[dark]
        faint = 0.15 if chosen.any() else 0.55
        layers = [
            hv.Points((measured, predicted)).opts(
                color=accent[0],
                size=4,
                alpha=faint,
                nonselection_alpha=faint,
                selection_alpha=faint,
                line_alpha=0,
                tools=["lasso_select", "tap"],
            ),
            hv.Points((measured[chosen], predicted[chosen])).opts(color=accent[1], size=7, line_alpha=0),
            hv.Curve((limits, limits)).opts(color=neutral["quiet"], line_width=1, line_dash="dashed"),
        ]
        return dressed(
            hv.Overlay(layers),
            dark,
            active_tools=["lasso_select", "tap"],
            hooks=[hook_of(self._listen)],
            xlabel=f"{label}, MD",
            ylabel=what,
            xlim=limits,
            ylim=limits,
        )


class HistogramView:
    """Distributions of one quantity over the particles of one type."""

    def __init__(self):
        self._data = hv.streams.Pipe(data=None)
        plot = hv.DynamicMap(self._draw, streams=[self._data])
        self.panel = pn.pane.HoloViews(plot, sizing_mode="stretch_both", linked_axes=False)

    def update(self, values, label, limits, dark):
        """Draw anew: values: one or two names with (n,) each, the first as an area; limits of the horizontal axis."""
        self._data.send((values, label, limits, dark))

    def _draw(self, data):
        values, label, limits, dark = data or ({"": np.empty(0)}, "", (0, 1), False)
        densities = [(name, density(numbers, limits)[1]) for name, numbers in values.items()]
        centres = density(np.empty(0), limits)[0]
        first, second = densities[0], densities[1] if len(densities) > 1 else ("", np.full(len(centres), np.nan))
        ink, accent = method_colour("MD", dark), ACCENTS[dark][0]
        top = 1.08 * max(float(np.nanmax([first[1], np.nan_to_num(second[1])])), 1e-9)
        layers = [
            hv.Area((centres, first[1])).opts(color=ink, alpha=0.2, line_color=ink, line_alpha=0.8, line_width=2),
            hv.Curve((centres, second[1])).opts(color=accent, line_width=3),
            hv.Text(limits[0], top, f" {first[0]}", halign="left", valign="top").opts(color=ink),
            hv.Text(limits[1], top, f"{second[0]} ", halign="right", valign="top").opts(color=accent),
        ]
        return dressed(hv.Overlay(layers), dark, xlabel=label, ylabel="probability density", xlim=limits, ylim=(0, top))
