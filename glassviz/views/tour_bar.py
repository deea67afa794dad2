"""The bar of a guided tour: what the step says, where it stands among the others, and the way on."""

from pathlib import Path

import param
from panel.custom import JSComponent

from glassviz.colours import ACCENTS, NEUTRALS


class TourBar(JSComponent):
    """One step of a tour in a bar; calls `on_go(step)` with another step, from 1, or 0 to leave."""

    step = param.Integer(default=1, bounds=(1, None))
    titles = param.List(default=[], item_type=str, doc="Of all steps.")
    words = param.String(doc="HTML of the step; from the project's own functions, never from outside.")
    colours = param.Dict(default=NEUTRALS[False], doc="page, text, quiet, line, accent.")
    _esm = Path(__file__).with_name("tour_bar.js")

    def __init__(self, on_go, **params):
        super().__init__(**{"sizing_mode": "stretch_width", "margin": 0, **params})
        self._on_go = on_go

    def update(self, step, words, dark):
        """Show a step."""
        self.param.update(step=step, words=words, colours={**NEUTRALS[dark], "accent": ACCENTS[dark][0]})

    def _handle_msg(self, data):
        """A message arrives at once, where a changed parameter would wait for others."""
        if isinstance(data, int) and 0 <= data <= len(self.titles):
            self._on_go(data)
