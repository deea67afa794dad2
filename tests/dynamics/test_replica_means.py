import numpy as np
import pytest
from scipy.integrate import quad

import glassviz as gv
from glassviz.dynamics.self_scattering import directional_mean
from glassviz.errors import InputError
from tests.liquids import liquid


def lone(number, dimension, box=1e6):
    """`number` particles of type 1 at random, and one of type 2 that nothing may count."""
    places = np.random.default_rng(1).random((number + 1, dimension)) * box
    return gv.Configuration(places, [1] * number + [2], box)


@pytest.fixture(scope="module")
def runs():
    return gv.simulation.isoconfigurational(liquid(), gv.KA2D, 1.0, [0.1, 1.0, 8.0], 4, seed=2)


@pytest.mark.parametrize("phase", [0.0, 0.3, 2.0, 7.1, 40.0])
def test_the_closed_forms_are_the_means_over_directions(phase):
    circle = quad(lambda angle: np.cos(phase * np.cos(angle)), 0, np.pi, limit=200)[0] / np.pi
    sphere = quad(lambda cosine: np.cos(phase * cosine), 0, 1, limit=200)[0]
    assert directional_mean(phase, 2) == pytest.approx(circle, abs=1e-9)
    assert directional_mean(phase, 3) == pytest.approx(sphere, abs=1e-9)


@pytest.mark.parametrize("dimension", [2, 3])
def test_gaussian_displacements_give_the_gaussian(dimension):
    start, widths, k = lone(40_000, dimension), np.array([0.02, 0.15, 0.3]), 7.2
    noise = np.random.default_rng(2).normal(size=(3, 2, *start.positions.shape)) * widths[:, None, None, None]
    noise[:, :, -1] = 100.0
    scattering = gv.dynamics.self_scattering_means(start, start.positions + noise, k)
    mean_square = gv.dynamics.squared_displacement_means(start, start.positions + noise)
    assert scattering.shape == mean_square.shape == (2, 3)
    np.testing.assert_allclose(mean_square, np.tile(dimension * widths**2, (2, 1)), rtol=0.02)
    expected = np.exp(-(k**2) * dimension * widths**2 / (2 * dimension))
    np.testing.assert_allclose(scattering, np.tile(expected, (2, 1)), atol=4 * 0.7 / np.sqrt(40_000))


def test_overlap_counts_those_within_the_distance():
    start = lone(4, 2, box=50)
    steps = np.array([[0.0, 0.0], [0.29, 0.0], [0.2, 0.25], [-3.0, 0.0], [0.0, 0.0]])
    runs = start.positions + np.array([[0 * steps, steps], [steps, -2 * steps]])
    np.testing.assert_allclose(gv.dynamics.overlap_means(start, runs), [[1, 0.5], [0.5, 0.25]])
    np.testing.assert_allclose(gv.dynamics.overlap_means(start, runs, distance=1.0), [[1, 0.75], [0.75, 0.75]])


def test_means_over_replicas_are_the_means_of_the_propensities(runs):
    start, own = liquid(), liquid().types == 1
    bonds = gv.dynamics.bond_breaking_means(start, runs, gv.KA2D)
    whole = gv.dynamics.bond_breaking_propensity(start, runs, gv.KA2D)[:, own].mean(axis=1)
    assert bonds.shape == (4, 3)
    np.testing.assert_allclose(bonds.mean(axis=0), whole, atol=1e-12)
    assert np.ptp(bonds[:, -1]) > 1e-3
    others = gv.dynamics.bond_breaking_means(start, runs, gv.KA2D, type_number=2).mean(axis=0)
    assert np.abs(others - whole).max() > 1e-3


def test_invariance_under_translation_rotation_wrapping_and_permutation(runs):
    start, k = liquid(), gv.KA2D.wavenumber
    means = {
        "F": lambda begin, runs, **kw: gv.dynamics.self_scattering_means(begin, runs, k, **kw),
        "Q": gv.dynamics.overlap_means,
        "R2": gv.dynamics.squared_displacement_means,
    }
    order = np.random.default_rng(0).permutation(start.number)
    shuffled = gv.Configuration(start.positions[order], start.types[order], start.box)
    quarter = np.array([[0.0, 1.0], [-1.0, 0.0]])
    turned = start.with_positions(start.positions @ quarter)
    folded = runs - start.box * np.floor(runs / start.box)
    for function in means.values():
        values = function(start, runs)
        assert np.ptp(values) > 0.1
        moved = start.with_positions(start.positions + 3.3)
        np.testing.assert_allclose(function(moved, runs + 3.3), values, atol=1e-9)
        np.testing.assert_allclose(function(turned, runs @ quarter), values, atol=1e-9)
        np.testing.assert_allclose(function(shuffled, runs[:, :, order]), values, atol=1e-9)
        np.testing.assert_allclose(function(start, folded, wrapped=True), values, atol=1e-9)
        np.testing.assert_allclose(function(start, runs[:, ::-1]), values[::-1], atol=1e-12)


def test_bad_requests_are_refused(runs):
    with pytest.raises(InputError, match="wavenumber is 0"):
        gv.dynamics.self_scattering_means(liquid(), runs, 0)
    with pytest.raises(InputError, match="distance is -1"):
        gv.dynamics.overlap_means(liquid(), runs, distance=-1)
    with pytest.raises(InputError, match="trajectories have shape"):
        gv.dynamics.overlap_means(liquid(), runs[0])
    with pytest.raises(InputError, match="dimension is 4"):
        directional_mean(1.0, 4)
