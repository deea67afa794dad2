"""Times of mean propensities: the inverse of the decay, its collapse, and relaxation times where none was measured."""

import numpy as np
import pytest

from glassviz.dynamics.decay_time import decay_times, shared_decay
from glassviz.dynamics.estimated_relaxation_time import estimated_relaxation_time
from glassviz.errors import InputError

LEVELS = np.linspace(1, 0.25, 301)


def stretched(times, tau):
    """A decay that is 0.5 at tau."""
    return np.exp(-np.log(2) * (np.asarray(times) / tau) ** 0.7)


def labels(tau, last, number=40):
    times = np.geomspace(1e-3 * tau, last * tau, number)
    return times, stretched(times, tau)


def exact(levels, tau):
    return tau * (-np.log(levels) / np.log(2)) ** (1 / 0.7)


def test_curves_collapse_whatever_their_relaxation_times_are():
    shape = shared_decay([labels(30.0, 5), labels(4e3, 1.2), labels(1e6, 0.05)])
    told = LEVELS[(LEVELS < 0.985) & (LEVELS > 0.26)]
    np.testing.assert_allclose(shape(told), exact(told, 1.0), rtol=0.02)
    assert shape(0.5) == pytest.approx(1, rel=1e-9)
    assert shape(1.0) == 0
    assert np.isnan(shape(0.01))


def test_labels_are_inverted_exactly():
    times, values = labels(700.0, 3)
    found, told = decay_times(values, times, values, 700.0, shared_decay([(times, values)]))
    np.testing.assert_allclose(found, times, rtol=1e-12)
    assert told.all()


@pytest.mark.parametrize("last", [0.02, 0.3, 0.95, 2.0])
@pytest.mark.parametrize("wrong", [0.7, 1.0, 1.6])
def test_time_is_continuous_and_rises_beyond_the_labels(last, wrong):
    shape = shared_decay([labels(30.0, 6), labels(4e3, 1.2)])
    times, values = labels(2e5, last)
    # The estimate of tau may be off, but for labels that have passed it.
    tau = 2e5 * (wrong if last < 0.5 else 1.0)
    levels = np.linspace(1, 0.25, 3001)
    found, told = decay_times(levels, times, values, tau, shape)
    assert (np.diff(found) > 0).all()
    assert told.sum() == (levels >= values[-1]).sum()
    edge = values[-1] + np.array([1e-7, -1e-7])
    before, after = decay_times(edge, times, values, tau, shape)[0]
    assert after == pytest.approx(before, rel=1e-4)
    if last < 0.5:
        assert decay_times([0.5], times, values, tau, shape)[0][0] == pytest.approx(tau)


def test_labels_that_contradict_tau_are_not_left():
    shape = shared_decay([labels(30.0, 6)])
    times, values = labels(2e5, 0.4)
    found, _ = decay_times(LEVELS, times, values, 0.2 * times[-1], shape)
    assert (np.diff(found) > 0).all()


def test_without_labels_the_shape_tells_and_without_both_nothing_does():
    shape = shared_decay([labels(30.0, 6)])
    found, told = decay_times(LEVELS, (), (), 1e12, shape)
    np.testing.assert_allclose(found, 1e12 * shape(LEVELS))
    assert not told.any()
    assert np.isnan(decay_times(LEVELS, (), (), 1e12, None)[0]).all()
    times, values = labels(30.0, 0.3)
    found, told = decay_times(LEVELS, times, values, np.nan, None)
    assert (np.isfinite(found) == told).all()


def test_noise_that_rises_again_and_labels_at_one_do_no_harm():
    times, values = [0.1, 1, 10, 100, 1000], [1.0, 1.0, 0.9, 0.92, 0.4]
    shape = shared_decay([(times, values)])
    found, _ = decay_times(LEVELS, times, values, 600.0, shape)
    assert found[0] == 0
    assert (np.diff(found[np.isfinite(found)]) > 0).all()
    with pytest.raises(InputError, match="no decay starts above"):
        shared_decay([([1, 2], [1.0, 1.0])])


def test_relaxation_times_between_and_below_the_measured_ones():
    measured = {0.5: 440.0, 0.4: 1.7e3, 0.35: 5.7e3}
    assert estimated_relaxation_time(0.4, measured, "KA2D") == (1.7e3, False)
    # The published value is 3.4e4.
    tau, estimated = estimated_relaxation_time(0.30, measured, "KA2D")
    assert estimated
    assert tau == pytest.approx(3.4e4, rel=0.3)
    assert estimated_relaxation_time(0.23, measured, "KA2D")[0] == pytest.approx(4e6)
    assert 0.5e12 < estimated_relaxation_time(0.15, measured, "KA2D")[0] < 2e12
    temperatures = np.linspace(0.5, 0.15, 141)
    logs = np.log([estimated_relaxation_time(T, measured, "KA2D")[0] for T in temperatures])
    assert (np.diff(logs) > 0).all()
    for T in (0.4, 0.35, 0.25):
        before, after = (estimated_relaxation_time(T + by, measured, "KA2D")[0] for by in (1e-7, -1e-7))
        assert after == pytest.approx(before, rel=1e-4)
    # A measured value below the law's range goes before it.
    assert estimated_relaxation_time(0.24, {**measured, 0.22: 1e7}, "KA2D")[0] < 1e7


def test_other_systems_have_no_law():
    assert np.isnan(estimated_relaxation_time(0.4, {0.5: 100.0}, "KA")[0])
    assert estimated_relaxation_time(0.45, {0.5: 100.0, 0.4: 1e4}, "KA")[0] == pytest.approx(830, rel=0.2)
    assert np.isnan(estimated_relaxation_time(0.6, {0.5: 100.0}, "KA2D")[0])
