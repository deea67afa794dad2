"""Particles as points in a plane of two quantities, coloured by a third; a field may lie behind them."""

import numpy as np
from bokeh.core.properties import value
from bokeh.models import BasicTicker, ColorBar, FixedTicker, HoverTool, LassoSelectTool, LinearColorMapper, TapTool
from bokeh.plotting.contour import contour_data

from glassviz.colours import NEUTRALS, SEQUENTIAL, class_places, hex_colours
from glassviz.views.plot import Plot, accent, spread
from glassviz.views.style import FONT, dress_bar
from glassviz.views.type_size import type_size

MOST_POINTS = 100_000
"""More points than these are drawn by Datashader."""
MISSING = {False: "#99a0a8", True: "#6c737c"}
PIXELS = (480, 480)
SEQUENTIAL_COLOURS = hex_colours(SEQUENTIAL)


class CloudView:
    """A point for each particle; lasso and click select: on_select(indices) gets rows of the points given to `update`.

    bar : whether a colour bar stands above the plane
    """

    def __init__(self, on_select, bar=True):
        self.plot = Plot()
        figure = self.plot.figure
        figure.min_border_bottom = 52
        self._colours, self._ground = (LinearColorMapper(SEQUENTIAL_COLOURS, low=0, high=1) for _ in range(2))
        self._field(figure)
        points = {"x": [], "y": [], "value": [], "particle": []}
        fill = {"fill_color": {"field": "value", "transform": self._colours}}
        source = self.plot.source("others", **points)
        self._others = figure.scatter("x", "y", source=source, size=4, line_color=None, **fill)
        self._own = self.plot.source("own", **points)
        self._points = figure.scatter("x", "y", source=self._own, size=6, **fill)
        # What is chosen is a matter of the session: Bokeh's own marks of a selection would tell the one before.
        self._points.selection_glyph = self._points.nonselection_glyph = None
        chosen = self.plot.source("chosen", **points)
        self._chosen = figure.scatter("x", "y", source=chosen, size=11, line_width=2.5, **fill)
        lasso, tap = LassoSelectTool(renderers=[self._points]), TapTool(renderers=[self._points])
        self._hover = HoverTool(renderers=[self._points], limit=3)
        figure.add_tools(lasso, tap, self._hover)
        figure.toolbar.active_drag, figure.toolbar.active_tap = lasso, tap
        figure.on_event(
            "selectiongeometry", lambda event: event.final and on_select([int(k) for k in self._own.selected.indices])
        )
        self._bar = ColorBar(color_mapper=self._colours, height=10, padding=6)
        self._tickers = BasicTicker(desired_num_ticks=5), FixedTicker(ticks=[])
        if bar:
            figure.add_layout(self._bar, "above")
        self.panel = self.plot.panel

    def _field(self, figure):
        """Glyphs of the field: its colours, faint, its lines and their values, and the cloud of many points."""
        ground = self.plot.source("ground", image=[], x=[], y=[], dw=[], dh=[])
        place = {"x": "x", "y": "y", "dw": "dw", "dh": "dh"}
        figure.image("image", source=ground, color_mapper=self._ground, global_alpha=0.35, **place)
        raster = self.plot.source("raster", image=[], x=[], y=[], dw=[], dh=[])
        figure.image_rgba("image", source=raster, **place)
        lines = self.plot.source("lines", xs=[], ys=[])
        self._lines = figure.multi_line("xs", "ys", source=lines, line_width=1, line_alpha=0.7)
        values = self.plot.source("values", x=[], y=[], text=[])
        self._values = figure.text(
            "x",
            "y",
            "text",
            source=values,
            text_font=value(FONT),
            text_font_size=type_size("12px"),
            text_align="center",
            text_baseline="middle",
        )

    def update(self, points, values, chosen, labels, scale, dark, message="", others=None, field=None, limits=None):
        """Draw anew.

        points (n, 2); values (n,), nan is grey; chosen (n,) bool; labels : of x, y and the values; "": not explained
        scale : (low, high, (256, 3) table) of the colours
        message : stands in place of points where there are none
        others : (points (m, 2), values (m,)) behind, which cannot be selected
        field : None or function((..., 2)) -> (...), drawn with lines and with `limits` = (low, high, table) as colours
        """
        neutral, shown = NEUTRALS[dark], points if others is None else np.concatenate([points, others[0]])
        x, y = (spread([shown[:, k]], margin=0.05) for k in (0, 1))
        self.plot.frame(x, y, *labels[:2], dark)
        self.plot.say("" if len(points) else message)
        low, high, table = scale
        self._colours.update(low=low, high=high, palette=hex_colours(table), nan_color=MISSING[dark])
        classes = class_places(*scale)
        self._tickers[1].ticks = [] if classes is None else list(classes)
        self._bar.update(title=labels[2], ticker=self._tickers[classes is not None])
        dress_bar(self._bar, dark)
        self._own.selected.indices = []
        for name, part in (("own", np.ones(len(points), bool)), ("chosen", chosen)):
            self.plot.fill(name, **_columns(points[part], values[part], np.flatnonzero(part)))
        dim = 0.25 if chosen.any() else 1.0
        self._points.glyph.update(fill_alpha=dim, line_alpha=0.5 * dim, line_color=neutral["text"], line_width=0.5)
        self._chosen.glyph.line_color = accent(1, dark)
        named = zip(labels, ("x", "y", "value"), strict=True)
        self._hover.tooltips = [(label, f"@{name}{{0.000}}") for label, name in named if label]
        self._draw_others(points, values, others, (x, y), scale)
        self._draw_field(field if len(points) else None, limits, points, (x, y), neutral)

    def _draw_others(self, points, values, others, ranges, scale):
        """Points behind, or where there are too many of all of them a picture of their density and mean value."""
        given = others if others is not None else (np.empty((0, 2)), np.empty(0))
        many = len(given[0]) + len(points) > MOST_POINTS
        self.plot.fill("others", **({k: [] for k in ("x", "y", "value", "particle")} if many else _columns(*given)))
        self._others.glyph.fill_alpha = 0.35
        picture = {"image": [], "x": [], "y": [], "dw": [], "dh": []}
        if many:
            whole = np.concatenate([points, given[0]]), np.concatenate([values, given[1]])
            image = raster(*whole, ranges, scale)
            picture = {"image": [image], **_place(ranges)}
            # Below so many points the single ones are not seen: those that were chosen are.
            self._points.glyph.update(fill_alpha=0.0, line_alpha=0.0)
        self.plot.fill("raster", **picture)

    def _draw_field(self, field, limits, points, ranges, neutral):
        if field is None:
            self.plot.fill("ground", image=[], x=[], y=[], dw=[], dh=[])
            self.plot.fill("lines", xs=[], ys=[])
            self.plot.fill("values", x=[], y=[], text=[])
            return
        axes = [np.linspace(*ends, 80) for ends in ranges]
        grid = field(np.stack(np.meshgrid(*axes), axis=-1))
        self._ground.update(low=limits[0], high=limits[1], palette=hex_colours(limits[2]))
        self.plot.fill("ground", image=[grid.astype(np.float32)], **_place(ranges))
        # Lines where the points are: far from them a network gives anything.
        levels = round_levels(np.percentile(field(points), (1, 99)))
        lines = contour_data(*axes, grid, levels, want_fill=False).line_data
        self.plot.fill("lines", xs=lines.xs, ys=lines.ys)
        self._lines.glyph.line_color = self._values.glyph.text_color = neutral["text"]
        drawn = [np.stack(line, axis=1) for line in zip(lines.xs, lines.ys, strict=True)]
        places = [_free_place(line, points, ranges) for line in drawn]
        kept = [k for k, place in enumerate(places) if place is not None]
        self.plot.fill(
            "values",
            x=[places[k][0] for k in kept],
            y=[places[k][1] for k in kept],
            text=[f"{levels[k]:g}".replace("-", "−") for k in kept],
        )


