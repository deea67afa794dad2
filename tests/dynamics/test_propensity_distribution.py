"""P(C): counts by hand, its integral, a known density within its errors."""

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import InputError


def test_by_hand():
    edges = [0.0, 0.5, 0.6, 1.0]
    density, error, counts = gv.dynamics.propensity_distribution(
        [[0.1, 0.2, 0.55, 1.0], [0.5, np.nan, 1.2, 0.7, -0.1]], edges
    )
    assert counts.tolist() == [2, 2, 2]
    np.testing.assert_allclose(density, [2 / 8 / 0.5, 2 / 8 / 0.1, 2 / 8 / 0.4])
    # Two of eight values lie outside.
    assert (density * np.diff(edges)).sum() == pytest.approx(6 / 8)
    # Each left out in turn: 0 or 2 of 4, 1 of 4, 1 of 4.
    np.testing.assert_allclose(error, [0.5 * (2 / 4 / 0.5), 0, 0], atol=1e-12)
    assert np.isnan(gv.dynamics.propensity_distribution([[0.1, 0.2]])[1]).all()


def test_a_known_density_within_its_error_although_configurations_differ():
    found = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        low = random.uniform(0, 0.5, (20, 1))
        values = low + random.uniform(0, 0.5, (20, 300))
        found.append(gv.dynamics.propensity_distribution(list(values), np.linspace(0, 1, 11))[:2])
    densities, errors = np.swapaxes(found, 0, 1)
    centres = np.arange(10) / 10 + 0.05
    # The sum of two uniform numbers: a triangle, averaged over a bin on one slope.
    spread = densities.std(axis=0)
    assert (np.abs(densities.mean(axis=0) - 4 * np.minimum(centres, 1 - centres)) < 4 * spread / np.sqrt(200)).all()
    np.testing.assert_allclose(np.sqrt((errors**2).mean(axis=0)), spread, rtol=0.2)


def test_bad_requests_are_refused():
    with pytest.raises(InputError, match="no configuration"):
        gv.dynamics.propensity_distribution([])
    for edges in ([0.0], [0.0, 0.0, 1.0], [[0.0, 1.0]]):
        with pytest.raises(InputError, match="edges have shape"):
            gv.dynamics.propensity_distribution([[0.5]], edges)
