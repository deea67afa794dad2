"""Keyboard: a component without a picture that reports keys pressed anywhere on the page."""

from pathlib import Path

import param
from panel.custom import JSComponent


class Keys(JSComponent):
    """Calls `on_key(key)` for each of `keys` that is pressed while no input has the focus."""

    keys = param.List(default=[], item_type=str, doc="Names as in KeyboardEvent.key.")
    pressed = param.Dict(default={}, doc="The last key and a count that rises with each press (from the browser).")

    _esm = Path(__file__).with_name("keys.js")

    def __init__(self, on_key, **params):
        super().__init__(**{"width": 0, "height": 0, "margin": 0, **params})
        self.param.watch(lambda event: on_key(event.new["key"]), "pressed")
