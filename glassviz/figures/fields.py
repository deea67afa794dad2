"""Fields on regular grids over one box, beside each other on one scale of colours."""

import numpy as np

from glassviz.figures.discs import bar_below, frame
from glassviz.figures.style import COLUMN, PAGE, colour_map, sheet


def draw_fields(fields, box, scale, label):
    """Fields {title: (n_x, n_y)} over the box (2,) as a Matplotlib Figure.

    scale : (low, high, (256, 3) table); label : of the colour bar
    """
    low, high, table = scale
    width = COLUMN if len(fields) == 1 else 0.82 * PAGE
    drawing, axes = sheet(width, width / len(fields) * box[1] / box[0] + 0.62, ncols=len(fields))
    for axis, (title, field) in zip(axes[0], fields.items(), strict=True):
        # Colours run from node to node, through the periodic edges too.
        nodes = [(np.arange(-1, n + 1) + 0.5) * edge / n for edge, n in zip(box, field.shape, strict=True)]
        field = np.pad(field, 1, mode="wrap").T
        look = {"cmap": colour_map(table), "vmin": low, "vmax": high, "shading": "gouraud", "rasterized": True}
        cells = axis.pcolormesh(*nodes, field, **look)
        frame(axis, box, None, title)
    bar_below(drawing, cells, list(axes[0]), label)
    return drawing
