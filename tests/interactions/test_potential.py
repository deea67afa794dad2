import numpy as np
import pytest

from glassviz.interactions.potential import pair_coefficients, pair_energy, pair_potential, pair_slope
from glassviz.systems import KA, KA2D

PAIRS = [
    (system, a, b) for system in (KA2D, KA) for a in range(1, system.types + 1) for b in range(a, system.types + 1)
]


@pytest.mark.parametrize(("system", "a", "b"), PAIRS)
def test_potential_vanishes_smoothly_at_the_cutoff(system, a, b):
    sigma = system.sigma[a - 1][b - 1]
    value, slope, curvature = pair_potential(system, a, b, 2.5 * sigma * (1 - 1e-13))
    assert abs(value) < 1e-11
    assert abs(slope) < 1e-10
    if system is KA2D:
        assert abs(curvature) < 1e-10
    else:
        assert abs(curvature) > 0.01
    assert pair_potential(system, a, b, 2.5 * sigma * (1 + 1e-9))[0] == 0


@pytest.mark.parametrize(("system", "a", "b"), PAIRS)
def test_derivatives_are_those_of_the_value(system, a, b):
    r, h = np.linspace(0.8, 1.9, 40), 1e-5
    value, slope, curvature = pair_potential(system, a, b, r)
    above, below = pair_potential(system, a, b, r + h), pair_potential(system, a, b, r - h)
    np.testing.assert_allclose((above[0] - below[0]) / (2 * h), slope, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose((above[1] - below[1]) / (2 * h), curvature, rtol=1e-6, atol=1e-5)
    table = pair_coefficients(system)
    kernel = [(pair_energy(table, a - 1, b - 1, x * x), x * pair_slope(table, a - 1, b - 1, x * x)) for x in r]
    np.testing.assert_allclose(np.array(kernel).T, (value, slope), rtol=1e-11, atol=1e-12)


def test_depth_of_the_bare_lennard_jones_well():
    # Far inside the cutoff the smoothing is a known polynomial: remove it and the well of 11 is -1 at 2^(1/6).
    table = pair_coefficients(KA2D)[0, 0]
    r = 2 ** (1 / 6)
    smoothing = table[3] + table[5] * r**2 + table[6] * r**4
    assert pair_potential(KA2D, 1, 1, r)[0] - smoothing == pytest.approx(-1, abs=1e-14)


def test_kob_andersen_is_the_force_shifted_lennard_jones():
    r, rc = np.array([0.9, 1.12, 2.0]), 2.5
    bare, slope = 4 * (r**-12 - r**-6), 4 * (-12 * rc**-13 + 6 * rc**-7)
    expected = bare - 4 * (rc**-12 - rc**-6) - (r - rc) * slope
    np.testing.assert_allclose(pair_potential(KA, 1, 1, r)[0], expected, atol=1e-14)
