"""chi_4 of prediction and of molecular dynamics, planted and by hand."""

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import InputError
from glassviz.learning.susceptibility_ratio import susceptibility_ratio


def test_four_point_susceptibility_by_hand():
    values = np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    means = np.array([0.5, 1.0, 0.0])
    expected = 2 * ((means**2).mean() - means.mean() ** 2)
    assert gv.dynamics.four_point_susceptibility(values) == pytest.approx(expected, abs=1e-15)
    assert gv.dynamics.four_point_susceptibility(values + 3) == pytest.approx(expected, abs=1e-12)
    assert gv.dynamics.four_point_susceptibility(values, 2 * values) == pytest.approx(2 * expected, abs=1e-12)
    # Independent particles: the mean of N scatters by 1/N of the variance.
    rng = np.random.default_rng(1)
    assert gv.dynamics.four_point_susceptibility(rng.normal(size=(4000, 25))) == pytest.approx(1, abs=0.1)
    for wrong in (values[0], values[:1], np.zeros((3, 0))):
        with pytest.raises(InputError, match="propensity has shape"):
            gv.dynamics.four_point_susceptibility(wrong)
    with pytest.raises(InputError, match="other_half has shape"):
        gv.dynamics.four_point_susceptibility(values, values[:2])


def planted(configurations, seed=1, particles=40):
    rng = np.random.default_rng(seed)
    level = 0.5 + 0.1 * rng.normal(size=(configurations, 1))
    halves = level[:, None] + 0.02 * rng.normal(size=(configurations, 2, particles))
    # Noise that all particles of a half share is what the product of halves removes.
    return level, halves + 0.1 * rng.normal(size=(configurations, 2, 1))


def test_noise_of_replicas_does_not_raise_that_of_md():
    level, halves = planted(3000)
    predicted = 0.5 * level + np.zeros(40)
    own, measured, ratio, error = susceptibility_ratio(list(predicted), list(halves))
    assert own == pytest.approx(40 * 0.25 * level.var(ddof=1), rel=1e-9)
    assert measured == pytest.approx(40 * 0.01, rel=0.08)
    assert gv.dynamics.four_point_susceptibility(halves.mean(axis=1)) > 1.3 * measured
    assert ratio == pytest.approx(own / measured, rel=1e-12)
    assert ratio == pytest.approx(0.25, abs=4 * error)


def test_error_is_the_spread_of_repeated_experiments():
    found = []
    for seed in range(200):
        level, halves = planted(60, seed)
        rng = np.random.default_rng(10_000 + seed)
        predicted = level + 0.05 * rng.normal(size=(60, 1)) + np.zeros(40)
        found.append(susceptibility_ratio(list(predicted), list(halves))[2:])
    ratios, errors = np.array(found).T
    assert np.median(errors) == pytest.approx(ratios.std(), rel=0.35)


def test_few_configurations():
    level, halves = planted(3)
    predicted = list(level + np.zeros(40))
    assert np.isnan(susceptibility_ratio(predicted[:1], halves[:1])).all()
    own, measured, ratio, error = susceptibility_ratio(predicted[:2], halves[:2])
    assert own > 0
    assert np.isfinite(measured)
    assert np.isnan([ratio, error]).all()
    gap = [predicted[0], np.full(40, np.nan), predicted[2]]
    assert susceptibility_ratio(gap, halves)[0] == susceptibility_ratio(predicted[::2], halves[::2])[0]
