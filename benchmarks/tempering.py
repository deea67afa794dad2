"""Does parallel tempering shorten equilibration? Hot starts at one temperature, alone and at the end of a ladder.

    python benchmarks/tempering.py [--temperature 0.25] [--cycles 1500] [--rungs 13] [--highest 0.45]

Every chain is hybrid Monte Carlo with exchanges of types from its own hot start, N = 1290. Alone, as many chains as the
ladder has rungs run at the temperature; in the ladder, each runs at its own, and after every cycle neighbours exchange
their configurations with min(1, exp((1/T - 1/T')(U - U'))), even and odd pairs in turn. Both take the same processor
time. What counts is how fast E/N at the temperature falls onto its plateau, and for the ladder how often neighbours
exchange and how many configurations went from its hot end to its cold one.
"""

import argparse

import numpy as np

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.simulation import HybridMonteCarlo, potential_energy
from glassviz.tasks.equilibrate import hot_start


def chain_at(temperature, seed):
    """A chain from a hot start of its own, as glassviz simulate begins."""
    start = hot_start(gv.KA2D, temperature, gv.KA2D.number, (seed, seed, seed))
    return HybridMonteCarlo(start, gv.KA2D, temperature, seed)


class Ladder:
    """Chains at `temperatures` whose neighbours exchange configurations.

    exchanged : accepted share of each pair; arrived : configurations that came from the first rung to the last
    """

    def __init__(self, temperatures, seed):
        self.temperatures = np.asarray(temperatures)
        self.chains = [chain_at(T, seed + k) for k, T in enumerate(self.temperatures)]
        self._random, self.cycles = np.random.default_rng(seed), 0
        self._tried, self._accepted = np.zeros((2, len(self.chains) - 1))
        self._from_first, self.arrived = np.zeros(len(self.chains), bool), 0

    @property
    def exchanged(self):
        return self._accepted / self._tried

    def cycle(self):
        """One cycle of every chain, then exchanges of every other pair; returns U of each rung before these."""
        for chain in self.chains:
            chain.run(1)
        energies = np.array([potential_energy(chain.configuration, gv.KA2D).sum() for chain in self.chains])
        found = energies.copy()
        for k in range(self.cycles % 2, len(self.chains) - 1, 2):
            gain = (1 / self.temperatures[k] - 1 / self.temperatures[k + 1]) * (energies[k] - energies[k + 1])
            self._tried[k] += 1
            if gain >= 0 or self._random.random() < np.exp(gain):
                self._accepted[k] += 1
                upper, lower = self.chains[k], self.chains[k + 1]
                upper.configuration, lower.configuration = lower.configuration, upper.configuration
                self._from_first[[k, k + 1]] = self._from_first[[k + 1, k]]
        self._from_first[0] = True
        self.arrived += bool(self._from_first[-1])
        self._from_first[-1] = False
        self.cycles += 1
        return found


def main():
    """Run both and print E/N in parts of the run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--temperature", type=float, default=0.25)
    parser.add_argument("--cycles", type=int, default=1500)
    parser.add_argument("--rungs", type=int, default=13)
    parser.add_argument("--highest", type=float, default=0.45)
    parser.add_argument("--parts", type=int, default=6)
    arguments = parser.parse_args()
    coldest, rungs = arguments.temperature, arguments.rungs
    ladder = Ladder(np.geomspace(arguments.highest, coldest, rungs), 1)
    alone = [chain_at(coldest, 100 + k) for k in range(rungs)]
    data = gv.open(EMBEDDED / "ka2d")
    if coldest in data.temperatures:
        there = [potential_energy(c, gv.KA2D).mean() for c in data[coldest].configurations]
        error = np.std(there) / len(there) ** 0.5
        print(f"equilibrium, embedded: E/N = {np.mean(there):.4f} +- {error:.4f}", flush=True)
    for cycles in np.diff(np.linspace(0, arguments.cycles, arguments.parts + 1).astype(int)):
        energies = np.mean([ladder.cycle() for _ in range(cycles)], axis=0) / gv.KA2D.number
        single = np.mean([_mean_energy(chain, cycles) for chain in alone])
        rates = " ".join(f"{rate:.2f}" for rate in ladder.exchanged)
        print(
            f"to cycle {ladder.cycles}: coldest rung {energies[-1]:.4f}, {rungs} chains alone {single:.4f}; "
            f"arrived from the hot end {ladder.arrived}; exchanged {rates}",
            flush=True,
        )


def _mean_energy(chain, cycles):
    found = []
    for _ in range(cycles):
        chain.run(1)
        found.append(chain.energy)
    return np.mean(found)


if __name__ == "__main__":
    main()
