"""The mean propensity against time, with the present time marked; a click chooses another."""

import numpy as np
from bokeh.models import Span

from glassviz.colours import ACCENTS, NEUTRALS, method_colour
from glassviz.views.plot import Plot
from glassviz.views.style import FONT
from glassviz.views.type_size import type_size


class DecayView:
    """C_B(t) or R(t): thin lines for every configuration, a thick one for their mean, one for the chosen.

    on_time(t) is called with the label time nearest to a click.
    """

    def __init__(self, on_time):
        self.plot = Plot(x_log=True)
        self._times, self._on_time = np.empty(0), on_time
        figure, source = self.plot.figure, self.plot.source
        figure.min_border_bottom = 46
        figure.title.update(text_font=FONT, text_font_style="normal", text_font_size=type_size("11pt"))
        self._thin = figure.multi_line("xs", "ys", source=source("every", xs=[], ys=[]), line_width=1)
        mean = source("mean", x=[], y=[])
        self._mean = figure.line("x", "y", source=mean, line_width=3)
        self._chosen = figure.line("x", "y", source=source("chosen", x=[], y=[]), line_width=2)
        self._points = figure.scatter("x", "y", source=mean, size=6)
        self._now, self._tau = Span(dimension="height", line_width=2), Span(dimension="height", line_dash="dashed")
        followed = source("followed", x=[], low=[], high=[], middle=[], guess=[])
        self._followed = [
            figure.varea("x", "low", "high", source=followed, fill_alpha=0.25),
            figure.line("x", "middle", source=followed, line_width=2.5),
            figure.line("x", "guess", source=followed, line_width=2.5, line_dash="dashed"),
        ]
        for mark in (self._now, self._tau):
            figure.add_layout(mark)
        figure.on_event("tap", lambda event: self._clicked(event.x))
        self.panel = self.plot.panel

    def update(self, times, means, chosen, time, tau, label, dark, followed=None):
        """Draw anew; what has not changed is not sent.

        times (n_times,); means (n_configurations, n_times); chosen: row of the shown configuration; tau: relaxation
        time or nan; followed: None or (name, MD halves (2, n_times), predicted (n_times,) or None) of one particle
        """
        self._times = times = np.asarray(times, dtype=float)
        self._dress(dark)
        if not len(times):
            means, chosen, times = np.empty((0, 0)), None, np.empty(0)
        mean = np.nanmean(means, axis=0) if len(times) else np.empty(0)
        self.plot.fill("every", xs=[times] * len(means), ys=list(means))
        self.plot.fill("mean", x=times, y=mean)
        self.plot.fill("chosen", x=times, y=means[chosen] if len(times) else times)
        self._follow(times, followed)
        self._now.update(location=float(time), visible=bool(len(times)))
        self._tau.update(location=float(tau) if np.isfinite(tau) else float(time), visible=bool(np.isfinite(tau)))
        if not len(times):
            self.plot.frame(None, None, "time t", label, dark)
            self.plot.say("no labels at this temperature")
            self.plot.figure.title.text = ""
            return
        top = 1.03 if "C_B" in label else 1.05 * float(np.nanmax(means))
        self.plot.frame((0.7 * times[times > 0][0], 1.4 * times[-1]), (0, top), "time t", label, dark)
        self.plot.say("")
        self.plot.figure.title.text = _legend(len(means), np.isfinite(tau), followed)

    def _dress(self, dark):
        neutral, accent = NEUTRALS[dark], ACCENTS[dark]
        self._thin.glyph.line_color = neutral["line"]
        self._mean.glyph.line_color = method_colour("MD", dark)
        self._points.glyph.update(fill_color=method_colour("MD", dark), line_color=method_colour("MD", dark))
        self._chosen.glyph.line_color, self._now.line_color = accent[0], accent[1]
        self._tau.line_color = neutral["quiet"]
        band, *lines = self._followed
        band.glyph.fill_color = accent[2]
        for line in lines:
            line.glyph.line_color = accent[2]

    def _follow(self, times, followed):
        """Curves of one particle: both halves of the replicas as a band, the prediction dashed."""
        if followed is None or not len(times):
            self.plot.fill("followed", x=[], low=[], high=[], middle=[], guess=[])
            return
        _, halves, predicted = followed
        guess = np.full(len(times), np.nan) if predicted is None else predicted
        ends = {"low": halves.min(axis=0), "high": halves.max(axis=0), "middle": halves.mean(axis=0)}
        self.plot.fill("followed", x=times, guess=guess, **ends)

    def _clicked(self, x):
        if x and x > 0 and len(self._times):
            self._on_time(float(self._times[np.abs(np.log(np.maximum(self._times, 1e-300) / x)).argmin()]))


def _legend(configurations, tau, followed):
    """What the lines are, in one line."""
    words = [f"thick: mean of {configurations}", "thin: this one"] + ["dashed: τ"] * bool(tau)
    if followed is not None:
        words = [f"violet: particle {followed[0]}", "band: halves", "dashed: model"]
    return " · ".join(words)
