"""Spatial correlation against loops, the training loss, closed forms and invariances."""

import numpy as np
import pytest

from glassviz.configuration import Configuration, minimum_image, tile
from glassviz.learning.spatial_correlation import DISTANCES, mobility, spatial_correlation


def scattered(number=60, edge=9.0, dimension=2, seed=1):
    """Random positions in a periodic box."""
    rng = np.random.default_rng(seed)
    return Configuration(rng.uniform(0, edge, (number, dimension)), np.ones(number, int), edge)


def brute_force(structure, first, second):
    """sum_i a_i (sum_j w_ij b_j / sum_j w_ij) for each R by loops; fluctuations a, b (n,)."""
    result = []
    for distance in DISTANCES[structure.dimension]:
        total = 0.0
        for i, here in enumerate(structure.positions):
            r = np.sqrt((minimum_image(structure.positions - here, structure.box) ** 2).sum(axis=1))
            weight = np.exp(-0.5 * (r - distance) ** 2)
            total += first[i] * (weight @ second) / weight.sum()
        result.append(total)
    return np.array(result)


@pytest.mark.parametrize("observable", ["bond_breaking", "displacement"])
@pytest.mark.parametrize("dimension", [2, 3])
def test_pooled_sums_are_those_of_loops(observable, dimension):
    rng = np.random.default_rng(2)
    structures = [scattered(dimension=dimension, edge=edge, seed=edge) for edge in (7, 9, 40)]
    predicted = rng.uniform(0, 1, (3, 60))
    halves = rng.uniform(0, 1, (3, 1, 60)) + 0.2 * rng.normal(size=(3, 2, 60))
    above, below, measured, noise_free = np.zeros(3), 0.0, np.zeros(3), 0.0
    for structure, p, pair in zip(structures, predicted, halves, strict=True):
        d, a, b = (m - m.mean() for m in (mobility(v, observable) for v in (p, *pair)))
        above, below = above + brute_force(structure, d, d), below + d @ d
        measured = measured + 0.5 * (brute_force(structure, a, b) + brute_force(structure, b, a))
        noise_free += a @ b
    found, error, md, md_error = spatial_correlation(structures, list(predicted), list(halves), observable)
    # Weights below 2e-8 are left out.
    np.testing.assert_allclose(found, above / below, atol=1e-6)
    np.testing.assert_allclose(md, measured / noise_free, atol=1e-6)
    assert np.isfinite(error).all()
    assert np.isfinite(md_error).all()


def test_agrees_with_the_loss_of_training():
    torch = pytest.importorskip("torch")
    from glassviz.learning.loss import Sample, collective, correlation_weights

    structure, rng = scattered(), np.random.default_rng(3)
    values = rng.uniform(0, 1, 60)
    weights = correlation_weights(structure.positions, structure.box)
    for observable in ("bond_breaking", "displacement"):
        sample = Sample(None, None, weights, observable)
        trained, _ = collective(torch.from_numpy(values.astype(np.float32))[None], sample)
        found = spatial_correlation([structure], [values], [np.stack([values] * 2)], observable)
        np.testing.assert_allclose(found[0], trained[0].numpy(), atol=2e-5)
        np.testing.assert_allclose(found[2], found[0], rtol=1e-12)
        assert np.isnan(found[1]).all()


def test_noise_of_replicas_does_not_lower_it():
    rng = np.random.default_rng(4)
    structures, clean, halves = [], [], []
    for seed in range(30):
        structure = scattered(400, 20.0, seed=seed)
        wave = np.sin(2 * np.pi * structure.positions[:, 0] / 20)
        structures.append(structure)
        clean.append(0.5 + 0.1 * wave)
        halves.append(clean[-1] + 0.15 * rng.normal(size=(2, 400)))
    signal, _, found, error = spatial_correlation(structures, clean, halves, "bond_breaking")
    noisy = spatial_correlation(structures, [h.mean(axis=0) for h in halves], halves, "bond_breaking")[0]
    assert (np.abs(found - signal) < 4 * error + 0.02).all()
    # With the noise in numerator and denominator it comes out far too small.
    assert noisy[0] < 0.6 * signal[0]


def test_a_mobility_that_hardly_varies_or_drowns_in_noise_gives_none():
    structure, rng = scattered(), np.random.default_rng(7)
    late = rng.uniform(1.0, 3.0, 60)
    found = spatial_correlation([structure], [late], [np.stack([late, late])], "displacement")
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[2]).all()
    drowned = [rng.normal(size=60) + 1e-3 * late, rng.normal(size=60)]
    drowned[1] += (1e-3 - drowned[0] @ drowned[1]) / (drowned[0] @ drowned[0]) * drowned[0]
    assert np.isnan(spatial_correlation([structure], [late], [np.stack(drowned)], "bond_breaking")[2]).all()


def test_invariances():
    structure, rng = scattered(80, 12.0), np.random.default_rng(5)
    values, halves = rng.uniform(0, 1, 80), rng.uniform(0.2, 0.8, 80) + 0.01 * rng.normal(size=(2, 80))

    def found(structure, values, halves):
        return np.array(spatial_correlation([structure], [values], [halves], "bond_breaking"))[[0, 2]]

    before = found(structure, values, halves)
    order = rng.permutation(80)
    moved = structure.with_positions(structure.positions + [31.7, -55.1])
    np.testing.assert_allclose(found(moved, values, halves), before, atol=1e-7)
    shuffled = Configuration(structure.positions[order], structure.types[order], structure.box)
    np.testing.assert_allclose(found(shuffled, values[order], halves[:, order]), before, atol=1e-10)
    np.testing.assert_allclose(found(structure, 0.4 - 0.3 * values, halves), before, atol=1e-10)
    # A box that is large enough agrees with its own tiling.
    large = scattered(200, 29.0)
    v, h = rng.uniform(0, 1, 200), rng.uniform(0.2, 0.8, 200) * np.ones((2, 1))
    np.testing.assert_allclose(found(tile(large, 2), np.tile(v, 4), np.tile(h, 4)), found(large, v, h), atol=1e-6)


def test_a_missing_value_leaves_its_configuration_out():
    structures, rng = [scattered(seed=k) for k in range(3)], np.random.default_rng(6)
    values = rng.uniform(0, 1, (3, 60))
    halves = [np.stack([v, v]) for v in values]
    gap = [values[0], np.full(60, np.nan), values[2]]
    some = spatial_correlation(structures, gap, halves, "bond_breaking")
    rest = spatial_correlation(structures[::2], gap[::2], halves[::2], "bond_breaking")
    np.testing.assert_array_equal(some, rest)
    assert np.isnan(spatial_correlation(structures[:1], gap[1:2], halves[:1], "bond_breaking")).all()
