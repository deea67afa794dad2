"""Particles between the mean propensities at which they are known."""

import numpy as np
import pytest

from glassviz.dynamics.propensity_at_level import PropensityAtLevel
from glassviz.errors import InputError

LEVELS = np.array([0.95, 0.8, 0.5, 0.3])


def values(seed=0):
    return np.sort(np.random.default_rng(seed).uniform(0, 1, (4, 50)), axis=0)[::-1]


def test_knots_are_met_and_everything_is_frozen_at_the_start():
    known = values()
    known[:, 7] = np.nan
    order = [2, 0, 3, 1]
    curves = PropensityAtLevel(LEVELS[order], known[order])
    for level, row in zip(LEVELS, known, strict=True):
        np.testing.assert_allclose(curves(level), row, atol=1e-12)
    np.testing.assert_allclose(np.delete(curves(1.0), 7), 1, atol=1e-12)
    assert np.isnan(curves(1.0)[7])
    assert np.isnan(curves(0.29)).all()


def test_between_knots_a_particle_stays_between_its_values():
    known = np.random.default_rng(1).uniform(0, 1, (4, 50))
    curves = PropensityAtLevel(LEVELS, known)
    for level in np.linspace(0.3, 0.95, 200):
        k = min(np.searchsorted(-LEVELS, -level, side="right") - 1, 2)
        low, high = np.sort(known[k : k + 2], axis=0)
        assert (curves(level) >= low - 1e-12).all()
        assert (curves(level) <= high + 1e-12).all()
    monotone = PropensityAtLevel(LEVELS, values())
    path = np.array([monotone(level) for level in np.linspace(1, 0.3, 300)])
    assert (np.diff(path, axis=0) <= 1e-12).all()


def test_levels_that_say_the_same_count_once():
    known = values()
    curves = PropensityAtLevel([1.0, 0.95, 0.95, 0.5], np.vstack([np.ones(50), known[[0, 1, 2]]]))
    np.testing.assert_allclose(curves(0.95), known[0])
    with pytest.raises(InputError, match="one or more below 1"):
        PropensityAtLevel([1.0], np.ones((1, 3)))
    with pytest.raises(InputError, match="levels have shape"):
        PropensityAtLevel([0.5, 0.4], np.ones((1, 3)))
