"""Equilibrated configurations by swap Monte Carlo, from two kinds of start whose energies must meet."""

from itertools import pairwise

import numpy as np

from glassviz.simulation import SwapMonteCarlo, random_configuration

STARTS = ("hot", "cold")
SAMPLES = 60


def configuration_seed(seed, temperature, index):
    """Seed of one configuration: depends on the user's seed, the temperature and the index alone."""
    return int(np.random.SeedSequence([seed, round(temperature * 1e6), index]).generate_state(1, np.uint64)[0])


def equilibrate(system, temperature, number, sweeps, seed, start, progress=None):
    """A configuration at `temperature` after `sweeps` sweeps, and the energies on the way.

    start : "hot" comes from random positions at T = 5 and cools onto its plateau from above; "cold" is first annealed
        at 0.7 T and heats onto it from below
    Returns (Configuration with wrapped positions, sweeps (n,), E/N (n,), acceptance of displacements and exchanges).
    """
    streams = np.random.SeedSequence(seed).spawn(4)
    configuration = random_configuration(system, number, streams[0])
    # At T = 5 the overlaps of the random start resolve within a few sweeps.
    stages = [(5.0, 100)] if start == "hot" else [(5.0, 100), (max(1.0, temperature), 500), (0.7 * temperature, sweeps)]
    for (level, length), stream in zip(stages, streams[1].spawn(len(stages)), strict=True):
        chain = SwapMonteCarlo(configuration, system, level, stream)
        chain.run(length, progress)
        configuration = chain.configuration
    chain = SwapMonteCarlo(configuration, system, temperature, streams[2])
    marks = np.unique(np.concatenate([[0], np.geomspace(1, sweeps, SAMPLES)]).astype(int))
    energies = [chain.energy]
    for before, after in pairwise(marks):
        chain.run(int(after - before))
        energies.append(chain.energy)
        if progress is not None:
            progress(int(after), sweeps)
    return chain.configuration.wrap(), marks, np.array(energies), chain.acceptance
