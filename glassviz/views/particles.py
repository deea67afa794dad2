"""Snapshots: one WebGL2 canvas that shows one configuration in one to four panels."""

from pathlib import Path

import numpy as np
import param
from panel.custom import JSComponent

from glassviz.colours import NEUTRALS, PROPENSITY
from glassviz.configuration import wrap

NO_VALUE = 255
_HIGHEST = 254
_MOST_TYPES = 16
_SCRIPTS = ("particles_gl.js", "particles_gestures.js", "particles_page.js", "particles.js")
# The ground between the discs is a middle grey, so that neither end nor the white middle of a map melts into it.
_LIGHT = {**NEUTRALS[False], "ground": "#c3c8ce", "missing": "#99a0a8", "ink": "#14171a"}
_DARK = {**NEUTRALS[True], "ground": "#24282e", "missing": "#6c737c", "ink": "#050607"}
COLOURS = {"light": _LIGHT, "dark": _DARK}


def quantise(field, low, high):
    """Colour indices of a field: 0 at `low`, 254 at `high`, clipped outside, 255 where the field is NaN.

    index = rint(254 (f - low) / (high - low)); low > high turns the colours round; low = high gives 127, the middle.

    field : (N,) float -> (N,) uint8
    """
    field = np.asarray(field, dtype=np.float64)
    span = float(high) - float(low)
    if not np.isfinite(span):
        raise ValueError(f"colour scale runs from {low} to {high}, expected finite numbers")
    if span == 0:
        scaled = np.where(np.isnan(field), np.nan, 0.5)
    else:
        scaled = (field - low) / span
    index = np.rint(_HIGHEST * np.clip(scaled, 0, 1))
    return np.where(np.isnan(index), NO_VALUE, index).astype(np.uint8)


class ParticleView(JSComponent):
    """Snapshots of one configuration side by side: discs at true radius, coloured by one field a panel.

    Positions, types and radii travel once a configuration (`show`), then one byte a particle and panel (`set_fields`).
    All panels share the camera, the selection and the hovered particle. Particles are numbered from 0, types from 1.
    """

    positions = param.Bytes(default=b"", doc="(N, d) float32 in C order, inside [0, L].")
    types = param.Bytes(default=b"", doc="(N,) uint8, from 1.")
    radii = param.List(default=[], item_type=float, doc="Disc radius of each type, in length units.")
    box = param.List(default=[1.0, 1.0], item_type=float, doc="(d,) edge lengths.")
    dimension = param.Integer(default=2, bounds=(2, 3))
    values = param.Bytes(default=b"", doc="(panels, N) uint8: colour index 0..254, 255 = no value.")
    titles = param.List(default=[""], item_type=str, bounds=(1, 4), doc="One a panel; X_Y lowers Y.")
    palettes = param.Bytes(default=PROPENSITY.tobytes(), doc="(256, 3) uint8, one for all panels or one each.")
    scales = param.List(
        default=[],
        item_type=dict,
        doc="One dict a colour bar: label, low, high, low_text, high_text, panels (those that it explains).",
    )
    shown_type = param.Integer(default=0, bounds=(0, _MOST_TYPES), doc="0 = all; the others are dimmed.")
    dark = param.Boolean(default=False)
    largest = param.Integer(default=0, bounds=(0, None), doc="Largest edge of a panel in pixels, 0 = the window's.")
    beside = param.Integer(default=140, doc="Pixels of the window's height that a panel leaves to its surroundings.")
    selected = param.List(default=[], item_type=int, doc="Indices; the others are dimmed. Set from both sides.")
    camera = param.List(default=[], doc="[x, y, width] in length units, shared; [] = the whole box.")
    hovered = param.Integer(default=-1, doc="Index under the pointer, -1 = none (from the browser).")
    hover_of = param.Integer(default=-1, doc="The index that hover_text describes.")
    hover_text = param.String(default="", doc="Lines of the tooltip below its first; set it with `explain`.")
    followed = param.Integer(default=-1, doc="Index of the double-clicked particle, -1 = none.")
    frame = param.Integer(default=0, doc="Counts what was asked to be drawn.")
    drawn = param.Integer(default=-1, doc="The last frame that is on the screen (from the browser).")

    _esm = "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _constants = COLOURS

    def __init__(self, **params):
        super().__init__(**{"sizing_mode": "stretch_width", **params})

    @property
    def number(self):
        """Number of particles N."""
        return len(self.types)

    def show(self, configuration, radii, fields=None, low=0.0, high=1.0, **others):
        """Draw another configuration, in one message; without fields its particles are grey.

        configuration : Configuration with N particles
        radii : (n,) disc radius of each type, e.g. `KA2D.radii`
        fields, low, high : as in `set_fields`
        others : parameters to change in the same message, e.g. titles, scales
        """
        radii = [float(radius) for radius in radii]
        if configuration.types.max() > min(len(radii), _MOST_TYPES):
            raise ValueError(
                f"types reach {configuration.types.max()}, expected at most {len(radii)} (given radii) or {_MOST_TYPES}"
            )
        box = [float(edge) for edge in configuration.box]
        if box != self.box:
            others.setdefault("camera", [])
        if configuration.number != self.number:
            # Indices of another liquid mean nothing here.
            others = {"selected": [], "followed": -1, "hovered": -1, **others}
        self.param.update(
            positions=wrap(configuration.positions, configuration.box).astype(np.float32).tobytes(),
            types=configuration.types.astype(np.uint8).tobytes(),
            radii=radii,
            box=box,
            dimension=configuration.dimension,
            **self._coloured(configuration.number, fields, low, high, others),
        )

    def set_fields(self, fields, low=0.0, high=1.0, **others):
        """Colour every panel by a field, in one message.

        fields : one (N,) float array a panel, or None for a panel without values; NaN is grey
        low, high : ends of the colour scale, one number or one a panel
        others : parameters to change in the same message, e.g. titles, palettes, scales
        """
        self.param.update(**self._coloured(self.number, fields, low, high, others))

    def explain(self, index, text):
        """Answer to a change of `hovered`: what the tooltip says about particle `index` below its first line."""
        self.param.update(hover_of=index, hover_text=text)

    def _coloured(self, number, fields, low, high, others):
        panels = len(others.get("titles", self.titles))
        fields = [None] * panels if fields is None else list(fields)
        if len(fields) != panels:
            raise ValueError(f"{len(fields)} fields for {panels} panels (one title a panel)")
        lows, highs = (np.broadcast_to(np.asarray(end, dtype=float), (panels,)) for end in (low, high))
        values = np.full((panels, number), NO_VALUE, dtype=np.uint8)
        for panel, field in enumerate(fields):
            if field is None:
                continue
            if np.shape(field) != (number,):
                raise ValueError(f"field {panel} has shape {np.shape(field)}, expected ({number},)")
            values[panel] = quantise(field, lows[panel], highs[panel])
        return {"values": values.tobytes(), "frame": self.frame + 1, **others}
