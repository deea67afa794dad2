"""Ladder: many structures below each other, each measured and predicted, on one WebGL2 canvas with one slider."""

from pathlib import Path

import param
from panel.custom import JSComponent

from glassviz.colours import ACCENTS, PROPENSITY
from glassviz.views.particles import COLOURS

_SCRIPTS = ("particles_gl.js", "particles_page.js", "ladder_words.js", "ladder.js")


class LadderView(JSComponent):
    """One row a structure, and a slider over the mean propensity C that plays all of them in the browser.

    A row is a dict: key (another one means other particles or values), temperature, label and rest (words beside the
    snapshots), and in a row that is worked out
        box (2,), radii (n,), positions (N, 2) float32 bytes, types (N,) uint8 bytes
        times (K,), told (K,), deviations (K,), left (K,) at K levels evenly from 1 down to `lowest`
        tau (number or None), estimated (bool); shown : type that is not dimmed, 0 for all
        predicted, measured : (K, N) uint8 bytes as of particles.quantise; measured_to : lowest C of molecular dynamics
        scores : [[C, Pearson, its error]], at the label times
        missing : what stands in place of molecular dynamics below measured_to
    in one that is not, words : why. Between levels the browser mixes the two pictures around them.
    """

    rows = param.List(default=[], item_type=dict)
    level = param.Number(default=0.8, doc="Mean propensity C; from the browser where the slider is moved.")
    lowest = param.Number(default=0.25, doc="Where the slider ends; it begins at 1.")
    playing = param.Boolean(default=False)
    chosen = param.Number(default=0.0, doc="Temperature of the chosen row; set from both sides.")
    dark = param.Boolean(default=False)
    palette = param.Bytes(default=PROPENSITY.tobytes(), doc="(256, 3) uint8.")
    drawn = param.Number(default=-1.0, doc="The last level that is on the screen (from the browser).")

    _esm = "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _constants = {  # noqa: RUF012 - Panel reads this plain attribute
        name: {**COLOURS[name], "accent": ACCENTS[dark][0]} for name, dark in (("light", False), ("dark", True))
    }

    def __init__(self, **params):
        super().__init__(**{"sizing_mode": "stretch_both", **params})
