"""Losses of a training against the epoch."""

import numpy as np

from glassviz.colours import ACCENTS
from glassviz.views.plot import Plot, accent, spread
from glassviz.views.type_size import type_size

LEGEND = "thick: validation · thin: training · where it jumps, two terms are added"


class LossView:
    """Loss of training (thin) and validation (thick) of every particle type, as far as it has come."""

    def __init__(self):
        self.plot = Plot(y_log=True)
        self.plot.figure.title = LEGEND
        columns = {"xs": [], "ys": [], "colour": [], "width": []}
        lines = self.plot.source("lines", **columns)
        self.plot.figure.multi_line("xs", "ys", source=lines, line_color="colour", line_width="width", name="lines")
        key = self.plot.source("key", x=[], y=[], text=[], colour=[], below=[])
        names = {"text_color": "colour", "text_font_size": type_size("12px"), "text_baseline": "top"}
        self.plot.figure.text("x", "y", "text", source=key, x_offset=6, y_offset="below", name="key", **names)
        self.panel = self.plot.panel

    def update(self, losses, dark, message=""):
        """Draw anew; losses : {type: (epochs, 2) of training and validation}; message : shown where there are none."""
        losses = {number: np.asarray(history, dtype=float) for number, history in losses.items() if len(history)}
        lines = {"xs": [], "ys": [], "colour": [], "width": []}
        for number, history in losses.items():
            for column, width in ((0, 1.2), (1, 2.6)):
                lines["xs"].append(np.arange(1, len(history) + 1))
                lines["ys"].append(history[:, column])
                lines["colour"].append(_colour(number, dark))
                lines["width"].append(width)
        self.plot.fill("lines", **lines)
        # Right of the lines there is room for their names.
        longest = max([20, *map(len, losses.values())])
        y_range = spread(lines["ys"], log=True) or (0.5, 2)
        self.plot.frame((0, 1.18 * longest), y_range, "epoch", "loss", dark)
        self.plot.fill(
            "key",
            x=[longest] * len(losses),
            y=[y_range[1]] * len(losses),
            text=[f"type {number}" for number in losses],
            colour=[_colour(number, dark) for number in losses],
            below=[16 * place for place in range(len(losses))],
        )
        self.plot.say("" if losses else message)


def _colour(number, dark):
    return accent((int(number) - 1) % len(ACCENTS[dark]), dark)
