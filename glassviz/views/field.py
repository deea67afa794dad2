"""Fields over the box, side by side with one colour scale: where many particles are mobile together."""

import numpy as np
from bokeh.core.properties import value
from bokeh.models import ColorBar, DataRange1d, LinearColorMapper

from glassviz.colours import NEUTRALS, hex_colours
from glassviz.views.plot import Plot
from glassviz.views.style import FONT, dress_bar
from glassviz.views.type_size import type_size

GAP = 0.06
"""Between two fields, in edges of the box."""
BAR = 5.0
"""Length of the scale bar, in sigma_11."""


class FieldView:
    """Pictures of fields on regular grids over one box; `update` replaces them."""

    def __init__(self):
        self.plot = Plot()
        figure = self.plot.figure
        # Ranges that follow the pictures keep their aspect in a frame of any shape.
        figure.x_range, figure.y_range, figure.match_aspect = DataRange1d(), DataRange1d(), True
        self._mapper = LinearColorMapper(palette=["#ffffff"], low=0, high=1)
        pictures = self.plot.source("pictures", image=[], x=[], y=[], dw=[], dh=[])
        figure.image("image", "x", "y", "dw", "dh", source=pictures, color_mapper=self._mapper)
        names = self.plot.source("names", x=[], y=[], text=[])
        style = {"text_baseline": "top", "text_font": value(FONT), "text_font_size": type_size("13px")}
        style |= {"text_color": NEUTRALS[False]["text"]}
        ground = {"background_fill_color": NEUTRALS[False]["page"], "background_fill_alpha": 0.8, "padding": 4}
        figure.text("x", "y", "text", source=names, x_offset=8, y_offset=8, **style, **ground)
        bar = self.plot.source("bar", xs=[], ys=[])
        self._bar = figure.multi_line("xs", "ys", source=bar, line_width=3)
        figure.axis.visible, figure.grid.visible, figure.min_border_bottom = False, False, 8
        # The subscripts of the title reach below its line.
        room = {"title_standoff": 7, "margin": 4, "padding": 2}
        self._scale = ColorBar(color_mapper=self._mapper, orientation="horizontal", height=10, **room)
        figure.add_layout(self._scale, "below")
        self.panel = self.plot.panel

    def update(self, fields, box, scale, label, dark, message=""):
        """Draw anew.

        fields : {title: (n_x, n_y)} on grids over the box (2,), or empty: then `message` is shown
        scale : (low, high, table of colours); label : of the quantity
        """
        low, high, table = scale
        self._mapper.update(low=low, high=high, palette=hex_colours(table), nan_color=NEUTRALS[dark]["line"])
        self._scale.title, self._scale.visible = label, bool(fields)
        dress_bar(self._scale, dark)
        step = (1 + GAP) * box[0]
        places = [k * step for k in range(len(fields))]
        number = len(places)
        self.plot.fill(
            "pictures",
            # A picture's rows run along y.
            image=[np.asarray(field, dtype=np.float32).T for field in fields.values()],
            x=places,
            y=[0.0] * number,
            dw=[float(box[0])] * number,
            dh=[float(box[1])] * number,
        )
        self.plot.fill("names", x=places, y=[float(box[1])] * number, text=list(fields))
        ends = [[place + 0.04 * box[0], place + 0.04 * box[0] + BAR] for place in places]
        self.plot.fill("bar", xs=ends, ys=[[0.04 * box[1]] * 2] * number)
        self._bar.glyph.line_color = NEUTRALS[False]["text"]
        self.plot.dress(dark)
        self.plot.fill("words", x=[box[0] / 2], y=[box[1] / 2], text=[message if not fields else ""])
