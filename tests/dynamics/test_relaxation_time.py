import numpy as np
import pytest

from glassviz.dynamics import relaxation_time, relaxation_time_with_error
from glassviz.errors import InputError


def test_exponential_relaxation():
    times = np.geomspace(1, 1e4, 400)
    assert relaxation_time(times, np.exp(-times / 300)) == pytest.approx(300 * np.log(2), rel=1e-3)
    # Linear in log t is interpolated exactly.
    assert relaxation_time([1, 10, 100], [0.9, 0.7, 0.3]) == pytest.approx(10**1.5)
    assert relaxation_time([1, 10, 100], [0.9, 0.7, 0.3], level=0.7) == pytest.approx(10)


def test_no_crossing_is_no_time():
    assert np.isnan(relaxation_time([1, 10], [0.9, 0.6]))
    assert np.isnan(relaxation_time([1, 10], [0.4, 0.3]))


def test_jackknife_error_is_the_spread_of_the_mean():
    random = np.random.default_rng(0)
    times = np.geomspace(1, 1e4, 200)
    errors, taus = [], []
    for _ in range(200):
        curves = np.exp(-times / (300 * np.exp(0.1 * random.standard_normal((8, 1)))))
        tau, error = relaxation_time_with_error(times, curves)
        taus.append(tau)
        errors.append(error)
    assert np.mean(errors) == pytest.approx(np.std(taus), rel=0.15)
    assert np.isnan(relaxation_time_with_error(times, curves[:1])[1])


@pytest.mark.parametrize("times", [[1, 1, 2], [0, 1, 2], [1, 2]])
def test_bad_times_are_refused(times):
    with pytest.raises(InputError):
        relaxation_time(times, [1, 0.5, 0.2])


def test_continuation_beyond_the_last_time_is_short_and_explicit():
    times, curve = [1, 10, 100], [0.9, 0.7, 0.52]
    assert np.isnan(relaxation_time(times, curve))
    # The last two points fall by 0.18 a decade: 0.02 more takes a ninth of one.
    assert relaxation_time(times, curve, beyond=1.3) == pytest.approx(100 * 10 ** (0.02 / 0.18))
    assert np.isnan(relaxation_time(times, curve, beyond=1.2))
    assert np.isnan(relaxation_time(times, [0.9, 0.6, 0.61], beyond=1e9))
    assert np.isfinite(relaxation_time_with_error(times, [curve, [0.9, 0.7, 0.46]], beyond=1.5)[1])
