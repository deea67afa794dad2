"""G_4(r): brute force, known fields, noise of replicas, invariances."""

import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.special import j0

import glassviz as gv
from glassviz.configuration import minimum_image
from glassviz.errors import InputError
from tests.dynamics.planted_fields import quarter_turn


def all_pairs(positions, halves, box, edges, means):
    """Sums of (a_i b_j + a_j b_i) / 2 over the pairs of each bin, and their number."""
    sums, number = np.zeros((2, len(edges) - 1))
    a, b = halves[0] - means[0], halves[-1] - means[1]
    for i in range(len(positions)):
        r = np.linalg.norm(minimum_image(positions[i + 1 :] - positions[i], box), axis=1)
        sums += np.histogram(r, edges, weights=(a[i] * b[i + 1 :] + b[i] * a[i + 1 :]) / 2)[0]
        number += np.histogram(r, edges)[0]
    return sums, number


@pytest.mark.parametrize("box", [np.array([9.0, 12.0]), np.array([6.0, 5.0, 7.0])])
@pytest.mark.parametrize("about", ["ensemble", "configuration"])
@pytest.mark.parametrize("number", [1, 2])
def test_equals_the_loop_over_pairs(box, about, number):
    random = np.random.default_rng(1)
    positions = [random.uniform(-box, 2 * box, (n, len(box))) for n in (40, 60, 50)]
    clean = [random.uniform(size=len(x)) + 0.2 * random.normal() for x in positions]
    halves = [c + 0.1 * random.normal(size=(number, len(c))) for c in clean]
    width = 0.25
    edges = np.arange(int(box.min() / 2 / width) + 1) * width

    def reference(chosen):
        pooled = np.concatenate([halves[k] for k in chosen], axis=1)
        means = [(pooled if about == "ensemble" else halves[k]).mean(axis=1)[[0, -1]] for k in range(3)]
        each = [all_pairs(positions[k], halves[k], box, edges, means[k]) for k in chosen]
        single = [(halves[k][0] - means[k][0]) @ (halves[k][-1] - means[k][1]) for k in chosen]
        with np.errstate(invalid="ignore"):
            value = np.divide(*np.sum(each, axis=0))
        return value, value / (np.sum(single) / pooled.shape[1])

    for normalised in (False, True):
        r, value, error = gv.dynamics.four_point_correlation(
            positions, halves, box, width=width, about=about, normalised=normalised
        )
        np.testing.assert_allclose(r, (edges[1:] + edges[:-1]) / 2)
        np.testing.assert_allclose(value, reference([0, 1, 2])[normalised], atol=1e-12)
        without = [reference([j for j in range(3) if j != k])[normalised] for k in range(3)]
        np.testing.assert_allclose(error, np.std(without, axis=0) * np.sqrt(2), atol=1e-12)


def test_many_particles_equal_a_tree_of_scipy():
    random = np.random.default_rng(2)
    positions, box = random.uniform(0, 60, (4000, 2)), 60.0
    a, b = random.normal(size=(2, 4000))
    a, b = a - a.mean(), b - b.mean()
    r, value, _ = gv.dynamics.four_point_correlation([positions], [np.stack([a, b])], box)
    assert r[-1] == 19.75
    tree, edges = cKDTree(positions, boxsize=box), np.arange(41) * 0.5
    sums = tree.count_neighbors(tree, edges, weights=(a, b), cumulative=False)[1:]
    pairs = tree.count_neighbors(tree, edges, cumulative=False)[1:]
    np.testing.assert_allclose(value, sums / pairs, atol=1e-12)


def test_independent_propensities_have_none_and_shared_noise_leaves_no_trace():
    random = np.random.default_rng(3)
    positions = random.uniform(0, 15, (200, 100, 2))
    # Noise that all particles of one replica share looks like a correlation without the product of halves.
    clean = random.normal(size=(200, 1, 100))
    halves = clean + 0.3 * random.normal(size=(200, 2, 1)) + 0.3 * random.normal(size=(200, 2, 100))
    _, value, error = gv.dynamics.four_point_correlation(positions, halves, 15.0)
    assert np.mean((value / error) ** 2) < 2
    assert (np.abs(value) < 4 * error).all()
    assert np.abs(value[5:].mean()) < 0.02
    mean = halves.mean(axis=1, keepdims=True)
    _, noisy, _ = gv.dynamics.four_point_correlation(positions, mean, 15.0)
    assert noisy[5:].mean() == pytest.approx(0.3**2 / 2, rel=0.35)
    # What is left of the particle itself is the noise-free variance.
    _, normalised, _ = gv.dynamics.four_point_correlation(positions, 2 * halves, 15.0, normalised=True)
    np.testing.assert_allclose(normalised, value / clean.var(), rtol=0.05)


