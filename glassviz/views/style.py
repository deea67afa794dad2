"""The look of curves: one font, thin grids, figures legible from the last row; light and dark."""

from bokeh.models import FixedTicker

from glassviz.colours import NEUTRALS
from glassviz.views.type_size import type_size

FONT = "Roboto, Helvetica, Arial, sans-serif"
# Of widgets whose options speak for themselves; the name of the group is for screen readers.
UNLABELLED = [".MuiFormLabel-root { display: none; }"]


def tick(axis, places):
    """Ticks of an axis at these places. Its ticker stays: for another one all models of the page would be searched."""
    if not isinstance(axis.ticker, FixedTicker):
        axis.ticker = FixedTicker(ticks=[])
    axis.ticker.ticks = [float(place) for place in places]


def dress_bar(bar, dark):
    """Colours and font of a colour bar for one theme."""
    neutral = NEUTRALS[dark]
    bar.update(
        title_text_font=FONT,
        title_text_font_style="normal",
        title_text_color=neutral["text"],
        major_label_text_font=FONT,
        major_label_text_color=neutral["text"],
        bar_line_color=neutral["line"],
        major_tick_line_color=neutral["line"],
        background_fill_alpha=0,
    )


def dress(figure, dark):
    """Colours of a Bokeh figure for one theme."""
    neutral = NEUTRALS[dark]
    figure.background_fill_alpha = 0
    figure.border_fill_alpha = 0
    figure.outline_line_color = None
    figure.min_border_right, figure.min_border_top = 12, 6
    for axis in figure.axis:
        axis.axis_label_text_color = axis.major_label_text_color = neutral["text"]
        axis.axis_line_color = axis.major_tick_line_color = neutral["line"]
        axis.minor_tick_line_color = None
        axis.axis_label_text_font = axis.major_label_text_font = FONT
        axis.axis_label_text_font_style = "normal"
    for grid in figure.grid:
        grid.grid_line_color = neutral["line"]
        grid.grid_line_alpha = 0.5
    for legend in figure.legend:
        legend.label_text_color = neutral["text"]
        legend.label_text_font = FONT
        legend.label_text_font_size = type_size("10pt")
        legend.background_fill_alpha = legend.border_line_alpha = 0
    if figure.title is not None:
        figure.title.text_color = neutral["text"]
        figure.title.text_font = FONT
        figure.title.text_font_style = "normal"
