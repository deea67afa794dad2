"""Small state points with planted labels."""

from functools import cache

import numpy as np

from glassviz.configuration import Configuration
from glassviz.learning import ridge
from glassviz.record import Record
from glassviz.state_point import StatePoint
from glassviz.structure import glassmlp_descriptors, lengths_within
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
    x = describe(inherent)
    rng = np.random.default_rng(99)
    result = np.empty((len(TIMES), len(x)))
    for number in range(1, KA2D.types + 1):
        own = inherent.types == number
        mean, scale = reference_scale(number)
        weights = rng.normal(0, 1, (len(TIMES), x.shape[1])) / np.sqrt(x.shape[1])
        result[:, own] = weights @ ((x[own] - mean) / scale).T + number
    return result[:times]


def describe(inherent):
    """The standard descriptors of the model."""
    lengths = lengths_within(disordered(0).box, ridge.LENGTHS)
    return glassmlp_descriptors(inherent, KA2D, lengths, observables=ridge.DESCRIPTORS)


@cache
def reference_scale(number):
    """Mean and deviation of each descriptor over particles of one type, so that planted labels are of order 1."""
    reference = disordered(12345, edge=16)
    x = describe(reference)[reference.types == number]
    return x.mean(axis=0), np.where(np.ptp(x, axis=0) > 0, x.std(axis=0), 1.0)


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