@pytest.mark.parametrize("dimension", [2, 3])
def test_waves_of_random_phase_have_the_known_form(dimension):
    box, number = 20.0, {2: 2000, 3: 3000}[dimension]
    positions, halves = [], []
    for seed in range(12):
        random = np.random.default_rng(seed)
        positions.append(random.uniform(0, box, (number, dimension)))
        wave = np.cos(4 * np.pi / box * positions[-1][:, seed % dimension] + random.uniform(0, 2 * np.pi))
        halves.append(0.5 + 0.1 * wave + 0.05 * random.normal(size=(2, number)))
    r, value, error = gv.dynamics.four_point_correlation(positions, halves, box, width=0.2)
    q = 4 * np.pi / box
    expected = 0.005 * (j0(q * r) if dimension == 2 else np.sin(q * r) / (q * r))
    np.testing.assert_allclose(value[2:], expected[2:], atol=2e-4)
    assert (np.abs(value - expected) < 4 * error + 1e-4)[2:].all()
    _, normalised, _ = gv.dynamics.four_point_correlation(positions, halves, box, width=0.2, normalised=True)
    np.testing.assert_allclose(normalised[2:], expected[2:] / 0.005, atol=0.04)


def test_means_of_configurations_count_about_the_ensemble_alone():
    random = np.random.default_rng(4)
    level = random.normal(size=(50, 1, 1))
    positions = random.uniform(0, 12, (50, 100, 2))
    halves = level + 0.1 * random.normal(size=(50, 2, 100))
    _, value, error = gv.dynamics.four_point_correlation(positions, halves, 12.0, width=1.0)
    np.testing.assert_allclose(value, level.var(), rtol=0.25)
    assert (np.abs(value - 1) < 4 * error).all()
    _, value, _ = gv.dynamics.four_point_correlation(positions, halves, 12.0, width=1.0, about="configuration")
    assert np.abs(value).max() < 0.002


def test_invariances():
    random = np.random.default_rng(5)
    box, order = 15.0, random.permutation(200)
    x, h = random.uniform(0, box, (200, 2)), random.uniform(size=(2, 200))
    others = random.uniform(0, box, (200, 2)), random.uniform(size=(2, 200))

    def found(x, h):
        return gv.dynamics.four_point_correlation([x, others[0]], [h, others[1]], box)[1]

    before = found(x, h)
    for other, values in ((x + [3.7, -55.1], h), (x[order], h[:, order]), (quarter_turn(x), h)):
        np.testing.assert_allclose(found(other, values), before, atol=1e-12)
    swapped = gv.dynamics.four_point_correlation([x, others[0]], [h[::-1], others[1][::-1]], box)[1]
    np.testing.assert_allclose(swapped, before, atol=1e-12)
    r, long, _ = gv.dynamics.four_point_correlation([x], [3 * h + 7], box)
    np.testing.assert_allclose(long, 9 * gv.dynamics.four_point_correlation([x], [h], box)[1], atol=1e-12)
    assert r[-1] == 7.25


def test_few_configurations_and_bad_requests():
    random = np.random.default_rng(6)
    positions, halves = random.uniform(0, 8, (3, 30, 2)), random.uniform(size=(3, 2, 30))
    for number, about, finite in ((1, "configuration", False), (2, "ensemble", False), (2, "configuration", True)):
        _, value, error = gv.dynamics.four_point_correlation(
            positions[:number], halves[:number], 8.0, width=1.0, about=about
        )
        assert np.isfinite(value).all()
        assert np.isfinite(error).all() == finite
    empty = gv.dynamics.four_point_correlation(positions[:1, :2], halves[:1, :, :2], 8.0, r_max=0.02, width=0.01)
    assert np.isnan(empty[1:]).all()
    gap = halves.copy()
    gap[1, 0, 4] = np.nan
    for given, message in (
        ({"r_max": 4.5}, "r_max is 4.5"),
        ({"width": 0}, "width is 0"),
        ({"about": "all"}, "about is 'all'"),
        ({"halves": gap}, "halves of configuration 1 holds nan"),
        ({"halves": halves[:2]}, "3 sets of positions and 2 of halves"),
        ({"halves": halves[:, 0]}, "halves have shape"),
        ({"box": (8.0, 8.0, 8.0)}, "box is"),
    ):
        with pytest.raises(InputError, match=message):
            gv.dynamics.four_point_correlation(**{"positions": positions, "halves": halves, "box": 8.0, **given})


def test_all_pairs_together_are_the_susceptibility():
    random = np.random.default_rng(7)
    # Everybody within half the box of everybody else: one bin holds all pairs.
    positions = random.uniform(0, 6, (9, 25, 2))
    halves = random.normal(size=(9, 1, 1)) + random.normal(size=(9, 2, 25))
    options = {"box": 20.0, "r_max": 10.0, "width": 9.9}
    pairs = gv.dynamics.four_point_correlation(positions, halves, **options)[1][0]
    variance = pairs / gv.dynamics.four_point_correlation(positions, halves, **options, normalised=True)[1][0]
    chi_4 = gv.dynamics.four_point_susceptibility_with_error(halves[:, :, None])[0][0]
    assert 9 / 8 * (variance + 24 * pairs) == pytest.approx(chi_4, rel=1e-12)
