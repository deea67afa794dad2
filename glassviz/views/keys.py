"""Keyboard: a component without a picture that reports keys pressed anywhere on the page."""

from pathlib import Path

import param
from panel.custom import JSComponent


class Keys(JSComponent):
    """Calls `on_key(key)` for each of `keys` that is pressed while no input has the focus."""

    keys = param.List(default=[], item_type=str, doc="Names as in KeyboardEvent.key.")
    _esm = Path(__file__).with_name("keys.js")

    def __init__(self, on_key, **params):
        super().__init__(**{"width": 0, "height": 0, "margin": 0, **params})
        self._on_key = on_key

    def _handle_msg(self, data):
        """A message arrives at once, where a changed parameter would wait 50 ms for others."""
        if data in self.keys:
            self._on_key(data)
