"""Kob-Andersen in three dimensions, N = 4096, T = 0.44: replicas of this project beside those of a published file.

    python benchmarks/kob_andersen.py FILE [--replicas 2] [--time-step 0.004] [--checkpoint FOLDER]

FILE is an isoconfigurational file of BOTAN (`isoconfig_N4096T0.44_401_tc07.npz`: 32 replicas at t = 4120). First the
drift of the energy at this time step is measured; then replicas run from the file's start to its time and are compared
with its own: their mean displacement, and their correlation with the propensity of all others, left out one at a time.
A million steps take a quarter of an hour for each replica and core; checkpoints let the run go on after a stop.
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import glassviz as gv
from glassviz.simulation import MolecularDynamics

TEMPERATURE, CHECKPOINTS = 0.44, 20


def drift(configuration, time_step, steps=20_000):
    """Drift of E / N over an NVE run, between averages over its first and last tenth, and the averages' error."""
    replica = MolecularDynamics(configuration, gv.KA, TEMPERATURE, 1, time_step=time_step)
    series = []
    for _ in range(400):
        replica.advance(steps // 400)
        series.append(replica.invariant() / configuration.number)
    first, last = np.array(series[:40]), np.array(series[-40:])
    return last.mean() - first.mean(), np.hypot(first.std(), last.std()) / np.sqrt(10)


def displacements(configuration, number, arguments, duration):
    """|r(t) - r(0)| of each particle in one replica at `duration`, (N,); its checkpoints are kept as it runs."""
    folder = Path(arguments.checkpoint)
    path = folder / f"replica{number}.npz"
    steps = round(duration / arguments.time_step)
    done, present, velocities = 0, configuration, None
    if path.exists():
        with np.load(path, allow_pickle=False) as saved:
            done, velocities = int(saved["steps"]), saved["velocities"]
            present = gv.Configuration(saved["positions"], configuration.types, configuration.box)
    options = {"time_step": arguments.time_step, "velocities": velocities}
    replica = MolecularDynamics(present, gv.KA, TEMPERATURE, 1, number, **options)
    while done < steps:
        chunk = min(-(-steps // CHECKPOINTS), steps - done)
        begin = time.perf_counter()
        replica.advance(chunk)
        done += chunk
        part = folder / f".replica{number}.part.npz"
        np.savez(part, steps=done, positions=replica.positions, velocities=replica.velocities)
        part.replace(path)
        speed = chunk / (time.perf_counter() - begin)
        print(f"replica {number}: {done} of {steps} steps, {speed:.0f} a second", flush=True)
    return np.linalg.norm(replica.positions - configuration.positions, axis=1)


def correlations(own, others):
    """Pearson correlation of each row of `own` with the mean of `others`, (n,)."""
    return np.array([gv.learning.pearson(row, others.mean(axis=0)) for row in own])


def main():
    """Run, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--time-step", type=float, default=0.004)
    parser.add_argument("--time", type=float, default=4120.0)
    parser.add_argument("--checkpoint", default="kob_andersen_checkpoints")
    arguments = parser.parse_args()
    Path(arguments.checkpoint).mkdir(parents=True, exist_ok=True)
    reading = gv.formats.read(arguments.file, gv.KA, TEMPERATURE)
    structure = reading.structures[0]
    start, published = structure.thermal, structure.replicas[0]
    for time_step in (0.001, arguments.time_step):
        change, error = drift(start, time_step)
        print(f"time step {time_step:g}: E/N drifts by {change:+.1e} +- {error:.0e} in 20000 steps", flush=True)
    with ThreadPoolExecutor() as pool:
        ours = np.array(
            list(pool.map(lambda k: displacements(start, k, arguments, arguments.time), range(arguments.replicas)))
        )
    chosen = start.types == 1
    theirs = np.linalg.norm(published - start.positions, axis=2)[:, chosen]
    ours = ours[:, chosen]
    each = theirs.mean(axis=1)
    print(f"mean displacement, type A: {np.round(ours.mean(axis=1), 4)}")
    print(
        f"  the file's replicas: {each.mean():.4f} +- {each.std(ddof=1):.4f} each "
        f"({each.min():.4f} .. {each.max():.4f})"
    )
    left_out = np.array([correlations(theirs[[k]], np.delete(theirs, k, axis=0))[0] for k in range(len(theirs))])
    print(f"correlation with the file's propensity: {np.round(correlations(ours, theirs), 4)}")
    spread = f"{left_out.mean():.4f} +- {left_out.std(ddof=1):.4f} ({left_out.min():.4f} .. {left_out.max():.4f})"
    print(f"  its own, left out: {spread}")


if __name__ == "__main__":
    main()
