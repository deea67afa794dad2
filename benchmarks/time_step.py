"""What the time step does to the energy: mean E/N of NVT runs from the same embedded configurations.

    python benchmarks/time_step.py [--temperature 0.4] [--configurations 12] [--time 60]

Velocity Verlet samples a shadow Hamiltonian that differs from the true one by O(dt^2). The papers' time step, 0.01, is
that of the labels; Monte Carlo, which equilibrates, has no such error. Differences are paired by configuration.
"""

import argparse

import numpy as np

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.simulation import MolecularDynamics, potential_energy

STEPS, SETTLING = (0.01, 0.005, 0.0025), 10.0


def mean_energy(configuration, temperature, seed, time_step, duration):
    """E/N over a run, read once per time unit, after some time to settle."""
    replica = MolecularDynamics(configuration, gv.KA2D, temperature, seed, ensemble="NVT", time_step=time_step)
    replica.advance(round(SETTLING / time_step))
    found = []
    for _ in range(round(duration)):
        replica.advance(round(1 / time_step))
        found.append(replica.potential_energy() / configuration.number)
    return np.mean(found)


def main():
    """Run all time steps and print the differences from the shortest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--temperature", type=float, default=0.4)
    parser.add_argument("--configurations", type=int, default=12)
    parser.add_argument("--time", type=float, default=60)
    arguments = parser.parse_args()
    chosen = gv.open(EMBEDDED / "ka2d")[arguments.temperature].configurations[: arguments.configurations]
    found = np.array(
        [
            [mean_energy(c, arguments.temperature, seed, step, arguments.time) for step in STEPS]
            for seed, c in enumerate(chosen)
        ]
    )
    start = np.mean([potential_energy(c, gv.KA2D).mean() for c in chosen])
    print(f"T = {arguments.temperature:g}, {len(chosen)} configurations of Monte Carlo: E/N = {start:.4f}")
    for step, column in zip(STEPS, found.T, strict=True):
        more = column - found[:, -1]
        print(
            f"time step {step:g}: E/N = {column.mean():.4f}, {more.mean():+.4f} +- {more.std() / len(more) ** 0.5:.4f}"
        )


if __name__ == "__main__":
    main()
