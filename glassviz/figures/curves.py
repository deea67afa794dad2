"""Panels of curves below each other: points with errors, lines, a band, a level."""

from dataclasses import dataclass, field

import numpy as np

from glassviz.figures.style import COLUMN, DASHES, INK, QUIET, sheet


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve.

    x, y, error : (n,); error None or nan: no bar; label "" stands in no legend
    dash : of DASHES, "" for points alone; marker : Matplotlib's, "" for a line alone; hollow : fill points white
    shift : points of print to the right of x, where bars at the same x would hide each other
    """

    x: np.ndarray
    y: np.ndarray
    error: np.ndarray | None = None
    label: str = ""
    colour: str = INK
    dash: str = "solid"
    marker: str = "o"
    hollow: bool = False
    width: float = 1.1
    opacity: float = 1.0
    shift: float = 0.0


@dataclass(frozen=True, eq=False)
class Panel:
    """One frame of curves.

    guide : a level, dotted, or None; band : (x, low, middle, high) or None, `band_label` its words in the legend
    span : (low, high) of x that is marked, or None
    x_range, y_range : (low, high) or None; ticks : {place on the x axis: words} in place of Matplotlib's
    title : of the legend
    """

    curves: list
    xlabel: str
    ylabel: str
    x_log: bool = False
    y_log: bool = False
    guide: float | None = None
    band: tuple | None = None
    band_label: str = ""
    span: tuple | None = None
    x_range: tuple | None = None
    y_range: tuple | None = None
    ticks: dict = field(default_factory=dict)
    title: str = ""


def draw_curves(panels, legend="inside", height=None):
    """A column of panels as a Matplotlib Figure; the x axis is shared where all labels are the same.

    legend : "inside" the first panel, "above" all of them where there are many names, or "" for none
    """
    shared = len({panel.xlabel for panel in panels}) == 1
    each = 2.4 if len(panels) == 1 else 1.75
    drawing, axes = sheet(COLUMN, height or 0.25 + each * len(panels), nrows=len(panels), sharex=shared)
    for axis, panel in zip(axes[:, 0], panels, strict=True):
        _draw(axis, panel)
    for axis in axes[:-1, 0] if shared else ():
        axis.set_xlabel("")
    # A curve may be missing from one panel: the fullest comes first, the others add what it lacks.
    known = [axis.get_legend_handles_labels() for axis in axes[:, 0]]
    entries = {}
    for handles, names in sorted(known, key=lambda pair: -len(pair[1])):
        entries |= {name: handle for name, handle in zip(names, handles, strict=True) if name not in entries}
    handles, names = list(entries.values()), list(entries)
    if names and legend == "above":
        # Long names stand below each other.
        columns = 2 if len(names) > 1 and max(map(len, names)) < 26 else 1
        if len(names) == 3 and max(map(len, names)) < 12:
            columns = 3
        drawing.legend(handles, names, loc="outside upper center", ncols=columns, title=panels[0].title or None)
    elif names and legend:
        axes[0, 0].legend(handles, names, title=panels[0].title or None, ncols=2 if len(names) > 5 else 1)
    return drawing


def _draw(axis, panel):
    axis.set(xscale="log" if panel.x_log else "linear", yscale="log" if panel.y_log else "linear")
    if panel.guide is not None:
        axis.axhline(panel.guide, color=QUIET, linewidth=0.6, linestyle=DASHES["dotted"], zorder=0)
    if panel.band is not None:
        x, low, middle, high = panel.band
        axis.fill_between(x, low, high, color=INK, alpha=0.15, linewidth=0, label=panel.band_label or None)
        axis.plot(x, middle, color=INK, linewidth=0.7, alpha=0.8)
    if panel.span is not None:
        axis.axvspan(*panel.span, color=INK, alpha=0.08, linewidth=0, zorder=0)
    for curve in panel.curves:
        _draw_curve(axis, curve, panel.y_log)
    axis.set_xlabel(panel.xlabel)
    axis.set_ylabel(panel.ylabel)
    if panel.x_range is not None:
        axis.set_xlim(panel.x_range)
    if panel.y_range is not None:
        axis.set_ylim(panel.y_range)
    if panel.ticks:
        axis.set_xticks(list(panel.ticks), list(panel.ticks.values()))
        axis.minorticks_off()
        if panel.y_log:
            axis.yaxis.minorticks_on()


def _draw_curve(axis, curve, y_log):
    from matplotlib.transforms import ScaledTranslation

    error = None if curve.error is None or not np.isfinite(curve.error).any() else np.nan_to_num(curve.error)
    if error is not None and y_log:
        # On a logarithmic axis a bar that reaches zero has no end.
        error = np.stack([np.minimum(error, 0.95 * np.asarray(curve.y)), error])
    drawn = axis.errorbar(
        curve.x,
        curve.y,
        yerr=error,
        label=curve.label or None,
        color=curve.colour,
        linestyle=DASHES[curve.dash] if curve.dash else "none",
        linewidth=curve.width,
        elinewidth=0.7,
        marker=curve.marker or "none",
        markerfacecolor="white" if curve.hollow else curve.colour,
        markeredgewidth=0.8 if curve.hollow else 0,
        markersize=4 if curve.hollow else 3,
        alpha=curve.opacity,
    )
    # Once the axis knows where the points are: a curve that is drawn elsewhere does not count in its limits.
    aside = ScaledTranslation(curve.shift / 72, 0, axis.figure.dpi_scale_trans)
    for part in drawn.get_children() if curve.shift else ():
        part.set_transform(part.get_transform() + aside)
