"""Spread of a prediction against closed forms and planted noise."""

import numpy as np
import pytest

from glassviz.learning.variance_ratio import variance_ratio


def planted(configurations=40, particles=500, noise=0.8, seed=1):
    """Signal (n, N), and halves (n, 2, N) with independent noise."""
    rng = np.random.default_rng(seed)
    signal = 2 + rng.normal(size=(configurations, particles)) + 0.3 * rng.normal(size=(configurations, 1))
    return signal, signal[:, None] + noise * rng.normal(size=(configurations, 2, particles))


def test_ratio_is_that_of_the_mean_variances_of_configurations():
    signal, halves = planted()
    predicted = 0.3 * signal**2
    label, _, free, _ = variance_ratio(list(predicted), list(halves))
    within = predicted.var(axis=1).mean()
    assert label == pytest.approx(within / halves.mean(axis=1).var(axis=1).mean(), rel=1e-10)
    assert free == pytest.approx(within / np.mean([np.cov(*pair, ddof=0)[0, 1] for pair in halves]), rel=1e-10)


def test_means_of_configurations_do_not_count():
    signal, halves = planted(8, 60)
    means = 5 * np.arange(8.0)[:, None]
    moved = variance_ratio(list(signal + means), list(halves))
    np.testing.assert_allclose(moved, variance_ratio(list(signal), list(halves)), rtol=1e-9)


def test_a_perfect_prediction_has_one_and_less_where_labels_are_noisy():
    signal, halves = planted()
    label, label_error, free, free_error = variance_ratio(list(signal), list(halves))
    assert free == pytest.approx(1, abs=0.02)
    assert label == pytest.approx(1 / (1 + 0.8**2 / 2), abs=0.01)
    assert abs(free - 1) < 4 * free_error
    assert 0 < label_error < 0.02


def test_scale_shift_and_gaps():
    signal, halves = planted(6, 50)
    before = variance_ratio(list(signal), list(halves))
    shifted = variance_ratio(list(3 * signal + 7), list(halves - 4))
    np.testing.assert_allclose(shifted, 9 * np.array(before), rtol=1e-9)
    with_gap = signal.copy()
    with_gap[2, :10] = np.nan
    whole = [s[10:] if k == 2 else s for k, s in enumerate(signal)]
    rest = [h[:, 10:] if k == 2 else h for k, h in enumerate(halves)]
    np.testing.assert_allclose(variance_ratio(list(with_gap), list(halves)), variance_ratio(whole, rest), rtol=1e-12)


def test_error_is_the_spread_of_repeated_experiments():
    def experiment(seed):
        signal, halves = planted(12, 60, seed=seed)
        return variance_ratio(list(signal + 0.5 * signal.mean(axis=1, keepdims=True)), list(halves))

    found = np.array([experiment(seed) for seed in range(150)])
    for value, error in ((0, 1), (2, 3)):
        assert found[:, error].mean() == pytest.approx(found[:, value].std(), rel=0.25)


def test_undefined_is_nan():
    signal, halves = planted(1, 50)
    value, error, _, free_error = variance_ratio(list(signal), list(halves))
    assert np.isfinite(value)
    assert np.isnan([error, free_error]).all()
    # Halves that vary against each other hold no signal.
    assert np.isnan(variance_ratio([signal[0]], [np.stack([signal[0], -signal[0]])])[2])
    assert np.isnan(variance_ratio([np.full(50, np.nan)], list(halves))).all()
