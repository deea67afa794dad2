"""The mean propensity against time, with the present time marked; a click chooses another."""

import holoviews as hv
import numpy as np
import panel as pn

from glassviz.colours import ACCENTS, NEUTRALS, method_colour
from glassviz.views.style import dressed, hook_of


class DecayView:
    """C_B(t) or R(t): thin lines for every configuration, a thick one for their mean, one for the chosen.

    on_time(t) is called with the label time nearest to a click.
    """

    def __init__(self, on_time):
        self._data = hv.streams.Pipe(data=None)
        self._times = np.empty(0)
        self._on_time, self._listening = on_time, set()
        plot = hv.DynamicMap(self._draw, streams=[self._data])
        self.panel = pn.pane.HoloViews(plot, sizing_mode="stretch_both", linked_axes=False)

    def update(self, times, means, chosen, time, tau, label, dark, followed=None):
        """Draw anew.

        times (n_times,); means (n_configurations, n_times); chosen: row of the shown configuration; tau: relaxation
        time or nan; followed: None or (name, MD halves (2, n_times), predicted (n_times,) or None) of one particle
        """
        self._times = np.asarray(times, dtype=float)
        self._data.send((self._times, means, chosen, time, tau, label, dark, followed))

    def _listen(self, figure):
        """Hear clicks anywhere in the figure; HoloViews' own tap stream hears none on an overlay that is drawn anew."""
        if figure.id not in self._listening:
            self._listening.add(figure.id)
            figure.on_event("tap", lambda event: self._clicked(event.x))

    def _clicked(self, x):
        if x and x > 0 and len(self._times):
            self._on_time(float(self._times[np.abs(np.log(self._times / x)).argmin()]))

    def _draw(self, data):
        if data is None or not len(data[0]):
            return dressed(hv.Overlay([hv.Curve([]), hv.Text(0.5, 0.5, "no labels at this temperature")]), False)
        times, means, chosen, time, tau, label, dark, followed = data
        neutral, accent = NEUTRALS[dark], ACCENTS[dark]
        top = 1.03 if "C_B" in label else 1.05 * float(np.nanmax(means))
        layers = [
            hv.Path([np.stack([times, row], axis=1) for row in means]).opts(color=neutral["line"], line_width=1),
            hv.Curve((times, np.nanmean(means, axis=0))).opts(color=method_colour("MD", dark), line_width=3),
            hv.Curve((times, means[chosen])).opts(color=accent[0], line_width=2),
            hv.Points((times, np.nanmean(means, axis=0))).opts(color=method_colour("MD", dark), size=6),
            hv.VLine(time).opts(color=accent[1], line_width=2),
            hv.VLine(tau if np.isfinite(tau) else time).opts(
                color=neutral["quiet"], line_width=1, line_dash="dashed", alpha=float(np.isfinite(tau))
            ),
            *self._followed(times, followed, accent, dark),
        ]
        return dressed(
            hv.Overlay(layers),
            dark,
            hooks=[hook_of(self._listen)],
            logx=True,
            xlabel="time t",
            title=_legend(len(means), np.isfinite(tau), followed),
            ylabel=label,
            ylim=(0, top),
            xlim=(0.7 * times[0], 1.4 * times[-1]),
        )

    def _followed(self, times, followed, accent, dark):
        """Curves of one particle: both halves of the replicas as a band, the prediction dashed."""
        empty = (times, np.full(len(times), np.nan))
        band, mean, guess = (*empty, empty[1]), empty, empty
        if followed is not None:
            _, halves, predicted = followed
            band = (times, halves.min(axis=0), halves.max(axis=0))
            mean = (times, halves.mean(axis=0))
            guess = (times, predicted) if predicted is not None else empty
        return [
            hv.Area(band, vdims=["low", "high"]).opts(color=accent[2], alpha=0.25, line_alpha=0),
            hv.Curve(mean).opts(color=accent[2], line_width=2.5),
            hv.Curve(guess).opts(color=accent[2], line_width=2.5, line_dash="dashed"),
        ]


def _legend(configurations, tau, followed):
    """What the lines are, in one line."""
    words = [f"thick: mean of {configurations}", "thin: this one"] + ["dashed: τ"] * bool(tau)
    if followed is not None:
        words = [f"violet: particle {followed[0]}", "band: halves", "dashed: model"]
    return " · ".join(words)
