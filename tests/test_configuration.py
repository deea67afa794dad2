import numpy as np
import pytest

import glassviz as gv
from glassviz.configuration import minimum_image, tile, wrap
from glassviz.errors import DataError, InputError
from glassviz.systems import system_named


def test_wrap_and_minimum_image():
    box = np.array([4.0, 10.0])
    positions = np.array([[-0.5, 10.0], [4.0, -1e-18], [9.0, 3.0]])
    folded = wrap(positions, box)
    np.testing.assert_allclose(folded, [[3.5, 0], [0, 0], [1, 3]], atol=1e-15)
    assert (folded < box).all()
    np.testing.assert_allclose(minimum_image(np.array([[3.0, -6.0], [-2.5, 4.0]]), box), [[-1, 4], [1.5, 4]])


def test_tiling_repeats_every_distance():
    start = gv.Configuration([[0.5, 1.0], [3.5, 9.0]], [1, 2], [4, 10])
    tiled = tile(start, 3)
    assert tiled.number == 18
    np.testing.assert_array_equal(tiled.box, [12, 30])
    np.testing.assert_array_equal(np.bincount(tiled.types), [0, 9, 9])
    assert tiled.density == pytest.approx(start.density)
    np.testing.assert_allclose(wrap(tiled.positions, start.box).reshape(9, 2, 2), [start.positions] * 9, atol=1e-12)
    with pytest.raises(InputError, match="copies"):
        tile(start, 0)


def test_a_configuration_cannot_be_changed_by_accident():
    positions = np.zeros((2, 2))
    configuration = gv.Configuration(positions, [1, 1], 5)
    positions[0] = 9
    assert configuration.positions[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        configuration.positions[0] = 1


@pytest.mark.parametrize(
    ("positions", "types", "box", "word"),
    [
        (np.zeros((2, 4)), [1, 1], 5, r"\(2, 4\)"),
        (np.zeros(3), [1, 1], 5, "positions"),
        (np.zeros((0, 2)), [], 5, "positions"),
        ([[0, 0], [np.nan, 0]], [1, 1], 5, "particle 1"),
        ([[0, 0], [np.inf, 0]], [1, 1], 5, "particle 1"),
        (np.zeros((2, 2)), [1], 5, "types"),
        (np.zeros((2, 2)), [0, 1], 5, "from 1 on"),
        (np.zeros((2, 2)), [1.0, 2.0], 5, "whole numbers"),
        (np.zeros((2, 2)), [1, 1], -5, "box"),
        (np.zeros((2, 2)), [1, 1], [5, 5, 5], "box"),
        (np.zeros((2, 2)), [1, 1], [5, np.nan], "box"),
    ],
)
def test_impossible_configurations_are_refused(positions, types, box, word):
    with pytest.raises(InputError, match=word):
        gv.Configuration(positions, types, box)


def test_glass_formers():
    assert gv.KA2D.box_edge(1290) == pytest.approx(32.8962)
    np.testing.assert_array_equal(gv.KA2D.counts(82_560), [38_400, 21_120, 23_040])
    np.testing.assert_array_equal(gv.KA.counts(4096), [3277, 819])
    assert gv.KA2D.counts(7).sum() == 7
    np.testing.assert_allclose(gv.KA2D.radii, [0.5, 0.44, 0.47])
    assert system_named("ka2d") is gv.KA2D
    with pytest.raises(InputError, match="expected one of KA2D, KA"):
        system_named("LJ")


def test_a_configuration_of_another_system_is_named():
    edge = gv.KA2D.box_edge(43)
    good = gv.Configuration(np.random.default_rng(0).random((43, 2)) * edge, np.repeat([1, 2, 3], [20, 11, 12]), edge)
    gv.KA2D.check(good)
    with pytest.raises(DataError, match="seed 3: box .* gives density"):
        gv.KA2D.check(gv.Configuration(good.positions, good.types, edge * 1.01), "seed 3")
    with pytest.raises(DataError, match=r"types reach 4, KA2D expects 1\.\.3"):
        gv.KA2D.check(gv.Configuration(good.positions, good.types + 1, edge))
    with pytest.raises(DataError, match="2 dimensions, KA expects 3"):
        gv.KA.check(good)
