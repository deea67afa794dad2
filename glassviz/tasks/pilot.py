"""Pilot run: the times at which mean C_B of type 1 passes each value of the grid, found once per temperature."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from glassviz.dynamics import bond_breaking_propensity
from glassviz.errors import DataError
from glassviz.publish import publish_json
from glassviz.simulation import MolecularDynamics
from glassviz.tasks.equilibrate import STARTS, configuration_seed, equilibrate

LEVELS = (0.99, 0.94, 0.90, 0.85, 0.80, 0.75, 0.65, 0.50, 0.25)
"""Values of the mean bond-breaking correlation at which labels are saved, the same at every temperature."""
SHORT_TIMES = (0.1, 1.0, 10.0)
CONFIGURATIONS = 4
REPLICAS = 2
RATIO = 1.12
STEPS_PER_CALL = 1000


def time_grid(folders, system, temperature, number, until, cycles, seed, progress=None):
    """Times of the labels down to mean C_B = `until`, (n,): the short ones and one for each level.

    Read from pilot.json in the first of `folders` that has one; levels that it lacks are measured and added in
    `folders[0]`. Times once chosen stay, so that all configurations of a temperature have the same.
    """
    paths = [Path(folder) / "pilot.json" for folder in folders]
    known = next((read_pilot(path) for path in paths if path.exists()), {"level_times": {}})
    wanted = [level for level in LEVELS if level >= until - 1e-9]
    if any(f"{level:.2f}" not in known["level_times"] for level in wanted):
        pilot = run_pilot(system, temperature, number, min(wanted), cycles, seed, progress)
        known = {**pilot, "level_times": {**pilot["level_times"], **known["level_times"]}}
        publish_json(paths[0], known)
    elif not paths[0].exists():
        publish_json(paths[0], known)
    times = {*SHORT_TIMES, *(known["level_times"][f"{level:.2f}"] for level in wanted)}
    return np.array(sorted(times))


def run_pilot(system, temperature, number, until, cycles, seed, progress=None):
    """Mean C_B(t) of type 1 over a few configurations and replicas, until it falls to `until`; a JSON-ready dict."""
    replicas = []
    for index in range(CONFIGURATIONS):
        # Numbers far from those of the data set: a pilot's configurations are never used again.
        stream = configuration_seed(seed, temperature, 10**6 + index)
        start = equilibrate(system, temperature, number, cycles, stream, STARTS[index % 2], progress).configuration
        replicas += [(start, MolecularDynamics(start, system, temperature, stream, k)) for k in range(REPLICAS)]
    step, times, curve = 0, [], [1.0]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        while curve[-1] > until:
            target = max(step + 1, round(step * RATIO), round(0.1 / system.time_step))
            while step < target:
                chunk = min(STEPS_PER_CALL, target - step)
                list(pool.map(lambda pair, steps=chunk: pair[1].advance(steps), replicas))
                step += chunk
                if progress is not None:
                    progress(round(1e3 * (1 - curve[-1])), round(1e3 * (1 - until)))
            times.append(round(step * system.time_step, 9))
            curve.append(float(np.mean([_mean_correlation(start, replica, system) for start, replica in replicas])))
    levels = {
        f"{level:.2f}": _crossing(times, curve[1:], level, system.time_step) for level in LEVELS if level >= until
    }
    return {"level_times": levels, "times": times, "mean_bond_breaking": curve[1:], "seed": seed}


def read_pilot(path):
    """The pilot's results; DataError names the file and the item when it is damaged."""
    try:
        pilot = json.loads(Path(path).read_text())
        level_times = {name: float(time) for name, time in pilot["level_times"].items()}
        if not all(np.isfinite(time) and time > 0 for time in level_times.values()):
            raise ValueError("times must be positive numbers")
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise DataError(f"{path}: expected JSON with level_times, level to time ({error})") from None
    return {**pilot, "level_times": level_times}


def _mean_correlation(start, replica, system):
    """Mean C_B of type 1 of one replica now."""
    kept = bond_breaking_propensity(start, replica.positions[None, None], system)[0]
    return kept[start.types == 1].mean()


def _crossing(times, curve, level, time_step):
    """Where the curve first passes `level`, to three digits and a whole number of time steps."""
    after = next(k for k, value in enumerate(curve) if value <= level)
    if after == 0:
        exact = times[0]
    else:
        fraction = (curve[after - 1] - level) / (curve[after - 1] - curve[after])
        exact = times[after - 1] * (times[after] / times[after - 1]) ** fraction
    rounded = float(f"{exact:.3g}")
    return round(max(1, round(rounded / time_step)) * time_step, 9)
