"""One run on one GPU: checks the physics, measures speed, then spends what time is left on labels and structures.

Everything is printed as it is known and kept in OUTPUT/gpu.json; each configuration is written to OUTPUT/ka2d when it
is done (gpu_labels.py). A check that fails ends the run with exit code 1 before anything is measured.

    python benchmarks/gpu.py --output FOLDER --minutes 9
    python benchmarks/gpu.py --output FOLDER --minutes 1 --device cuda-emulated --number 129 --replicas 4 --small
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from gpu_labels import chains_at_once, labels, structures

import glassviz as gv
from glassviz import __version__
from glassviz.configuration import tile
from glassviz.errors import GlassvizError
from glassviz.publish import publish_json
from glassviz.simulation import HybridMonteCarlo, MolecularDynamics, SwapMonteCarlo, forces, random_configuration
from glassviz.simulation.gpu.chains import SwapChains
from glassviz.simulation.gpu.device import open_device
from glassviz.simulation.gpu.ensemble import Ensemble
from glassviz.simulation.gpu.hybrid import DURATION, EXCHANGES, HybridChains


class Run:
    """The clock, the device and the results."""

    def __init__(self, options):
        self.options, self.end = options, time.monotonic() + 60 * options.minutes
        self.device, self.results = open_device(options.device), {}

    @property
    def left(self):
        return self.end - time.monotonic()

    def note(self, name, **values):
        """Print and keep one line of results."""
        self.results[name] = {**self.results.get(name, {}), **values}
        print(f"{name:<28}", "  ".join(f"{key} {_short(value)}" for key, value in values.items()), flush=True)
        publish_json(self.options.output / "gpu.json", self.results)

    def timed(self, work, repeats=3):
        """Median seconds of work(), after one run that compiles and warms up."""
        work()
        seconds = []
        for _ in range(repeats):
            begin = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - begin)
        return float(np.median(seconds))


def _short(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def liquids(run, system, number, temperature, count=1, sweeps=200):
    """Equilibrated liquids for the checks and measurements, made by chains on the device."""
    starts = [random_configuration(system, number, seed=k) for k in range(count)]
    for level, length in ((5.0, 100), (1.0, sweeps), (temperature, sweeps)):
        chains = SwapChains(starts, system, level, seed=1, device=run.device)
        chains.run(length)
        starts = chains.configurations
    return starts


# ---- checks


def checks(run):
    """The physics of the kernels on this device against the processor; returns whether all is well."""
    sizes = ((gv.KA2D, 129), (gv.KA, 300))
    outcomes = []
    for system, number in sizes:
        start = liquids(run, system, number, 1.0)[0]
        for kernel in ("shared", "team"):
            outcomes += _compare_with_processor(run, system, start, kernel)
    outcomes += [_no_layout_shows(run), _canonical_and_conserved(run), _swap_energies(run), _hybrid_energies(run)]
    good = all(outcomes)
    run.note("checks", passed=int(sum(outcomes)), failed=int(len(outcomes) - sum(outcomes)))
    return good


def _compare_with_processor(run, system, start, kernel):
    expected, outcomes = forces(start, system), []
    cpu = MolecularDynamics(start, system, 1.0, seed=3, replica=1)
    cpu.advance(50)
    for precision, tolerance in (("float64", 1e-12), ("float32", 1e-4)):
        replica = Ensemble([(start, 3, 1)], system, 1.0, run.device, precision=precision, kernel=kernel)
        error = float(np.linalg.norm(replica.forces()[0] - expected) / np.linalg.norm(expected))
        replica.advance(50)
        distance = float(np.abs(replica.positions()[0] - cpu.positions).max())
        run.note(f"{system.name} {kernel} {precision}", force_error=error, after_50_steps=distance)
        outcomes += [error < tolerance, distance < 1e-4]
    return outcomes


def _no_layout_shows(run):
    start, results = liquids(run, gv.KA2D, 129, 0.6)[0], []
    for kernel, replicas, parts in (
        ("shared", (2,), (900,)),
        ("shared", (0, 1, 2), (1, 599, 300)),
        ("team", (2,), (900,)),
    ):
        replica = Ensemble([(start, 3, k) for k in replicas], gv.KA2D, 0.6, run.device, kernel=kernel)
        for steps in parts:
            replica.advance(steps)
        results.append(replica.positions()[-1])
    same = all(np.array_equal(results[0], other) for other in results[1:])
    run.note("same bits in every layout", same=same)
    return same


def _canonical_and_conserved(run):
    start = liquids(run, gv.KA2D, 129, 0.7)[0]
    # A small time step: the mean kinetic energy is off by O(dt^2).
    replicas = Ensemble([(start, 2, k) for k in range(16)], gv.KA2D, 0.7, run.device, time_step=0.004)
    replicas.advance(2000)
    temperatures = []
    for _ in range(100):
        replicas.advance(50)
        temperatures.append(2 * replicas.kinetic_energies() / replicas.freedom)
    means = np.mean(temperatures, axis=0)
    error = float(means.std(ddof=1) / 4)
    closed = Ensemble([(start, 2, k) for k in range(16)], gv.KA2D, 0.7, run.device, ensemble="NVE", time_step=0.002)
    before = closed.invariants()
    closed.advance(20_000)
    drift = float(np.abs((closed.invariants() - before).mean()) / 129)
    run.note("thermostat, energy", temperature=float(means.mean()), error=error, drift_of_20000_steps=drift)
    return abs(means.mean() - 0.7) < 4 * error and error < 0.01 and drift < 1e-4


def _swap_energies(run):
    start = liquids(run, gv.KA2D, 129, 0.5, sweeps=600)[0]
    chains = SwapChains([start] * 64, gv.KA2D, 0.5, seed=5, device=run.device)
    chains.run(600)
    here = []
    for seed in range(8):
        chain = SwapMonteCarlo(start, gv.KA2D, 0.5, seed=seed)
        chain.run(600)
        here.append(chain.energy)
    return _same_mean(run, "swap energy at T = 0.5", here, chains.energies)


def _hybrid_energies(run):
    start, here = liquids(run, gv.KA2D, 129, 0.5, sweeps=600)[0], []
    count = 16 if run.options.small else 64
    chains = HybridChains([start] * count, gv.KA2D, 0.5, seed=5, device=run.device)
    chains.run(30)
    there = np.mean([_energy_after(chains, 3, "energies") for _ in range(20)], axis=0)
    for seed in range(8):
        chain = HybridMonteCarlo(start, gv.KA2D, 0.5, seed=seed)
        chain.run(30)
        here.append(np.mean([_energy_after(chain, 3, "energy") for _ in range(20)]))
    return _same_mean(run, "hybrid energy at T = 0.5", here, there)


def _energy_after(chain, cycles, name):
    chain.run(cycles)
    return getattr(chain, name)


def _same_mean(run, name, here, there):
    """Whether the means over chains of the processor and of the device agree within four errors."""
    error = float(np.hypot(np.std(here, ddof=1) / len(here) ** 0.5, np.std(there, ddof=1) / len(there) ** 0.5))
    difference = float(np.mean(there) - np.mean(here))
    run.note(name, device_less_cpu=difference, error=error)
    return abs(difference) < 4 * error


# ---- speed


def speeds(run):
    """Returns particle steps a second of many small boxes, and seconds a cycle of all chains equilibrated at once."""
    options, scale = run.options, 0.02 if run.options.small else 1
    start = liquids(run, gv.KA2D, options.number, 0.5)[0]
    cpu = MolecularDynamics(start, gv.KA2D, 0.5)
    peer = 200 * start.number / run.timed(lambda: cpu.advance(200))
    run.note("processor, one thread", particle_steps_per_s=peer)
    rate = 0.0
    for count in sorted({max(1, options.replicas // 2), options.replicas}):
        many = Ensemble([(start, 1, k) for k in range(count)], gv.KA2D, 0.5, run.device)
        rate = _particle_steps(run, f"{count} x {start.number} {many.kernel}", many, max(1, round(2000 * scale)), peer)
    _other_shapes(run, start, peer, max(1, round(2000 * scale)))
    ka = liquids(run, gv.KA, 300 if options.small else 4096, 0.6, sweeps=20)[0]
    boxes = Ensemble([(ka, 1, k) for k in range(2 if options.small else 32)], gv.KA, 0.6, run.device)
    _particle_steps(run, f"KA {len(boxes.rebuilds)} x {ka.number}", boxes, max(1, round(500 * scale)), peer)
    chain = SwapMonteCarlo(start, gv.KA2D, 0.5)
    one = 20 / run.timed(lambda: chain.run(20))
    for count in (4,) if options.small else (1716, 3432):
        chains = SwapChains([start] * count, gv.KA2D, 0.5, device=run.device)
        sweeps = max(1, round(20 * scale)) * count
        total = sweeps / run.timed(lambda chains=chains, sweeps=sweeps, count=count: chains.run(sweeps // count))
        run.note(f"swap, {count} chains", sweeps_per_s=float(total), times_one_thread=float(total / one))
    return rate, _hybrid_speed(run, start)


def _hybrid_speed(run, start):
    options, cycles = run.options, 1 if run.options.small else 10
    # Cycles as on the GPU: a processor's own have more exchanges.
    chain = HybridMonteCarlo(start, gv.KA2D, 0.5, duration=DURATION, exchanges=EXCHANGES)
    one = cycles / run.timed(lambda: chain.run(cycles))
    run.note("hybrid, one thread", cycles_per_s=float(one))
    # As many as are equilibrated at once come last: their pace is the one to plan with.
    for count in (4 if options.small else 264, chains_at_once(options)):
        chains = HybridChains([start] * count, gv.KA2D, 0.5, device=run.device)
        seconds = run.timed(lambda chains=chains: chains.run(cycles)) / cycles
        accepted = float(chains.acceptance[:, 0].mean())
        rates = {"cycles_per_s": float(count / seconds), "times_one_thread": float(count / seconds / one)}
        run.note(f"hybrid, {count} chains", **rates, accepted=accepted)
    return float(seconds)


def _other_shapes(run, start, peer, steps):
    """One block instead of two on a multiprocessor; teams of several sizes for one large box."""
    device, options = run.device, run.options
    memory, device.shared_per_multiprocessor = device.shared_per_multiprocessor, device.shared_per_multiprocessor // 2
    alone = Ensemble([(start, 1, k) for k in range(options.replicas)], gv.KA2D, 0.5, device)
    device.shared_per_multiprocessor = memory
    _particle_steps(run, f"{options.replicas} x {start.number}, {alone.shape.blocks} a processor", alone, steps, peer)
    large, limit = tile(start, 2 if options.small else 8), device.team_limit
    for team in (1, 2) if options.small else (66, 132, 323):
        device.team_limit = team
        box = Ensemble([(large, 1, 0)], gv.KA2D, 0.5, device, kernel="team")
        _particle_steps(run, f"1 x {large.number}, team of {box.team}", box, max(1, steps // 10), peer)
    device.team_limit = limit


def _particle_steps(run, name, replicas, steps, peer):
    before, done = replicas.rebuilds.sum(), replicas.steps_done
    seconds = run.timed(lambda: replicas.advance(steps))
    rate = float(steps * len(replicas.rebuilds) * replicas.liquid.number / seconds)
    rebuilds = float(replicas.rebuilds.sum() - before) / (replicas.steps_done - done) / len(replicas.rebuilds)
    run.note(
        name,
        particle_steps_per_s=rate,
        times_one_thread=rate / peer,
        steps_between_rebuilds=1 / max(rebuilds, 1e-9),
        threads=replicas.shape.threads,
        team=replicas.team,
    )
    return rate


def main():
    """Run the three parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--number", type=int, default=1290)
    parser.add_argument("--replicas", type=int, default=500)
    parser.add_argument(
        "--cycles", type=int, help="of equilibration with labels (default: 600 to 3000, by temperature)"
    )
    parser.add_argument(
        "--structures", type=float, default=0.3, help="share of the time kept for structures without labels"
    )
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--small", action="store_true", help="a rehearsal: short runs, small boxes")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    try:
        run = Run(options)
        run.note("device", gpu=run.device.describe(), software=f"glassviz {__version__}")
        if not checks(run):
            sys.exit(1)
        rate, cycle_seconds = speeds(run)
        labels(run, rate, cycle_seconds)
        structures(run, cycle_seconds)
    except GlassvizError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
