"""Losses of a training against the epoch."""

import numpy as np

from glassviz.colours import ACCENTS
from glassviz.views.plot import Plot, accent, spread
from glassviz.views.type_size import type_size

SHOWN = len(ACCENTS[False])
LEGEND = "thick: validation · thin: training · where it jumps, two terms are added"


class LossView:
    """Loss of training (thin) and validation (thick) of each particle type, or of the last stages, as far as it is."""

    def __init__(self):
        self.plot = Plot(y_log=True)
        self.plot.figure.title = LEGEND
        columns = {"xs": [], "ys": [], "colour": [], "width": []}
        lines = self.plot.source("lines", **columns)
        self.plot.figure.multi_line("xs", "ys", source=lines, line_color="colour", line_width="width", name="lines")
        key = self.plot.source("key", x=[], y=[], text=[], colour=[], below=[])
        names = {"text_color": "colour", "text_font_size": type_size("12px"), "text_baseline": "top"}
        names |= {"text_align": "right", "x_offset": -6, "y_offset": "below"}
        self.plot.figure.text("x", "y", "text", source=key, name="key", **names)
        self.panel = self.plot.panel

    def update(self, losses, dark, message=""):
        """Draw anew; losses : {type or stage: (epochs, 2) of training and validation}; message : where there are none.

        Of more entries than there are accents the last are drawn: a transfer has dozens of stages.
        """
        losses = {name: np.asarray(history, dtype=float) for name, history in losses.items() if len(history)}
        losses = dict(list(losses.items())[-SHOWN:])
        # A type has the colour of its number, as in the figure that is saved.
        numbers = [int(name) - 1 if str(name).isdigit() else place for place, name in enumerate(losses)]
        colours = [accent(number % SHOWN, dark) for number in numbers]
        lines = {"xs": [], "ys": [], "colour": [], "width": []}
        for place, history in enumerate(losses.values()):
            for column, width in ((0, 1.2), (1, 2.6)):
                lines["xs"].append(np.arange(1, len(history) + 1))
                lines["ys"].append(history[:, column])
                lines["colour"].append(colours[place])
                lines["width"].append(width)
        self.plot.fill("lines", **lines)
        # Right of the lines there is room for their names.
        longest, named = max([20, *map(len, losses.values())]), [_named(name) for name in losses]
        right = (1.18 if max(map(len, named), default=0) < 10 else 1.4) * longest
        y_range = spread(lines["ys"], log=True) or (0.5, 2)
        self.plot.frame((0, right), y_range, "epoch", "loss", dark)
        self.plot.fill(
            "key",
            x=[right] * len(losses),
            y=[y_range[1]] * len(losses),
            text=named,
            colour=colours,
            below=[16 * place for place in range(len(losses))],
        )
        self.plot.say("" if losses else message)


def _named(name):
    """A type is a number, a stage has words."""
    return f"type {name}" if str(name).isdigit() else name
