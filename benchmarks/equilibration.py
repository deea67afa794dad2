"""How fast Monte Carlo relaxes KA2D, N = 1290: hybrid with exchanges, swap Monte Carlo, and molecular dynamics.

    python benchmarks/equilibration.py [--temperature 0.4] [--seconds 10] [--repeats 3]

From one equilibrated configuration each method runs for the same processor time; what counts is how many bonds it has
broken by then, 1 - C_B over all particles. Molecular dynamics (NVT) is the peer without exchanges.
"""

import argparse
import statistics
import time

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.simulation import HybridMonteCarlo, MolecularDynamics, SwapMonteCarlo


def methods(temperature):
    """A stepper for each method: (configuration, seed) -> (function that goes on, function that gives positions)."""

    def hybrid(start, seed):
        chain = HybridMonteCarlo(start, gv.KA2D, temperature, seed)
        return lambda: chain.run(5), lambda: chain.configuration.positions

    def swap(start, seed):
        chain = SwapMonteCarlo(start, gv.KA2D, temperature, seed)
        return lambda: chain.run(200), lambda: chain.configuration.positions

    def displacements(start, seed):
        chain = SwapMonteCarlo(start, gv.KA2D, temperature, seed, swap_fraction=0.0)
        return lambda: chain.run(200), lambda: chain.configuration.positions

    def dynamics(start, seed):
        replica = MolecularDynamics(start, gv.KA2D, temperature, seed)
        return lambda: replica.advance(2000), lambda: replica.positions

    return {
        "hybrid Monte Carlo with exchanges": hybrid,
        "swap Monte Carlo": swap,
        "Monte Carlo without exchanges": displacements,
        "molecular dynamics": dynamics,
    }


def broken(start, method, seed, seconds):
    """1 - C_B after so much processor time."""
    go_on, positions = method(start, seed)
    begin = time.process_time()
    while time.process_time() - begin < seconds:
        go_on()
    kept = gv.dynamics.bond_breaking_propensity(start, positions()[None, None], gv.KA2D)[0]
    return 1 - float(kept.mean())


def main():
    """Compare the methods in turn, several times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--temperature", type=float, default=0.4)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    starts = gv.open(EMBEDDED / "ka2d")[arguments.temperature].configurations
    found = {name: [] for name in methods(arguments.temperature)}
    for method in methods(arguments.temperature).values():
        broken(starts[0], method, 0, 0.5)  # compile
    for repeat in range(arguments.repeats):
        for name, method in methods(arguments.temperature).items():
            found[name].append(broken(starts[repeat % len(starts)], method, repeat, arguments.seconds))
    print(f"T = {arguments.temperature:g}, {arguments.seconds:g} s each: fraction of bonds broken, median (range)")
    for name, values in found.items():
        print(f"  {name:35s} {statistics.median(values):.4f}  ({min(values):.4f} .. {max(values):.4f})")
    ratio = statistics.median(found["hybrid Monte Carlo with exchanges"]) / statistics.median(found["swap Monte Carlo"])
    print(f"  hybrid / swap {ratio:.1f}")


if __name__ == "__main__":
    main()
