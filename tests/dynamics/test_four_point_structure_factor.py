import numpy as np
import pytest

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.dynamics import bond_breaking_halves, four_point_rings, four_point_structure_factor
from glassviz.errors import InputError
from glassviz.formats import read
from glassviz.wave_vectors import direct_sums, half_space, nonuniform_fft, wave_sums
from tests.formats.samples import REAL_2D, REAL_2D_COLD

BOX = np.array([32.8962, 32.8962])


def gas(number, seed, dimension=2, edge=32.8962):
    """Random positions and independent propensities of variance 1/12."""
    random = np.random.default_rng(seed)
    return random.random((number, dimension)) * edge, random.random(number)


@pytest.mark.parametrize(
    ("number", "box", "q_max"),
    [(1290, (32.8962, 32.8962), 7.0), (500, (15.0, 11.0, 8.0), 5.0), (300, (9.0, 70.0), 0.5)],
)
def test_the_fast_transform_is_the_direct_sum(number, box, q_max):
    positions, values = gas(number, 1, len(box), np.array(box))
    positions = positions + 1e4 * np.array(box)[0]
    vectors, lengths = half_space(box, q_max)
    fast = nonuniform_fft(positions, values, np.array(box), vectors)
    direct = direct_sums(positions, values, np.array(box), vectors)
    assert np.abs(fast - direct).max() < 1e-8
    # The definition itself, in plain words, at a few wave vectors.
    for k in (0, len(vectors) // 3, -1):
        q = 2 * np.pi * vectors[k] / box
        assert lengths[k] == pytest.approx(np.linalg.norm(q))
        assert np.abs((values * np.exp(1j * positions @ q)).sum() - direct[k]) < 1e-6
    assert len(wave_sums(positions, values, np.array(box), vectors[:0])) == 0


def test_every_wave_vector_counts_once():
    vectors, lengths = half_space((32.8962, 32.8962), 7.0)
    n = np.arange(-40, 41)
    every = np.stack(np.meshgrid(n, n), axis=-1).reshape(-1, 2)
    inside = (2 * np.pi / 32.8962 * np.linalg.norm(every, axis=1) <= 7) & every.any(axis=1)
    both = {tuple(v) for v in vectors} | {tuple(-v) for v in vectors}
    assert both == {tuple(v) for v in every[inside]}
    assert 2 * len(vectors) == len(both)
    assert lengths.max() <= 7
    rings = four_point_rings(*[[a] for a in gas(50, 2)], 32.8962, 7.0, width=0)
    squares = np.rint((rings.q * 32.8962 / (2 * np.pi)) ** 2)
    np.testing.assert_array_equal(squares[:8], [1, 2, 4, 5, 8, 9, 10, 13])
    np.testing.assert_array_equal(rings.modes[:8], [2, 2, 2, 4, 2, 2, 4, 4])
    assert len(np.unique(squares)) == len(squares)
    wide = four_point_rings(*[[a] for a in gas(50, 2)], 32.8962, 7.0)
    np.testing.assert_allclose(wide.q[:7], rings.q[:7])
    assert rings.modes.sum() == wide.modes.sum() == len(vectors)
    assert len(wide.q) < 70 < len(rings.q)
    # Joined rings hold the same modes.
    assert wide.sums.sum() == pytest.approx(rings.sums.sum())
    assert (wide.q * wide.modes).sum() == pytest.approx((rings.q * rings.modes).sum())


@pytest.mark.parametrize("dimension", [2, 3])
def test_independent_propensities_give_their_variance_at_all_q(dimension):
    gases = [gas(400, seed, dimension, 10.0) for seed in range(60)]
    rings = four_point_rings([p for p, _ in gases], [c for _, c in gases], 10.0, 5.0, mean=0.5)
    assert np.mean(((rings.s4 - 1 / 12) / rings.errors) ** 2) < 2
    assert np.average(rings.s4, weights=rings.modes) == pytest.approx(1 / 12, rel=0.02)
    assert rings.all_modes == pytest.approx(60 * rings.modes)
    # One configuration knows its error from its modes.
    pulls = [(one.s4 - 1 / 12) * np.sqrt(one.all_modes) * 12 for one in (rings[[k]] for k in range(60))]
    assert np.std(pulls) == pytest.approx(1, abs=0.06)
    assert rings[[3]].errors == pytest.approx(rings[[3]].s4 / np.sqrt(rings.modes))


def test_a_uniform_propensity_gives_zero():
    positions, _ = gas(600, 3)
    _, s4 = four_point_structure_factor(positions, np.full(600, 0.37), BOX, 7.0)
    assert np.abs(s4).max() < 1e-25
    # About the mean of all configurations only the density is left.
    _, s4 = four_point_structure_factor(positions, np.full(600, 0.37), BOX, 7.0, mean=0.27)
    assert s4.mean() == pytest.approx(0.01, rel=0.2)


@pytest.mark.parametrize("dimension", [2, 3])
def test_invariance_under_translation_wrapping_permutation_and_rotation(dimension):
    positions, values = gas(600, 4, dimension, 15.0)
    other = values[::-1].copy()
    q, s4 = four_point_structure_factor(positions, values, 15.0, 6.0, other_half=other)
    assert np.abs(s4).max() > 0.01
    order = np.random.default_rng(0).permutation(600)
    turned = positions[:, [1, 0, *range(2, dimension)]] * [-1, *[1] * (dimension - 1)]
    for same in (
        (positions + [3.3, -71.2, 0.4][:dimension], values, other),
        (positions - 15 * np.rint(positions / 15), values, other),
        (positions[order], values[order], other[order]),
        (turned, values, other),
        (positions, values + 3, other - 1),
    ):
        again_q, again = four_point_structure_factor(*same[:2], 15.0, 6.0, other_half=same[2])
        np.testing.assert_allclose(again, s4, atol=1e-10)
        np.testing.assert_array_equal(again_q, q)


def test_small_q_give_the_susceptibility():
    # In a box so large that q.r vanishes, W is N_1 (C - <C>).
    random = np.random.default_rng(5)
    positions = [random.random((200, 2)) * 10 for _ in range(9)]
    values = random.random((2, 9, 200)) + 0.1 * random.normal(size=(9, 1))
    for other in (None, values[1]):
        rings = four_point_rings(positions, values[0], 1e8, 1.2e-7, other_half=other)
        expected = gv.dynamics.four_point_susceptibility(values[0], other)
        np.testing.assert_allclose(rings.s4, expected, rtol=1e-6)
    own = four_point_structure_factor(positions[0], values[0, 0], 1e8, 1.2e-7)[1]
    assert np.abs(own).max() < 1e-9
    given = four_point_structure_factor(positions[0], values[0, 0], 1e8, 1.2e-7, mean=0.5)[1]
    np.testing.assert_allclose(given, 200 * (values[0, 0].mean() - 0.5) ** 2, rtol=1e-6)


def test_half_products_are_free_of_the_noise_of_the_halves():
    positions, _ = gas(300, 6, edge=12.0)
    field = 0.2 * np.cos(2 * np.pi / 12 * positions @ [1, 0]) + 0.1 * np.sin(2 * np.pi / 12 * positions @ [1, 2])
    _, planted = four_point_structure_factor(positions, field, 12.0, 3.0)
    random, draws = np.random.default_rng(7), 800
    halves = field + 0.5 * random.normal(size=(2, draws, 300))
    rings = four_point_rings([positions] * draws, halves[0], 12.0, 3.0, other_half=halves[1], mean=field.mean())
    assert planted[0] > 1
    assert (np.abs(rings.s4 - planted) < 4.5 * rings.errors).all()
    assert np.mean(((rings.s4 - planted) / rings.errors) ** 2) < 2
    # The mean of the halves keeps half of the noise of one, and the rings know how much noise that is.
    whole = four_point_rings([positions] * draws, halves.mean(axis=0), 12.0, 3.0, mean=field.mean())
    np.testing.assert_allclose(whole.s4, rings.s4 + rings.noise / 2, rtol=1e-9)
    np.testing.assert_allclose(rings.noise, 0.25, rtol=0.1)
    assert ((whole.s4 - planted) / whole.errors > 8).sum() > len(planted) - 3
    assert not whole.noise.any()


def test_configurations_weigh_as_their_particles():
    first, second = gas(100, 8), gas(400, 9)
    rings = four_point_rings([first[0], second[0]], [first[1], second[1]], BOX, 2.0, mean=0.5)
    ones = [four_point_structure_factor(*one, BOX, 2.0, mean=0.5)[1] for one in (first, second)]
    np.testing.assert_allclose(rings.s4, (100 * ones[0] + 400 * ones[1]) / 500)
    np.testing.assert_allclose(rings[[1, 1]].s4, ones[1])
    np.testing.assert_allclose(rings[:1].s4, ones[0])
    assert rings.all_modes == pytest.approx(rings.modes * 500**2 / (100**2 + 400**2))
    seen = []
    four_point_rings([first[0]] * 2, [first[1]] * 2, BOX, 2.0, progress=lambda *done: seen.append(done))
    assert seen == [(1, 2), (2, 2)]


def test_64_small_boxes_have_as_many_modes_as_one_large():
    small = four_point_rings(*[[a] * 64 for a in gas(50, 10)], BOX, 2.0)
    large = four_point_rings(*[[a] for a in gas(50, 10)], 8 * BOX, 2.0)
    inside = [((one.q > 0.5) * one.all_modes).sum() for one in (small, large)]
    assert inside[0] == pytest.approx(inside[1], rel=0.03)


def test_simulated_liquids_show_the_peak_at_small_q():
    state_point = gv.open(EMBEDDED / "ka2d")[0.4]
    time = int(np.argmin(np.abs(state_point.bond_breaking.mean(axis=(0, 2)) - 0.75)))
    kept = [one.types == 1 for one in state_point.configurations]
    positions = [one.positions[mine] for one, mine in zip(state_point.configurations, kept, strict=True)]
    halves = [
        [values[half, time, mine] for values, mine in zip(state_point.bond_breaking_halves, kept, strict=True)]
        for half in (0, 1)
    ]
    box = state_point.configurations[0].box
    rings = four_point_rings(positions, halves[0], box, 7.0, other_half=halves[1])
    assert rings.s4[0] > 10 * rings.s4[-10:].mean() > 0
    # It ends at chi_4, known to sqrt(2 / (n - 1)).
    count = len(positions)
    chi_4 = gv.dynamics.four_point_susceptibility(*halves) * count / (count - 1)
    error = np.hypot(chi_4 * np.sqrt(2 / (count - 1)), rings.errors[0])
    assert abs(rings.s4[0] - chi_4) < 3 * error
    assert rings.s4[0] < 3 * chi_4


@pytest.mark.skipif(not REAL_2D.exists(), reason="the reference files are not here")
@pytest.mark.parametrize("path", [REAL_2D, REAL_2D_COLD], ids=lambda path: path.stem)
def test_published_structures(path):
    found = read(path)
    start, replicas = found.structures[0].thermal, found.structures[0].replicas
    mine = start.types == 1
    first, second = bond_breaking_halves(start, replicas, found.system)[:, 0, mine]
    positions = start.positions[mine]
    q, s4 = four_point_structure_factor(positions, first, start.box, 7.0, other_half=second)
    assert q[0] == pytest.approx(2 * np.pi / start.box[0])
    assert np.isfinite(s4).all()
    vectors, _ = half_space(tuple(start.box), 7.0)
    sums = [
        [way(positions, half - half.mean(), start.box, vectors) for half in (first, second)]
        for way in (direct_sums, nonuniform_fft)
    ]
    assert np.abs(np.subtract(*sums)).max() < 1e-8
    rings = four_point_rings([positions], [first], start.box, 7.0, other_half=[second])
    assert (sums[0][0] * np.conj(sums[0][1])).real.sum() == pytest.approx(rings.sums.sum(), abs=1e-8)
    np.testing.assert_array_equal(rings.s4, s4)


def test_bad_requests_are_refused():
    positions, values = gas(30, 11)
    for change, sentence in (
        ({"q_max": 0.1}, "q_max is 0.1, expected at least the smallest 2 pi / L = 0.191"),
        ({"q_max": np.nan}, "q_max is nan"),
        ({"q_max": 1e6}, "q_max is 1e.06: the box has some 1e.14 wave vectors"),
        ({"propensity": values[:-1]}, r"positions have shape \(30, 2\) and propensity has \(29,\)"),
        ({"propensity": np.where(values == values[4], np.nan, values)}, "propensity of particle 4 is nan"),
        ({"other_half": values[:-1]}, r"other_half has \(29,\)"),
        ({"positions": positions[:, :1]}, "expected .N, 2. or .N, 3."),
        ({"positions": positions.ravel()}, "positions have shape"),
        ({"box": [3.0, -1.0]}, "expected 2 positive edge lengths"),
        ({"mean": np.inf}, "mean is inf"),
        ({"width": -0.1}, "width is -0.1"),
    ):
        given = {"positions": positions, "propensity": values, "box": BOX, "q_max": 3.0, **change}
        with pytest.raises(InputError, match=sentence):
            four_point_structure_factor(**given)
    with pytest.raises(InputError, match="1 configurations and 2 of propensity"):
        four_point_rings([positions], [values, values], BOX, 3.0)
    with pytest.raises(InputError, match="0 configurations"):
        four_point_rings([], [], BOX, 3.0)
    rings = four_point_rings([positions], [values], BOX, 3.0)
    for chosen in ([], 0):
        with pytest.raises(InputError, match="expected a list of one or more"):
            rings[chosen]
