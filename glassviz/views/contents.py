"""The steps of a tour as cards to click, each with a small drawing."""

from pathlib import Path

import param
from panel.custom import JSComponent

from glassviz.colours import ACCENTS, NEUTRALS


class ContentsView(JSComponent):
    """Cards in order; calls `on_open(k)` with the number of the card that is clicked, from 1."""

    cards = param.List(default=[], item_type=dict, doc="title, words, drawing (SVG from views.thumbnails).")
    present = param.Integer(default=0, doc="Number of the card that stands out; 0: none.")
    colours = param.Dict(default=NEUTRALS[False], doc="page, text, quiet, line, accent.")
    _esm = Path(__file__).with_name("contents.js")

    def __init__(self, on_open, **params):
        super().__init__(**{"sizing_mode": "stretch_both", "margin": 0, **params})
        self._on_open = on_open

    def update(self, cards, present, dark):
        """Show cards."""
        self.param.update(cards=cards, present=present, colours={**NEUTRALS[dark], "accent": ACCENTS[dark][0]})

    def _handle_msg(self, data):
        """A message arrives at once, where a changed parameter would wait for others."""
        if isinstance(data, int) and 1 <= data <= len(self.cards):
            self._on_open(data)
