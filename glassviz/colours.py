"""Colours: one map for propensity, another for differences, few accents; legible on light and dark."""

import numpy as np


def _table(colours):
    """Hex colours, evenly spaced, as a (256, 3) uint8 table."""
    anchors = np.array([[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in colours], dtype=float)
    at = np.linspace(0, len(anchors) - 1, 256)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, k]) for k in range(3)]
    table = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    table.flags.writeable = False
    return table


# ColorBrewer's RdBu and PRGn (Brewer et al.), Matplotlib's viridis and plasma (van der Walt, Smith).
# Without their darkest tone both maps keep enough light at the ends to be told from a dark ground.
_RD_BU = ("#b2182b", "#d6604d", "#f4a582", "#fddbc7", "#f7f7f7", "#d1e5f0", "#92c5de", "#4393c3", "#2166ac")
_PR_GN = ("#762a83", "#9970ab", "#c2a5cf", "#e7d4e8", "#f7f7f7", "#d9f0d3", "#a6dba0", "#5aae61", "#1b7837")
_VIRIDIS = (
    "#482273", "#453580", "#3f4788", "#38578c", "#31668d", "#2a758e", "#25838d", "#20918c",
    "#1e9f88", "#27ad80", "#3bba75", "#57c665", "#79d151", "#9fd938", "#c7e01f", "#eee51b",
)  # fmt: skip
_PLASMA = (
    "#0c0786", "#2f0495", "#49029f", "#6100a6", "#7801a8", "#8e0ca4", "#a21c9a", "#b42d8d", "#c33e7f",
    "#d14f71", "#de6064", "#e97257", "#f2854a", "#f9993d", "#fdaf31", "#fdc626", "#f8df24", "#eff821",
)  # fmt: skip

PROPENSITY = _table(_RD_BU)
"""(256, 3) uint8: red (rearranging, C_B = 0), white, blue (frozen, C_B = 1)."""

DIFFERENCE = _table(_PR_GN)
"""(256, 3) uint8: purple (below zero), white, green (above zero); shares no hue with the propensity map."""

SEQUENTIAL = _table(_VIRIDIS)
"""(256, 3) uint8: dark violet to yellow, for what has no middle; no red, and no end that melts into a page."""


_TEMPERATURES = _table(_PLASMA)
# The part of that map that is told from a light and from a dark page.
_ENDS = {False: (8, 172), True: (96, 246)}


def temperature_colours(temperatures, dark=False):
    """Temperature -> hex colour, the same in every picture of a page, evenly spaced over the sorted temperatures."""
    low, high = _ENDS[dark]
    ordered = sorted(temperatures)
    steps = max(len(ordered) - 1, 1)
    rows = [round(low + (high - low) * place / steps) for place in range(len(ordered))]
    return {T: "#" + bytes(_TEMPERATURES[row]).hex() for T, row in zip(ordered, rows, strict=True)}


def propensity_map(observable):
    """The (256, 3) uint8 map of an observable with red = rearranging, for values that rise along the table.

    observable : "bond_breaking" (C_B: a low value rearranges) or "displacement" (R: a high value rearranges)
    """
    if observable == "bond_breaking":
        return PROPENSITY
    if observable == "displacement":
        return PROPENSITY[::-1]
    raise ValueError(f"observable is {observable!r}, expected 'bond_breaking' or 'displacement'")


NEUTRALS = {
    False: {"page": "#ffffff", "text": "#1f2429", "quiet": "#59616a", "line": "#c9ced4"},
    True: {"page": "#15181c", "text": "#e8eaed", "quiet": "#a3abb5", "line": "#434a53"},
}
"""Page, text, secondary text and hairlines; the key is `dark`."""

ACCENTS = {
    False: ("#0b7285", "#a04e00", "#6f42a8"),
    True: ("#4cc3d4", "#f2a65a", "#c4a1ea"),
}
"""Three accents for lines (teal, amber, violet), 4.5:1 at least on their page; the key is `dark`."""


def type_colours(number):
    """Colours (number, 3) uint8 of particle types: the accents, where a picture does not tell types apart by size."""
    return np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in ACCENTS[False]], dtype=np.uint8)[:number]


def class_places(low, high, table):
    """Middle of each colour's part of a scale from low to high: of types 1, 2, 3; None for a map of 256 steps."""
    if len(table) == 256:
        return None
    return (low + (np.arange(len(table)) + 0.5) * (high - low) / len(table)).tolist()


_METHODS = {
    "GlassMLP": tuple(ACCENTS[dark][0] for dark in (False, True)),
    "tGlassMLP": tuple(ACCENTS[dark][1] for dark in (False, True)),
    "BOTAN": tuple(ACCENTS[dark][2] for dark in (False, True)),
    "Ridge": ("#1a58a6", "#7db4f5"),
    "CAGE": ("#a81e6b", "#f08bc3"),
    "SE3": ("#2f6f1f", "#8fd16f"),
    "SBO": ("#6f6200", "#d6c64a"),
    "SBO_CG": ("#3f5a00", "#b5cc66"),
    "best single descriptor": ("#6b4a2f", "#cfa987"),
    "EPOT": ("#8f3a46", "#e89aa4"),
    "DEN": ("#3b4a9e", "#a3aff0"),
    "PSI4": ("#3f6668", "#9cc4c6"),
    "PSI6": ("#3f6668", "#9cc4c6"),
    "TT": ("#86508f", "#deb0e6"),
}
"""Method -> its colour on a light and on a dark page. Where many are drawn, dashes and names tell them apart too."""


def method_colour(name, dark=False):
    """The one colour of a method in every figure: hex string.

    MD is drawn in the text colour; methods without a colour of their own share the secondary text colour.
    """
    if name == "MD":
        return NEUTRALS[dark]["text"]
    if name in _METHODS:
        return _METHODS[name][dark]
    return NEUTRALS[dark]["quiet"]


def hex_colours(table):
    """A (256, 3) uint8 table as the list of hex strings that Bokeh's colour mappers take."""
    return ["#" + bytes(colour).hex() for colour in table]
