"""A small data set for films: two temperatures with labels, one without, and a tGlassMLP of it."""

import numpy as np

from glassviz.dataset import Dataset
from glassviz.learning.tglass_mlp import TGlassMLP
from glassviz.learning.training import Stage
from glassviz.record import Record, write_record
from glassviz.structure import glassmlp_descriptors
from glassviz.systems import KA2D
from tests.learning.ladder import COLUMNS, LENGTHS, OBSERVABLES, QUICK
from tests.liquids import liquid

TIMES = {0.5: np.array([1.0, 10, 100, 1000]), 0.4: np.array([1.0, 30, 600])}
MEANS = {0.5: np.array([0.9, 0.75, 0.5, 0.25]), 0.4: np.array([0.99, 0.9, 0.75])}
BARE = 0.3
NAME = "ka2d-tglassmlp-bond_breaking-Tmin0.4000"


def ladder_record(temperature, index, split):
    """A record whose propensities follow from density and energy; those of BARE have no labels."""
    start = liquid()
    random = np.random.default_rng(10 * index + int(100 * temperature))
    inherent = start.with_positions(start.positions + random.normal(0, 0.03, start.positions.shape))
    x = glassmlp_descriptors(inherent, KA2D, LENGTHS, observables=OBSERVABLES)[:, COLUMNS]
    own = inherent.types == 1
    field = np.tanh(0.5 * ((x - x[own].mean(axis=0)) / x[own].std(axis=0)) @ [0.8, -0.5])
    level = MEANS.get(temperature, np.empty(0))[:, None]
    labels = np.clip(level + 0.8 * level * (1 - level) * (field - field[own].mean()), 0, 1)
    noise = 0.02 * random.normal(size=labels.shape) * (1 - level)
    halves = np.clip(np.stack([labels + noise, labels - noise]), 0, 1).astype(np.float32)
    replicas = (4, 4) if len(level) else (0, 0)
    about = temperature, index, split, 1, replicas, inherent, inherent
    return Record("KA2D", *about, TIMES.get(temperature, np.empty(0)), halves, 1 - halves)


def write_ladder(folder):
    """Write the data set and open it."""
    for T in (*TIMES, BARE):
        for index, split in enumerate(["train", "validation", "test"]):
            write_record(folder / f"T{T:.4f}" / f"{index:04d}.h5", ladder_record(T, index, split))
    return Dataset(folder)


def ladder_model(data):
    """A tGlassMLP trained on every label of the data set."""
    points = [data[T] for T in data.temperatures]
    settings = {**QUICK, "schedule": (Stage(40, 5e-3, 1), Stage(20, 1e-3, 1)), "levels": (0.9, 0.75, 0.5, 0.25)}
    return TGlassMLP.fit([point for point in points if len(point.times)], scaled_on=points, **settings)
