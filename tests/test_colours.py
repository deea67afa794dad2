"""Colour maps: their ends, their order, and what colour-blind eyes and dim projectors make of them."""

import numpy as np
import pytest

from glassviz.colours import (
    _METHODS,
    ACCENTS,
    DIFFERENCE,
    NEUTRALS,
    PROPENSITY,
    method_colour,
    propensity_map,
)

# Machado, Oliveira, Fernandes (2009), full deuteranopia, on linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)


def linear(colours):
    """sRGB (..., 3) in 0..255 -> linear light in 0..1."""
    colours = np.asarray(colours, dtype=float) / 255
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def luminance(colours):
    return linear(colours) @ [0.2126, 0.7152, 0.0722]


def lab(light):
    """CIE L*a*b* of linear RGB (..., 3), white D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = np.clip(light, 0, None) @ to_xyz.T / [0.9505, 1.0, 1.089]
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def rgb(colour):
    return [int(colour[k : k + 2], 16) for k in (1, 3, 5)]


def contrast(one, other):
    low, high = sorted([float(luminance(rgb(one))), float(luminance(rgb(other)))])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("table", [PROPENSITY, DIFFERENCE], ids=["propensity", "difference"])
def test_maps_rise_to_white_and_fall(table):
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    light = luminance(table)
    # Over four steps, for one step is of the size of the rounding to whole bytes.
    assert (light[4:128] > light[:124]).all()
    assert (light[132:] < light[128:-4]).all()
    assert table[127:129].min() > 240
    assert max(light[0], light[-1]) < 0.25


def test_propensity_is_red_where_it_rearranges():
    red, blue = propensity_map("bond_breaking")[[0, -1]].astype(int)
    assert red[0] > red[1:].max() + 100
    assert blue[2] > blue[0] + 100
    assert np.array_equal(propensity_map("displacement"), PROPENSITY[::-1])
    with pytest.raises(ValueError, match="expected 'bond_breaking' or 'displacement'"):
        propensity_map("speed")


@pytest.mark.parametrize("table", [PROPENSITY, DIFFERENCE], ids=["propensity", "difference"])
def test_signs_differ_with_deuteranopia(table):
    seen = lab(linear(table) @ DEUTERANOPIA.T)
    below, above = seen[40], seen[215]
    # A difference of 10 is plain to see; the same hue at another lightness would not separate a from b.
    assert np.linalg.norm((below - above)[1:]) > 20


def test_difference_is_not_taken_for_propensity():
    ends = lab(linear(np.stack([PROPENSITY[[0, -1]], DIFFERENCE[[0, -1]]])))
    apart = np.linalg.norm(ends[0][:, None] - ends[1][None], axis=-1)
    assert apart.min() > 25


@pytest.mark.parametrize("dark", [False, True])
def test_text_and_lines_can_be_read(dark):
    page = NEUTRALS[dark]["page"]
    for colour in (NEUTRALS[dark]["text"], NEUTRALS[dark]["quiet"], *ACCENTS[dark]):
        assert contrast(colour, page) >= 4.5
    assert len(ACCENTS[dark]) <= 3


def test_methods_keep_their_colours():
    assert len({method_colour(name) for name in ("MD", "GlassMLP", "tGlassMLP", "BOTAN", "another")}) == 5
    assert method_colour("MD", dark=True) == NEUTRALS[True]["text"]


@pytest.mark.parametrize("dark", [False, True])
def test_methods_are_told_apart(dark):
    names = [name for name in _METHODS if name != "PSI6"]
    colours = [method_colour(name, dark) for name in [*names, "MD", "another"]]
    for colour in colours:
        assert contrast(colour, NEUTRALS[dark]["page"]) >= 4.5
    seen = lab(linear([rgb(colour) for colour in colours]))
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=-1)[np.triu_indices(len(colours), 1)]
    assert apart.min() > 9
    assert method_colour("PSI6", dark) == method_colour("PSI4", dark)
