"""The colours of the house as views take them; Bokeh wants lists of hex strings."""

from glassviz.colours import (
    ACCENTS,
    DIFFERENCE,
    NEUTRALS,
    PROPENSITY,
    SEQUENTIAL,
    method_colour,
    propensity_map,
    temperature_colours,
)

__all__ = [
    "ACCENTS",
    "DIFFERENCE",
    "NEUTRALS",
    "PROPENSITY",
    "SEQUENTIAL",
    "hex_colours",
    "method_colour",
    "propensity_map",
    "temperature_colours",
]


def hex_colours(table):
    """A (256, 3) uint8 table as the list of hex strings that Bokeh's colour mappers take."""
    return ["#" + bytes(colour).hex() for colour in table]
