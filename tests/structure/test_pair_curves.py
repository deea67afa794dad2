import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import InputError
from glassviz.structure.structure_factor import wave_vectors
from tests.liquids import liquid


def gas(number, dimension, seed, box=12.0):
    """An ideal gas of three types."""
    random = np.random.default_rng(seed)
    return gv.Configuration(random.random((number, dimension)) * box, random.integers(1, 4, number), box)


def brute_pair_correlation(configuration, pair, edges):
    """All pairs, one by one, nearest images."""
    x, box = configuration.positions, configuration.box
    first, second = (np.flatnonzero(configuration.types == t) for t in pair)
    counts = np.zeros(len(edges) - 1)
    for i in first:
        d = x[second[second != i]] - x[i]
        d -= box * np.rint(d / box)
        counts += np.histogram(np.sqrt((d**2).sum(axis=1)), edges)[0]
    shells = np.diff(np.pi * edges**2 if len(box) == 2 else 4 / 3 * np.pi * edges**3)
    others = len(second) - (pair[0] == pair[1])
    return counts / (len(first) * others * shells / np.prod(box))


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("pair", [None, (1, 1), (1, 3)])
def test_an_ideal_gas_has_neither_order(dimension, pair):
    gases = [gas(600, dimension, seed) for seed in range(40)]
    r, g, error = gv.structure.pair_correlation(gases, pair, width=0.4)
    assert r[-1] < 6
    assert np.mean(((g - 1) / error)[2:] ** 2) < 2.5
    assert np.average(g[2:], weights=1 / error[2:] ** 2) == pytest.approx(1, abs=0.02)
    _, s, error = gv.structure.structure_factor(gases, pair, q_max=8, width=0.5)
    expected = 1.0 if pair is None or pair[0] == pair[1] else 0.0
    assert np.mean(((s - expected) / error) ** 2) < 2.5
    assert np.average(s, weights=1 / error**2) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("pair", [(1, 1), (1, 2), (2, 1), (3, 3)])
def test_pair_correlation_equals_the_loop_over_pairs(pair):
    configuration, width = liquid(), 0.1
    r, g, error = gv.structure.pair_correlation(configuration, pair, r_max=4.0, width=width)
    edges = width * np.arange(len(r) + 1)
    np.testing.assert_allclose(r, (edges[1:] + edges[:-1]) / 2, rtol=1e-5)
    np.testing.assert_allclose(g, brute_pair_correlation(configuration, pair, edges), atol=2e-4)
    assert np.isnan(error).all()
    assert g.max() > 2


def test_pair_correlation_in_three_dimensions_equals_the_loop_over_pairs():
    configuration = gas(300, 3, 1)
    r, g, _ = gv.structure.pair_correlation(configuration, (1, 2), r_max=5.5, width=0.5)
    np.testing.assert_allclose(g, brute_pair_correlation(configuration, (1, 2), 0.5 * np.arange(len(r) + 1)), atol=2e-3)


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("pair", [None, (2, 2), (1, 3)])
def test_structure_factor_equals_the_sum_over_wave_vectors(dimension, pair):
    box = np.array([7.0, 8.0, 9.0])[:dimension]
    random = np.random.default_rng(4)
    configuration = gv.Configuration((random.random((60, dimension)) - 2) * 5 * box, random.integers(1, 4, 60), box)
    q, s, _ = gv.structure.structure_factor(configuration, pair, q_max=6, width=0.5, most=10**6)
    grids = np.meshgrid(*[np.arange(-10, 11)] * dimension, indexing="ij")
    vectors = 2 * np.pi * np.stack(grids, axis=-1).reshape(-1, dimension) / box
    lengths = np.linalg.norm(vectors, axis=1)
    masks = [configuration.types == t for t in pair] if pair else [np.ones(60, bool)] * 2
    waves = np.exp(1j * configuration.positions @ vectors.T)
    modes = [waves[mask].sum(axis=0) / np.sqrt(mask.sum()) for mask in masks]
    values = (modes[0] * modes[1].conj()).real
    place = 0
    for low in np.arange(0, 6, 0.5):
        inside = (lengths >= low) & (lengths < low + 0.5) & (lengths > 0) & (lengths <= 6)
        if inside.any():
            assert q[place] == pytest.approx(lengths[inside].mean(), rel=1e-9)
            assert s[place] == pytest.approx(values[inside].mean(), abs=1e-9)
            place += 1
    assert place == len(q)


