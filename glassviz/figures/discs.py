"""Snapshots beside each other: every particle a disc of its true size, coloured by a value, with colour bars."""

from dataclasses import dataclass

import numpy as np

from glassviz.figures.style import COLUMN, INK, PAGE, colour_map, sheet

MOST_VECTORS = 5000
"""More discs than these are stored as pixels inside PDF and SVG: else a file has many megabytes."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One panel: values (N,), title, low and high ends of the colours, (256, 3) table, words of its colour bar.

    The bar of a panel with an empty label is that of the panel before it.
    """

    values: np.ndarray
    title: str
    low: float
    high: float
    table: np.ndarray
    label: str


def draw_discs(positions, radii, box, snapshots, view=None):
    """Snapshots of one configuration as a Matplotlib Figure.

    positions (N, d) in [0, box), radii (N,), box (d,); view : (x, y, width) of a part of the box, None: all of it
    In three dimensions one looks along z: particles of larger z cover others.
    """
    width = COLUMN * 0.75 if len(snapshots) == 1 else PAGE
    each = width / len(snapshots)
    drawing, axes = sheet(width, each + 0.62, ncols=len(snapshots))
    positions, particle = with_images(positions, radii, box)
    order = np.argsort(positions[:, 2], kind="stable") if positions.shape[1] == 3 else np.arange(len(positions))
    first = 0
    for k, (axis, snapshot) in enumerate(zip(axes[0], snapshots, strict=True)):
        discs = _discs(axis, positions[order, :2], radii[particle[order]], box, snapshot, particle[order])
        frame(axis, box, view, snapshot.title)
        last = k + 1 == len(snapshots) or snapshots[k + 1].label
        if last:
            shown = list(axes[0, first : k + 1])
            bar_below(drawing, discs, shown, snapshots[first].label)
            first = k + 1
    return drawing


def with_images(positions, radii, box):
    """Positions of all particles and of the periodic images that reach into the picture; whose they are."""
    whose = np.arange(len(positions))
    for axis in (0, 1):
        place, reach = positions[:, axis], radii[whose]
        parts = [(place < np.inf, 0.0), (place < reach, box[axis]), (place > box[axis] - reach, -box[axis])]
        shift = np.eye(positions.shape[1])[axis]
        positions, whose = (
            np.concatenate([positions[chosen] + by * shift for chosen, by in parts]),
            np.concatenate([whose[chosen] for chosen, _ in parts]),
        )
    return positions, whose


def _discs(axis, positions, radii, box, snapshot, particles):
    from matplotlib.collections import EllipseCollection

    discs = EllipseCollection(
        2 * radii,
        2 * radii,
        np.zeros(len(radii)),
        units="xy",
        offsets=positions,
        offset_transform=axis.transData,
        cmap=colour_map(snapshot.table),
        edgecolors=INK,
        linewidths=0.15 * min(1.0, 36 / box[0]),
        rasterized=len(radii) > MOST_VECTORS,
    )
    discs.set_array(np.ma.masked_invalid(np.asarray(snapshot.values, dtype=float)[particles]))
    discs.set_clim(snapshot.low, snapshot.high)
    axis.add_collection(discs)
    return discs


def bar_below(drawing, coloured, axes, label):
    """A colour bar under the axes that share it."""
    bar = drawing.colorbar(coloured, ax=axes, location="bottom", aspect=28 * len(axes), pad=0.015, shrink=0.7)
    bar.set_label(label, labelpad=2)
    bar.outline.set_linewidth(0.5)


def frame(axis, box, view, title):
    """Limits, a scale bar, no ticks; view : (x, y, width) of a part of the box, None: all of it."""
    from matplotlib.patches import Rectangle

    if view is None:
        left, right, low, high = 0.0, box[0], 0.0, box[1]
    else:
        x, y, width = view
        left, right, low, high = x - width / 2, x + width / 2, y - width / 2, y + width / 2
    axis.set(xlim=(left, right), ylim=(low, high), aspect="equal", xticks=[], yticks=[], title=title)
    wanted = 0.2 * (right - left)
    length = next(m * 10.0**k for k in range(4, -4, -1) for m in (5, 2, 1) if m * 10.0**k <= wanted)
    at, height = left + 0.035 * (right - left), low + 0.03 * (high - low)
    ground = {"facecolor": "white", "alpha": 0.85, "linewidth": 0, "zorder": 4}
    room = 0.018 * (right - left)
    axis.add_patch(Rectangle((at - room, height - room), length + 2 * room, 0.085 * (high - low), **ground))
    axis.plot([at, at + length], [height] * 2, color=INK, linewidth=2, solid_capstyle="butt", zorder=6)
    above = height + 0.012 * (high - low)
    words = rf"${length:g}\,\sigma_{{11}}$"
    axis.text(at + length / 2, above, words, fontsize=7, ha="center", va="bottom", zorder=5)
