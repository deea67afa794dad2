"""Small liquids that several tests share, and the statistics they need."""

from functools import cache
from pathlib import Path

import numpy as np

import glassviz as gv
from glassviz.simulation import random_configuration, swap_monte_carlo

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared" / "reference" / "data"


@cache
def liquid(name="KA2D", number=129, temperature=1.0, sweeps=300):
    """An equilibrated liquid of `number` particles (the box must hold two cutoffs)."""
    system = {"KA2D": gv.KA2D, "KA": gv.KA}[name]
    hot = swap_monte_carlo(random_configuration(system, number, seed=5), system, 5.0, 100, seed=6)
    return swap_monte_carlo(hot, system, temperature, sweeps, seed=7)


def block_error(series, blocks=20):
    """Standard error of the mean of a correlated series, from the means of blocks."""
    means = np.array([block.mean() for block in np.array_split(np.asarray(series), blocks)])
    return means.std(ddof=1) / np.sqrt(blocks)
