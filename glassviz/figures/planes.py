"""Planes of points side by side, with the same axes and one scale of colours."""

import numpy as np

from glassviz.figures.plane import MOST_VECTORS
from glassviz.figures.style import INK, PAGE, colour_map, sheet


def draw_planes(planes, scale, labels):
    """A row of frames with points as a Matplotlib Figure.

    planes : [(title, points (n, 2), values (n,))], nan is grey; scale : (low, high, (256, 3) table)
    labels : of x, y and the values
    """
    drawing, axes = sheet(PAGE, 2.35, ncols=len(planes), sharex=True, sharey=True)
    low, high, table = scale
    many = sum(len(points) for _, points, _ in planes) > MOST_VECTORS
    for axis, (title, points, values) in zip(axes[0], planes, strict=True):
        cloud = axis.scatter(
            *points.T,
            s=3,
            c=np.ma.masked_invalid(values),
            plotnonfinite=True,
            cmap=colour_map(table),
            vmin=low,
            vmax=high,
            edgecolors=INK,
            linewidths=0.1,
            rasterized=many,
        )
        axis.set_title(title, fontsize=8)
    together = np.concatenate([points for _, points, _ in planes])
    # A few particles far away would press all others into a corner; they are in the table.
    ends = np.nanpercentile(together, (0.1, 99.9), axis=0)
    room = 0.04 * (ends[1] - ends[0]) + 1e-9
    axes[0, 0].set(xlim=(ends[0, 0] - room[0], ends[1, 0] + room[0]), ylim=(ends[0, 1] - room[1], ends[1, 1] + room[1]))
    drawing.supxlabel(labels[0], fontsize=9)
    axes[0, 0].set_ylabel(labels[1])
    bar = drawing.colorbar(cloud, ax=list(axes[0]), location="right", aspect=30, pad=0.01)
    bar.set_label(labels[2])
    bar.outline.set_linewidth(0.5)
    return drawing
