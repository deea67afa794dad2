"""A Bokeh figure in the house style whose data are replaced, never the figure: nothing flickers or jumps."""

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, FixedTicker, Grid, HoverTool, LogAxis, PrintfTickFormatter, Range1d
from bokeh.plotting import figure

from glassviz.colours import ACCENTS, NEUTRALS
from glassviz.views.style import dress
from glassviz.views.type_size import type_size

POINT = 7
REACH = 0.04
"""How far from a point, in widths of the frame, a click still means the point."""


class Plot:
    """One figure with clickable points, a sentence for when there is nothing to draw, and `panel`.

    on_click(**row) gets the columns of the clicked row of `hits` other than x, y and text.
    """

    def __init__(self, x_log=False, y_log=False, on_click=None):
        kinds = {True: "log", False: "linear"}
        self.figure = figure(
            x_axis_type=kinds[x_log],
            y_axis_type=kinds[y_log],
            x_range=Range1d(0.1, 1),
            y_range=Range1d(0.1, 1),
            tools="",
            toolbar_location=None,
            sizing_mode="stretch_both",
            min_width=150,
            min_height=100,
            # Room for subscripts of the label below the axis.
            min_border_bottom=58,
        )
        self._scales = self._log_scales() if y_log else ()
        for axis in self.figure.axis:
            axis.axis_label_text_font_size, axis.major_label_text_font_size = type_size("11pt"), type_size("10pt")
            axis.axis_label_standoff = 4
        self._log, self._sources, self._on_click = (x_log, y_log), {}, on_click
        words = self.source("words", x=[], y=[], text=[])
        self.words = self.figure.text(
            "x",
            "y",
            "text",
            source=words,
            text_align="center",
            text_baseline="middle",
            text_font_size=type_size("13px"),
        )
        self.panel = pn.pane.Bokeh(self.figure, sizing_mode="stretch_both", margin=0)

    def source(self, name, **columns):
        """A new data source that `fill` reaches by its name."""
        self._sources[name] = ColumnDataSource(columns)
        return self._sources[name]

    def fill(self, name, **columns):
        """Replace the columns of a source; the same again is not sent."""
        if not _alike(self._sources[name].data, columns):
            self._sources[name].data = columns

    def points(self, name, **columns):
        """A source of points that explain themselves under the pointer and can be clicked, drawn elsewhere."""
        source = self.source(name, x=[], y=[], text=[], **columns)
        hits = self.figure.scatter("x", "y", source=source, size=14, alpha=0, line_alpha=0)
        self.figure.add_tools(HoverTool(renderers=[hits], tooltips="@text", point_policy="snap_to_data", limit=1))
        if self._on_click is not None:
            self.figure.on_event("tap", lambda event: self._clicked(source.data, event.x, event.y))
        return source

    def _clicked(self, data, x, y):
        """Hand on the row of the point nearest to (x, y), if it is near."""
        if x is None or y is None or not len(data["x"]):
            return
        aside, above = (
            _place(np.asarray(data[name], dtype=float), own, log) - _place(at, own, log)
            for name, at, own, log in zip(
                "xy", (x, y), (self.figure.x_range, self.figure.y_range), self._log, strict=True
            )
        )
        nearest = int(np.hypot(aside, above).argmin())
        if np.hypot(aside, above)[nearest] < REACH:
            self._on_click(**{name: values[nearest] for name, values in data.items() if name not in ("x", "y", "text")})

    def frame(self, x, y, xlabel, ylabel, dark):
        """Ranges (low, high) of both axes, labels and colours; without ranges the sentence stands in the middle."""
        for own, given, log in ((self.figure.x_range, x, self._log[0]), (self.figure.y_range, y, self._log[1])):
            low, high = given or ((1, 10) if log else (0, 1))
            own.update(start=float(low), end=float(high))
        if y:
            self._few_decades(y[0] > 1e-6 and y[1] < 1e3 * y[0])
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = xlabel, ylabel
        self.dress(dark)

    def _log_scales(self):
        """Axes and grids of a logarithmic height: for many decades, with powers of ten, and for few.

        One of them is seen at a time. To change the ticks of one would change what refers to what, for which a server
        searches all models of the page.
        """
        ticker = FixedTicker(ticks=[float(f"{m}e{k}") for k in range(-6, 12) for m in (1, 2, 5)])
        # Bokeh's own formatter gives all ticks as many decimals as the largest needs: 0.00002 becomes 0.
        axis = LogAxis(ticker=ticker, formatter=PrintfTickFormatter(format="%g"), visible=False)
        grid = Grid(dimension=1, ticker=ticker, visible=False)
        many = self.figure.yaxis[0], self.figure.ygrid[0]
        self.figure.add_layout(axis, "left")
        self.figure.add_layout(grid)
        return many, (axis, grid)

    def _few_decades(self, few):
        """Scale of a logarithmic height: 1, 2 and 5 in plain numbers for few decades, else powers of ten."""
        for place, scale in enumerate(self._scales):
            for part in scale:
                part.visible = bool(place) == bool(few)

    def dress(self, dark):
        """Colours of one theme."""
        self.words.glyph.text_color = NEUTRALS[dark]["quiet"]
        dress(self.figure, dark)

    def say(self, sentence):
        """Write a sentence in the middle of the present ranges; "" removes it."""
        middle = [
            np.sqrt(r.start * r.end) if log else (r.start + r.end) / 2
            for r, log in zip((self.figure.x_range, self.figure.y_range), self._log, strict=True)
        ]
        self.fill("words", x=[middle[0]], y=[middle[1]], text=[sentence])


def _alike(old, new):
    """Whether two sets of columns hold the same."""
    return old.keys() == new.keys() and all(_same(old[name], new[name]) for name in new)


def _same(old, new):
    """Whether two columns hold the same; of columns of arrays, each row is one."""
    if len(old) != len(new):
        return False
    if len(new) and isinstance(new[0], np.ndarray | list | tuple):
        return all(_same(first, second) for first, second in zip(old, new, strict=True))
    old, new = np.asarray(old), np.asarray(new)
    numbers = old.dtype.kind == new.dtype.kind == "f"
    return old.shape == new.shape and np.array_equal(old, new, equal_nan=numbers)


def _place(values, axis, log):
    """Where `values` lie along an axis, 0 to 1."""
    low, high = (np.log(axis.start), np.log(axis.end)) if log else (axis.start, axis.end)
    return ((np.log(np.maximum(values, 1e-300)) if log else values) - low) / (high - low)


def spread(values, log=False, margin=0.06):
    """(low, high) around the finite values with a margin; None without any."""
    values = np.concatenate([np.asarray(v, dtype=float).ravel() for v in values]) if len(values) else np.empty(0)
    values = values[np.isfinite(values) & (values > 0 if log else True)]
    if len(values) == 0:
        return None
    low, high = (np.log(values.min()), np.log(values.max())) if log else (values.min(), values.max())
    # What differs by rounding alone lies in the middle of a wider range.
    room = margin * (high - low) if high - low > 1e-9 * abs(high) else 0.1 * (abs(high) or 1)
    return (np.exp(low - room), np.exp(high + room)) if log else (low - room, high + room)


def accent(number, dark):
    """One of the three accents."""
    return ACCENTS[dark][number]