def test_a_square_lattice_scatters_into_its_bragg_peaks():
    grid = np.stack(np.meshgrid(np.arange(12), np.arange(12)), axis=-1).reshape(-1, 2) + 0.5
    crystal = gv.Configuration(grid, np.ones(144, int), 12.0)
    q, s, _ = gv.structure.structure_factor(crystal, q_max=7, width=0.02, most=10**6)
    peak = np.argmin(np.abs(q - 2 * np.pi))
    assert s[peak] == pytest.approx(144, rel=1e-6)
    assert np.delete(s, peak).max() < 1e-9
    r, g, _ = gv.structure.pair_correlation(crystal, r_max=2.5, width=0.1)
    assert set(np.round(r[g > 1e-6], 2)) <= {0.95, 1.05, 1.35, 1.45, 1.95, 2.05, 2.15, 2.25}
    shell = np.diff(np.pi * (0.1 * np.arange(len(r) + 1)) ** 2)
    others = (g * shell * 143 / 144)[r < 1.2].sum()
    assert others == pytest.approx(4, rel=1e-3)


def test_both_are_invariant_under_translation_permutation_rotation_and_wrapping():
    start = liquid()
    order = np.random.default_rng(0).permutation(start.number)
    same = {
        "shifted": start.with_positions(start.positions + [3.7, -55.1]),
        "wrapped": start.wrap(),
        "turned": start.with_positions(start.positions @ np.array([[0.0, 1.0], [-1.0, 0.0]])),
        "permuted": gv.Configuration(start.positions[order], start.types[order], start.box),
    }
    for pair in (None, (1, 2)):
        _, g, _ = gv.structure.pair_correlation(start, pair, width=0.1)
        _, s, _ = gv.structure.structure_factor(start, pair, q_max=10, most=10**6)
        for other in same.values():
            # A pair on the edge of a bin may change sides in freud's single precision.
            assert np.abs(gv.structure.pair_correlation(other, pair, width=0.1)[1] - g).sum() < 0.05 * g.sum()
            again = gv.structure.structure_factor(other, pair, q_max=10, most=10**6)[1]
            np.testing.assert_allclose(again, s, atol=1e-8)


def test_fewer_wave_vectors_give_the_same_curve_within_its_error():
    vectors, lengths, bins = wave_vectors((40.0, 40.0), 9.0, 0.1, 20)
    assert np.bincount(bins).max() == 20
    angles = np.arctan2(vectors[:, 1], vectors[:, 0])[lengths > 5]
    assert abs(np.exp(2j * angles).mean()) < 0.1
    gases = [gas(400, 2, seed, box=40.0) for seed in range(6)]
    _, few, error = gv.structure.structure_factor(gases, q_max=9.0, most=20)
    assert np.mean(((few - 1) / error)[20:] ** 2) < 4


def test_bad_requests_are_refused():
    start = liquid()
    with pytest.raises(InputError, match="type 4 has 0 particles"):
        gv.structure.pair_correlation(start, (1, 4))
    with pytest.raises(InputError, match="expected two types"):
        gv.structure.structure_factor(start, (1,))
    with pytest.raises(InputError, match="r_max is 6"):
        gv.structure.pair_correlation(start, r_max=6)
    with pytest.raises(InputError, match="width is 0"):
        gv.structure.pair_correlation(start, width=0)
    with pytest.raises(InputError, match="q_max is 0"):
        gv.structure.structure_factor(start, q_max=0.2)
    with pytest.raises(InputError, match="at least one"):
        gv.structure.structure_factor([])
    with pytest.raises(InputError, match="different boxes"):
        gv.structure.structure_factor([start, gas(10, 2, 1)])
