"""Small state points at several temperatures, whose propensities follow from structure in the same way."""

import numpy as np

from glassviz.configuration import Configuration
from glassviz.learning.training import Stage
from glassviz.record import Record
from glassviz.state_point import StatePoint
from glassviz.structure import glassmlp_descriptor_names, glassmlp_descriptors
from glassviz.systems import KA2D
from tests.learning.planted import disordered

TIMES = np.array([1.0, 10.0, 100.0, 1000.0])
MEANS = np.array([0.99, 0.9, 0.8, 0.5])
LENGTHS, OBSERVABLES = (0.0, 1.0), ("density", "energy")
NAMES = glassmlp_descriptor_names(KA2D, LENGTHS, observables=OBSERVABLES)
COLUMNS = [NAMES.index("density L=1 all"), NAMES.index("energy L=1 all")]
SHORT = (Stage(3, 4e-3, 1), Stage(1, 2e-4, 2))
QUICK = {
    "lengths": LENGTHS,
    "observables": OBSERVABLES,
    "networks": 2,
    "schedule": SHORT,
    "structures": 40,
    "levels": (0.9, 0.8, 0.5),
}


def state_point(temperature, splits=("train", "train", "validation", "test"), times=4, seed=0):
    """A state point whose propensities are a smooth function of energy and density, and of C; fewer times: shorter."""
    records = []
    for k, split in enumerate(splits):
        key = 100 * seed + 10 * k + int(1000 * temperature)
        lattice, types = disordered(key), np.repeat([1, 2, 3], (47, 25, 28))
        inherent = Configuration(lattice.positions, np.random.default_rng(key).permutation(types), lattice.box)
        x = glassmlp_descriptors(inherent, KA2D, LENGTHS, observables=OBSERVABLES)
        x, own = x[:, COLUMNS], inherent.types == 1
        field = (x - x[own].mean(axis=0)) / x[own].std(axis=0)
        field = np.tanh(0.5 * (field @ [0.8, -0.5]))
        level = MEANS[:times, None]
        labels = np.clip(level + 0.8 * level * (1 - level) * (field - field[own].mean()), 0, 1)
        noise = 0.02 * np.random.default_rng(k).normal(size=labels.shape) * (1 - level)
        halves = np.clip(np.stack([labels + noise, labels - noise]), 0, 1).astype(np.float32)
        about = temperature, k, split, seed, (4, 4), inherent, inherent
        records.append(Record("KA2D", *about, TIMES[:times], halves, (1 - halves)))
    return StatePoint(records)
