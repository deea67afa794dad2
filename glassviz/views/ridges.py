"""Distributions above each other, a ridge for each state point: how they move from one to the next."""

import numpy as np

from glassviz.colours import NEUTRALS
from glassviz.views.plot import Plot
from glassviz.views.style import tick

STEP = 0.72
"""From one baseline to the next, in heights of the highest ridge."""


class RidgesView:
    """Filled curves on baselines of their own with a band of their spread; hovering tells the numbers."""

    def __init__(self):
        self.plot = Plot()
        figure = self.plot.figure
        fills = self.plot.source("fills", xs=[], ys=[], colour=[])
        figure.patches("xs", "ys", source=fills, fill_color="colour", fill_alpha=0.16, line_color=None)
        bands = self.plot.source("bands", xs=[], ys=[], colour=[])
        figure.patches("xs", "ys", source=bands, fill_color="colour", fill_alpha=0.3, line_color=None)
        level = self.plot.source("equal", xs=[], ys=[])
        self._equal = figure.multi_line("xs", "ys", source=level, line_width=1, line_dash="dashed")
        lines = self.plot.source("lines", xs=[], ys=[], colour=[], width=[])
        figure.multi_line("xs", "ys", source=lines, line_color="colour", line_width="width")
        dots = self.plot.source("dots", x=[], y=[], colour=[])
        figure.scatter("x", "y", source=dots, size=5, fill_color="colour", line_color=None)
        self.plot.points("hits")
        figure.ygrid.visible = False
        self.panel = self.plot.panel

    def update(self, ridges, xlabel, ylabel, dark, message=""):
        """Draw anew.

        ridges : dicts with name, x, mean, spread (n,), colour, now (bold); the first stands at the bottom
        A dashed line marks where all lengths would weigh the same. message : shown where there is no ridge
        """
        height = max((float((r["mean"] + r["spread"]).max()) for r in ridges), default=1.0)
        bases = [STEP * height * k for k in range(len(ridges))]
        self._fill(ridges, bases)
        x = [float(value) for ridge in ridges for value in ridge["x"]]
        ends = None, None
        if ridges:
            room = 0.03 * (max(x) - min(x)) or 0.5
            ends = (min(x) - room, max(x) + room), (-0.06 * height, bases[-1] + 1.15 * height)
        self.plot.frame(*ends, xlabel, ylabel if ridges else "", dark)
        axis = self.plot.figure.yaxis[0]
        tick(axis, bases)
        axis.major_label_overrides = {base: ridge["name"] for base, ridge in zip(bases, ridges, strict=True)}
        axis.visible = self.plot.figure.xaxis[0].visible = bool(ridges)
        axis.update(axis_line_color=None, major_tick_line_color=None)
        self._equal.glyph.line_color = NEUTRALS[dark]["quiet"]
        self.plot.say("" if ridges else message)

    def _fill(self, ridges, bases):
        """Columns of all sources; the ridge in front is the lowest, so it comes last."""
        pairs = list(zip(ridges, bases, strict=True))[::-1]
        rows = [(np.asarray(r["x"], dtype=float), base + r["mean"], r["spread"], base, r) for r, base in pairs]
        colour = [ridge["colour"] for ridge, _ in pairs]
        around = [np.concatenate([x, x[::-1]]) for x, *_ in rows]
        self.plot.fill(
            "fills", xs=around, ys=[np.concatenate([y, np.full(len(y), b)]) for _, y, _, b, _ in rows], colour=colour
        )
        bands = [np.concatenate([y + s, (y - s)[::-1]]) for _, y, s, _, _ in rows]
        self.plot.fill("bands", xs=around, ys=bands, colour=colour)
        self.plot.fill("equal", xs=[[x[0], x[-1]] for x, *_ in rows], ys=[[b + 1 / len(x)] * 2 for x, *_, b, _ in rows])
        width = [3.5 if ridge["now"] else 1.8 for ridge, _ in pairs]
        self.plot.fill("lines", xs=[x for x, *_ in rows], ys=[row[1] for row in rows], colour=colour, width=width)
        flat = [(a, b, r, k) for x, y, _, _, r in rows for k, (a, b) in enumerate(zip(x, y, strict=True))]
        self.plot.fill(
            "dots", x=[f[0] for f in flat], y=[f[1] for f in flat], colour=[ridge["colour"] for *_, ridge, _ in flat]
        )
        text = [f"{r['name']}, L = {a:g}: {r['mean'][k]:.3f} ± {r['spread'][k]:.3f}" for a, _, r, k in flat]
        self.plot.fill("hits", x=[f[0] for f in flat], y=[f[1] for f in flat], text=text)
