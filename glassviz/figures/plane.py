"""Particles as points in a plane: coloured by a value, with contours of a field, or against the diagonal."""

import numpy as np

from glassviz.colours import class_places
from glassviz.figures.style import COLUMN, DASHES, INK, QUIET, colour_map, sheet

MOST_VECTORS = 5000
"""More points than these are stored as pixels inside PDF and SVG."""


def draw_plane(points, values, scale, labels, field=None, others=None):
    """Points (n, 2) coloured by values (n,) as a Matplotlib Figure.

    scale : (low, high, (256, 3) table); labels : of x, y and the values
    field : None or function((..., 2)) -> (...), drawn as lines with their values; others : (points, values) behind
    """
    drawing, ((axis,),) = sheet(COLUMN, 3.0)
    low, high, table = scale
    parts = [(points, values, 5, 0.9, 0.2)]
    if others is not None:
        parts.insert(0, (*others, 2.5, 0.35, 0))
    for place, numbers, size, opacity, rim in parts:
        cloud = axis.scatter(
            *place.T,
            s=size,
            c=np.ma.masked_invalid(numbers),
            plotnonfinite=True,
            cmap=colour_map(table),
            vmin=low,
            vmax=high,
            alpha=opacity,
            edgecolors=INK,
            linewidths=rim,
            rasterized=len(place) > MOST_VECTORS,
        )
    if field is not None:
        _contours(axis, points, field)
    axis.set(xlabel=labels[0], ylabel=labels[1])
    bar = drawing.colorbar(cloud, ax=axis, location="top", aspect=35, pad=0.02)
    bar.set_label(labels[2])
    if (classes := class_places(*scale)) is not None:
        bar.set_ticks(classes)
        bar.minorticks_off()
    bar.solids.set_alpha(1)
    bar.outline.set_linewidth(0.5)
    return drawing


def _contours(axis, points, field):
    from matplotlib.patheffects import withStroke
    from matplotlib.ticker import MaxNLocator

    ends = [axis.get_xlim(), axis.get_ylim()]
    grids = [np.linspace(*end, 80) for end in ends]
    # Lines where the points are: far from them a network gives anything.
    levels = MaxNLocator(6).tick_values(*np.percentile(field(points), (1, 99)))
    lines = axis.contour(*grids, field(np.stack(np.meshgrid(*grids), axis=-1)), levels, colors=QUIET, linewidths=0.6)
    rim = [withStroke(linewidth=2, foreground="white")]
    for words in axis.clabel(lines, fontsize=6.5, inline_spacing=2):
        words.set(path_effects=rim, zorder=3)
    axis.set(xlim=ends[0], ylim=ends[1])


def draw_against(x, y, limits, labels, note="", colour=INK):
    """Points (n,) against (n,) with the diagonal, both axes over `limits`, as a Matplotlib Figure."""
    drawing, ((axis,),) = sheet(COLUMN * 0.85, COLUMN * 0.85)
    axis.plot(limits, limits, color=QUIET, linewidth=0.7, linestyle=DASHES["dashed"])
    axis.plot(x, y, ".", color=colour, markersize=2.5, alpha=0.6, markeredgewidth=0, rasterized=len(x) > MOST_VECTORS)
    axis.set(xlim=limits, ylim=limits, aspect="equal", xlabel=labels[0], ylabel=labels[1])
    if note:
        axis.text(0.05, 0.95, note, transform=axis.transAxes, ha="left", va="top", fontsize=8)
    return drawing
