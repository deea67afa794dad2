"""Small state points with planted labels."""

import numpy as np
import pytest

from glassviz.configuration import Configuration
from glassviz.dataset import StatePoint
from glassviz.learning import ridge
from glassviz.record import Record
from glassviz.structure import glassmlp_descriptors
from glassviz.systems import KA2D

TIMES = np.array([1.0, 10.0, 100.0])


def disordered(seed, edge=10, system=KA2D):
    """A jittered square lattice with random types at the model's density."""
    rng = np.random.default_rng(seed)
    spacing = system.density ** (-1 / system.dimension)
    sites = np.stack(np.meshgrid(*[np.arange(edge)] * system.dimension, indexing="ij"), axis=-1)
    sites = sites.reshape(-1, system.dimension)
    positions = spacing * (sites + rng.uniform(-0.1, 0.1, sites.shape))
    return Configuration(positions, rng.integers(1, system.types + 1, len(sites)), spacing * edge)


def planted(inherent, times):
    """Labels (n_times, N) that are linear in the standard descriptors, with other coefficients for each type."""
    x = glassmlp_descriptors(inherent, KA2D, ridge.LENGTHS, observables=ridge.DESCRIPTORS)
    rng = np.random.default_rng(99)
    weights = rng.normal(0, 0.1, (KA2D.types, times, x.shape[1]))
    return np.einsum("nm,ntm->tn", x, weights[inherent.types - 1]) + 0.5


def make_state_point(splits, noise=0.0, times=TIMES, seed=0):
    """A state point with one configuration for each entry of `splits`, labels planted, halves of opposite noise."""
    rng = np.random.default_rng(1000 + seed)
    records = []
    for k, split in enumerate(splits):
        inherent = disordered(10 * seed + k)
        labels = planted(inherent, len(times))
        labels = labels + noise * rng.normal(size=labels.shape)
        spread = 0.1 * rng.normal(size=labels.shape)
        halves = np.stack([labels + spread, labels - spread])
        records.append(
            Record("KA2D", 0.4, 20 + k, split, seed, (10, 10), inherent, inherent, times, halves, 2 * halves)
        )
    return StatePoint(records)


@pytest.fixture(scope="session")
def state_point():
    """Three configurations to train on, one for validation, two for the test."""
    return make_state_point(["train", "test", "train", "validation", "test", "train"], noise=0.02)


@pytest.fixture(scope="session")
def fitted(state_point):
    """A model of the state point."""
    return ridge.Ridge.fit(state_point)
