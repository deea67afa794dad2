"""A table that sorts by any column in the browser; a click on a row, or Enter, opens what it stands for."""

from pathlib import Path

import param
from panel.custom import JSComponent

from glassviz.colours import NEUTRALS


class ScoreTable(JSComponent):
    """Rows of words and numbers under headings that sort; calls `on_open(place)` with the place of a row in `rows`."""

    columns = param.List(default=[], item_type=str, doc="Headings; X_Y lowers Y.")
    rows = param.List(default=[], item_type=dict, doc="cells [str], keys [number, str or None], colour, chosen.")
    message = param.String(doc="Shown where there is no row.")
    label = param.String(default="Table", doc="Name for screen readers.")
    colours = param.Dict(default=NEUTRALS[False], doc="page, text, quiet, line.")
    _esm = Path(__file__).with_name("score_table.js")

    def __init__(self, on_open, **params):
        super().__init__(**{"sizing_mode": "stretch_both", "margin": 0, **params})
        self._on_open = on_open

    def update(self, columns, rows, message, dark):
        """Show other rows; the order that the visitor chose stays."""
        self.param.update(columns=columns, rows=rows, message=message, colours=NEUTRALS[dark])

    def _handle_msg(self, data):
        """A message arrives at once, where a changed parameter would wait for others."""
        if isinstance(data, int) and 0 <= data < len(self.rows):
            self._on_open(data)
