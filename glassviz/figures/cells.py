"""Maps of cells: rows with names, columns with lengths, one symmetric or given scale of colours."""

import numpy as np

from glassviz.figures.style import COLUMN, INK, LINE, colour_map, sheet


def draw_cells(maps, rows, columns, table, label, xlabel, titles=("",), frames=(), blocks=1, positive=False):
    """Maps below each other on one scale, symmetric or from 0 where `positive`, as a Matplotlib Figure.

    maps (n, rows, columns), nan is crossed out; rows, columns : words; frames : [(map, row, column)] with a thick rim
    blocks : rows that belong together, told from the next by a line
    """
    maps = np.asarray(maps, dtype=float)
    reach = float(np.nanmax(np.abs(maps))) if np.isfinite(maps).any() else 1.0
    drawing, axes = sheet(COLUMN, 0.85 + len(maps) * (0.25 + 0.125 * len(rows)), nrows=len(maps), sharex=True)
    for k, (axis, values) in enumerate(zip(axes[:, 0], maps, strict=True)):
        # As rectangles: what is drawn as an image is blurred by many readers of PDF.
        cells = axis.pcolormesh(
            np.ma.masked_invalid(values), cmap=colour_map(table), vmin=0.0 if positive else -reach, vmax=reach,
            edgecolors="white", linewidth=0.3,
        )  # fmt: skip
        unused = np.argwhere(~np.isfinite(values)) + 0.5
        axis.plot(unused[:, 1], unused[:, 0], "x", color=LINE, markersize=2.5, markeredgewidth=0.6)
        for _, row, column in (frame for frame in frames if frame[0] == k):
            axis.plot(column + np.array([0, 1, 1, 0, 0]), row + np.array([0, 0, 1, 1, 0]), color=INK, linewidth=1.1)
        for row in range(blocks, len(rows), blocks):
            axis.axhline(row, color=INK, linewidth=0.5)
        step = 2 if len(columns) > 8 else 1
        axis.set_xticks(np.arange(0, len(columns), step) + 0.5, columns[::step])
        axis.set_yticks(np.arange(len(rows)) + 0.5, rows, fontsize=6.5)
        axis.tick_params(length=0, which="both")
        axis.invert_yaxis()
        axis.set_title(titles[k], loc="left", fontsize=8)
    axes[-1, 0].set_xlabel(xlabel)
    bar = drawing.colorbar(cells, ax=list(axes[:, 0]), location="right", aspect=30, pad=0.02)
    bar.set_label(label)
    bar.outline.set_linewidth(0.5)
    return drawing