def round_levels(values, most=8):
    """Round numbers inside the range of `values`, evenly spaced, at most `most`."""
    low, high = float(values.min()), float(values.max())
    if not high > low:
        return [low]
    step = next(m * 10.0**k for k in range(-12, 12) for m in (1, 2, 5) if (high - low) / (m * 10.0**k) < most)
    return [round(k * step, 12) for k in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]


def raster(points, values, ranges, scale):
    """Many points as a picture (height, width) uint32: colour by the mean value of a pixel, opacity by their number.

    ranges : ((x low, high), (y low, high)); scale : (low, high, (256, 3) table)
    """
    # Datashader compiles for seconds when it is first used, and most visitors never have so many points.
    import datashader
    import pandas

    canvas = datashader.Canvas(*PIXELS, x_range=ranges[0], y_range=ranges[1])
    frame = pandas.DataFrame({"x": points[:, 0], "y": points[:, 1], "value": values})
    found = canvas.points(frame, "x", "y", datashader.summary(mean=datashader.mean("value"), n=datashader.count()))
    means, number = found["mean"].to_numpy(), found["n"].to_numpy()
    low, high, table = scale
    place = np.nan_to_num(np.clip((means - low) / ((high - low) or 1.0), 0, 1))
    picture = np.empty((*means.shape, 4), np.uint8)
    picture[..., :3] = np.where(np.isnan(means)[..., None], 153, table[np.rint(255 * place).astype(int)])
    picture[..., 3] = np.minimum(255, 110 + 40 * np.log2(np.maximum(number, 1)))
    picture[number == 0] = 0
    return picture.view(np.uint32)[..., 0]


def _columns(points, values, particles=None):
    particles = np.arange(len(points)) if particles is None else particles
    return {"x": points[:, 0], "y": points[:, 1], "value": values, "particle": particles}


def _place(ranges):
    """Where an image that fills the ranges lies."""
    (x, right), (y, top) = ranges
    return {"x": [x], "y": [y], "dw": [right - x], "dh": [top - y]}


def _free_place(line, points, ranges):
    """The place (x, y) on a line (n, 2) with most room around it, away from the edges; None where it has none."""
    low, high = np.transpose(ranges)
    inside = (line > low + 0.05 * (high - low)) & (line < high - 0.05 * (high - low))
    line = line[inside.all(axis=1)]
    if not len(line):
        return None
    # A thousand points tell well enough where there is room.
    some = points[:: 1 + len(points) // 1000]
    room = np.linalg.norm((line[:, None] - some[None]) / (high - low), axis=2).min(axis=1)
    return tuple(line[np.minimum(room, 0.05).argmax()])
