"""The one style of publication figures: a journal's column, one serif font, ticks inside; always on white."""

from contextlib import contextmanager
from threading import RLock

from glassviz.colours import NEUTRALS

COLUMN, PAGE = 3.4, 7.0
"""Widths of a column and of a page of two columns, in inches."""
INK, QUIET, LINE = (NEUTRALS[False][name] for name in ("text", "quiet", "line"))
DASHES = {"solid": "-", "dashed": (0, (4, 2)), "dotdash": "-.", "dotted": (0, (1, 1.5))}
# Matplotlib brings this font along; the others stand in where a reader of an SVG file has it not.
FONTS = ["STIXGeneral", "STIX Two Text", "Times New Roman", "Times"]
_STYLE = {
    "font.family": "serif",
    "font.serif": FONTS,
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.title_fontsize": 8,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.handletextpad": 0.5,
    "legend.columnspacing": 1.2,
    "legend.labelspacing": 0.3,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 1.1,
    "lines.markersize": 3,
    "errorbar.capsize": 0,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.minor.size": 1.6,
    "ytick.minor.size": 1.6,
    "figure.dpi": 150,
    "savefig.dpi": 600,
    # Text stays text: fonts are embedded whole as TrueType in PDF and named in SVG.
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.fonttype": "none",
    # The same figure gives the same bytes.
    "svg.hashsalt": "glassviz",
}
# Matplotlib's settings are those of the whole process, and a server draws in several threads.
_lock = RLock()


@contextmanager
def styled():
    """Matplotlib's own defaults and then the style, for one drawing at a time; the user's settings come back."""
    import matplotlib

    with _lock, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def sheet(width=COLUMN, height=2.5, **grid):
    """A Matplotlib Figure without pyplot and its axes as a two-dimensional array; `grid` as of Figure.subplots."""
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(width, height), layout="constrained")
    drawing.get_layout_engine().set(w_pad=0.03, h_pad=0.03, hspace=0.02, wspace=0.02)
    return drawing, drawing.subplots(squeeze=False, **grid)


def colour_map(table):
    """A (256, 3) uint8 table as a colour map of Matplotlib; grey where there is no value."""
    from matplotlib.colors import ListedColormap

    return ListedColormap(table / 255.0).with_extremes(bad="#b4bac1")
