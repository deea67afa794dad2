"""Losses of a training against the epoch."""

import numpy as np

from glassviz.views.colours import ACCENTS
from glassviz.views.plot import Plot, accent, spread

LEGEND = "thick: validation · thin: training"


class LossView:
    """Loss of training (thin) and validation (thick) of every particle type, as far as it has come."""

    def __init__(self):
        self.plot = Plot()
        self.plot.figure.title = LEGEND
        columns = {"xs": [], "ys": [], "colour": [], "width": []}
        self.plot.figure.multi_line(
            "xs", "ys", source=self.plot.source("lines", **columns), line_color="colour", line_width="width"
        )
        ends = self.plot.source("ends", x=[], y=[], text=[], colour=[])
        names = {"text_color": "colour", "text_font_size": "12px", "text_baseline": "middle"}
        self.plot.figure.text("x", "y", "text", source=ends, x_offset=6, **names)
        self.panel = self.plot.panel

    def update(self, losses, dark, message=""):
        """Draw anew; losses : {type: (epochs, 2) of training and validation}; message : shown where there are none."""
        losses = {number: np.asarray(history, dtype=float) for number, history in losses.items() if len(history)}
        lines = {"xs": [], "ys": [], "colour": [], "width": []}
        ends = {"x": [], "y": [], "text": [], "colour": []}
        for number, history in losses.items():
            colour = accent((int(number) - 1) % len(ACCENTS[dark]), dark)
            for column, width in ((0, 1.2), (1, 2.6)):
                lines["xs"].append(np.arange(1, len(history) + 1))
                lines["ys"].append(history[:, column])
                lines["colour"].append(colour)
                lines["width"].append(width)
            for name, value in zip(ends, (len(history), history[-1, 1], f"type {number}", colour), strict=True):
                ends[name].append(value)
        self.plot.fill("lines", **lines)
        self.plot.fill("ends", **ends)
        # Room on the right for the names of the lines.
        longest = max((len(history) for history in losses.values()), default=0)
        x_range = (0, 1.18 * max(longest, 20)) if losses else None
        self.plot.frame(x_range, spread(lines["ys"]), "epoch", "loss", dark)
        self.plot.say("" if losses else message)
