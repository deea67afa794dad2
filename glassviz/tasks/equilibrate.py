"""Equilibrated configurations by hybrid and swap Monte Carlo, with the evidence that they are equilibrated."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from glassviz.configuration import Configuration
from glassviz.dynamics import bond_breaking_propensity
from glassviz.simulation import HybridMonteCarlo, SwapMonteCarlo, random_configuration

STARTS = ("hot", "cold")
HOT_SWEEPS = 100


@dataclass(frozen=True, eq=False)
class Equilibration:
    """A configuration and how it got there.

    configuration : at the end, wrapped
    cycles : (n,) of hybrid Monte Carlo at the final temperature, increasing
    energies : (n,) E / N at these cycles
    bonds_kept : (n,) mean bond-breaking correlation with the configuration half-way, over all particles; nan before
    acceptance : of trajectories and of exchanges
    """

    configuration: Configuration
    cycles: np.ndarray
    energies: np.ndarray
    bonds_kept: np.ndarray
    acceptance: tuple

    @property
    def relaxation_cycles(self):
        """Cycles after which half of the bonds are broken; nan when the run's second half was too short for that."""
        return relaxation_cycles(self.cycles, self.bonds_kept)


def relaxation_cycles(cycles, bonds_kept):
    """Cycles from half-way until `bonds_kept` falls to 1/2, by linear interpolation; nan when it does not."""
    cycles, kept = np.asarray(cycles, dtype=float), np.asarray(bonds_kept, dtype=float)
    there = np.isfinite(kept)
    cycles, kept = cycles[there], kept[there]
    below = np.flatnonzero(kept <= 0.5)
    if len(below) == 0 or below[0] == 0:
        return float("nan")
    after = below[0]
    fraction = (kept[after - 1] - 0.5) / (kept[after - 1] - kept[after])
    return float(cycles[after - 1] + fraction * (cycles[after] - cycles[after - 1]) - cycles[0])


def configuration_seed(seed, temperature, index):
    """Seed of one configuration: depends on the user's seed, the temperature and the index alone."""
    return int(np.random.SeedSequence([seed, round(temperature * 1e6), index]).generate_state(1, np.uint64)[0])


def equilibrate(system, temperature, number, cycles, seed, start, progress=None):
    """An Equilibration of `cycles` cycles at `temperature`.

    start : "hot" comes from random positions at T = 5 and falls onto its plateau of energy from above; "cold" is first
        annealed for as many cycles at 0.7 T and rises onto it from below
    """
    streams = np.random.SeedSequence(seed).spawn(5)
    configuration = hot_start(system, temperature, number, (streams[0], streams[1], streams[4]))
    if start == "cold":
        annealing = HybridMonteCarlo(configuration, system, 0.7 * temperature, streams[3])
        annealing.run(cycles, progress)
        configuration = annealing.configuration
    chain = HybridMonteCarlo(configuration, system, temperature, streams[2])
    return _follow(chain, cycles, progress)


def hot_start(system, temperature, number, seeds):
    """Random positions after a few sweeps at T = 5 and then at `temperature` or 1, whichever is higher.

    seeds : of the positions and of the two runs; at T = 5 overlaps resolve within a few sweeps, at T = 1 trajectories
        are accepted
    """
    configuration = random_configuration(system, number, seeds[0])
    for level, seed in zip((5.0, max(1.0, temperature)), seeds[1:], strict=True):
        chain = SwapMonteCarlo(configuration, system, level, seed)
        chain.run(HOT_SWEEPS)
        configuration = chain.configuration
    return configuration


def marks(cycles):
    """Cycles at which a run of `cycles` is looked at: evenly in the logarithm, from the start and from half-way."""
    half = cycles // 2
    later = half + np.geomspace(1, max(1, cycles - half), 20)
    return np.unique(np.concatenate([[0, half, cycles], np.geomspace(1, cycles, 40), later]).astype(int))


def _follow(chain, cycles, progress):
    """Run the chain; note the energy, and from half-way on how many bonds are kept."""
    half, times = cycles // 2, marks(cycles)
    energies, kept, middle = [], [], None
    for before, after in pairwise([0, *times]):
        chain.run(int(after - before), _shifted(progress, int(before), cycles))
        energies.append(chain.energy)
        if after == half:
            middle = chain.configuration
        positions = chain.configuration.positions[None, None]
        kept.append(np.nan if middle is None else bond_breaking_propensity(middle, positions, chain.system)[0].mean())
    return Equilibration(chain.configuration.wrap(), times, np.array(energies), np.array(kept), chain.acceptance)


def _shifted(progress, before, cycles):
    """Progress of a part as progress of the whole."""
    return None if progress is None else lambda done, _: progress(before + done, cycles)
