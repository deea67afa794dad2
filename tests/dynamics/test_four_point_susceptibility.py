"""chi_4 with errors: planted Gaussian means, joined boxes, calibration, missing labels."""

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import InputError

chi_4 = gv.dynamics.four_point_susceptibility_with_error


def planted(configurations, seed, spread=0.1, particles=40, times=1):
    """Means of configurations that scatter by `spread`; the noise of each half is shared by all of its particles."""
    random = np.random.default_rng(seed)
    level = 0.5 + spread * random.normal(size=(configurations, 1, times, 1))
    noise = 0.05 * random.normal(size=(configurations, 2, times, 1))
    # Of independent particles each half's mean scatters by 0.2 / sqrt(40) too, which the halves do not share.
    return level + noise + 0.2 * random.normal(size=(configurations, 2, times, particles))


def test_by_hand():
    halves = np.array([[[[0.0, 1.0]], [[1.0, 1.0]]], [[[1.0, 1.0]], [[0.0, 1.0]]], [[[0.0, 0.0]], [[0.0, 0.0]]]])
    first, second = np.array([0.5, 1.0, 0.0]), np.array([1.0, 0.5, 0.0])
    value, error = chi_4(halves)
    assert value == pytest.approx([2 * np.cov(first, second)[0, 1]])
    without = [2 * np.cov(np.delete(first, k), np.delete(second, k))[0, 1] for k in range(3)]
    assert error == pytest.approx([np.std(without) * np.sqrt(2)])
    alone = chi_4(halves[:, :1])[0]
    assert alone == pytest.approx([2 * np.var(first, ddof=1)])
    assert alone == pytest.approx([1.5 * gv.dynamics.four_point_susceptibility(halves[:, 0, 0])])


def test_planted_means_are_found_without_bias_and_with_a_true_error():
    for number in (5, 24, 100):
        # Each time is a draw of its own.
        value, error = chi_4(planted(number, number, times=600))
        spread = value.std()
        assert value.mean() == pytest.approx(40 * 0.01, abs=4 * spread / np.sqrt(600))
        assert np.sqrt((error**2).mean()) == pytest.approx(spread, rel=0.25)
        # sqrt(2 / (n - 1)), a little more with noise in the halves.
        assert 1 < spread / 0.4 / np.sqrt(2 / (number - 1)) < 1.7
    inside = np.abs(value - 0.4) < error
    assert 0.6 < inside.mean() < 0.74
    both = chi_4(planted(100, 100, times=600).mean(axis=1, keepdims=True))[0]
    assert both.mean() > 1.1 * value.mean()


def test_without_heterogeneity_it_is_zero():
    value, error = chi_4(planted(60, 1, spread=0.0, times=200))
    assert value.mean() == pytest.approx(0, abs=4 * value.std() / np.sqrt(200))
    assert (np.abs(value) < 3 * error).mean() > 0.95
    np.testing.assert_allclose(chi_4(np.full((5, 2, 1, 7), 0.25)), 0, atol=1e-30)


def test_two_independent_boxes_joined_have_the_same():
    first, second = planted(400, 2, times=5), planted(400, 3, times=5)
    joined, error = chi_4(np.concatenate([first, second], axis=3))
    (one, _), (two, _) = chi_4(first), chi_4(second)
    assert (np.abs(joined - (one + two) / 2) < 3.5 * error).all()
    assert joined == pytest.approx([0.4] * 5, abs=4 * error.max())
    # A box joined with its own copy scatters as before with twice the particles.
    np.testing.assert_allclose(chi_4(np.concatenate([first, first], axis=3))[0], 2 * one)


def test_both_halves_and_the_order_of_all_do_not_matter():
    halves, random = planted(10, 4, times=3), np.random.default_rng(0)
    same = halves[random.permutation(10)][:, ::-1][..., random.permutation(40)] - 0.3
    np.testing.assert_allclose(chi_4(same), chi_4(halves), atol=1e-12)


def test_missing_labels_and_few_configurations():
    halves = planted(6, 5, times=4)
    halves[0, 0, 0, 3] = halves[:4, 1, 1] = halves[:5, :, 2] = np.nan
    value, error = chi_4(halves)
    assert (value[0], error[0]) == tuple(x[0] for x in chi_4(halves[1:]))
    assert value[1] == chi_4(halves[4:])[0][1]
    np.testing.assert_array_equal(np.isnan(value), [False, False, True, False])
    np.testing.assert_array_equal(np.isnan(error), [False, False, True, False])
    assert error[1] == pytest.approx(np.sqrt(2) * abs(value[1]))
    assert np.isnan(chi_4(halves[:0])).all()
    for wrong in (halves[0], np.zeros((4, 3, 2, 5)), np.zeros((4, 2, 2, 0))):
        with pytest.raises(InputError, match="halves have shape"):
            chi_4(wrong)


def test_overlap_of_displacements():
    steps = np.array([[[0.1, 0.29, 0.31, 2.0]], [[0.0, np.nan, 0.3, 0.2]]])
    expected = [[[1, 1, 0, 0]], [[1, np.nan, 0, 1]]]
    np.testing.assert_array_equal(gv.dynamics.overlap(steps), expected)
    assert gv.dynamics.overlap(0.31, distance=0.5) == 1
    with pytest.raises(InputError, match="distance is 0"):
        gv.dynamics.overlap(steps, 0)
