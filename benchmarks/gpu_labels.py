"""Labels made in batches on a GPU: the last part of gpu.py, which runs it.

Configurations are equilibrated by chains side by side, quenched on the processor, and run twelve at a time as one
ensemble of all their replicas, so that the GPU is full. The files are those of `glassviz simulate`.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

import glassviz as gv
from glassviz import __version__
from glassviz.dataset import state_folder
from glassviz.dynamics import bond_breaking_halves, bond_breaking_propensity, displacement_halves
from glassviz.record import Record, write_record
from glassviz.simulation import inherent_structure, potential_energy, random_configuration
from glassviz.simulation.gpu.chains import SwapChains
from glassviz.simulation.gpu.ensemble import Ensemble
from glassviz.tasks.pilot import LEVELS, SHORT_TIMES
from glassviz.tasks.publish import publish_json

CONFIGURATIONS, REPLICAS = 12, 20  # of a batch: 240 blocks, two on each of an H200's 132 multiprocessors
BATCHES = 4  # equilibrated at once: a chain takes as long alone as among many
SPLITS = ("train", "validation", "test")
SPLIT_OF = (0, 2, 0, 1)  # of configurations 0, 1, 2, 3, 4, ... in turn
DURATIONS = {0.5: 3e3, 0.4: 1e4, 0.35: 3e4, 0.3: 4e4}  # as far as labels reach, at most


def labels(run, rate, chain_rate):
    """Batches of configurations at the temperatures whose batch fits into the time left, hottest first.

    rate : particle steps a second; chain_rate : sweeps a second of one chain
    """
    written, options, waiting = 0, run.options, {}
    durations = {0.5: 0.2} if options.small else DURATIONS
    while not (options.small and written):
        fits = []
        for temperature, duration in durations.items():
            steps = duration / gv.KA2D.time_step
            seconds = 2 * steps * CONFIGURATIONS * REPLICAS * options.number / rate
            seconds += 0 if waiting.get(temperature) else 2.5 * _sweeps(options) / chain_rate
            if seconds < run.left:
                fits.append(temperature)
        if not fits:
            return
        # The temperature that has fewest: all of them in turn, the cold ones only while there is time.
        folder = options.output / "ka2d"
        temperature = min(fits, key=lambda t: (len(list((folder / state_folder(t)).glob("*.h5"))), -t))
        state = folder / state_folder(temperature)
        if not waiting.get(temperature):
            waiting[temperature] = _equilibrated(run, state, temperature)
        batch, waiting[temperature] = waiting[temperature][:CONFIGURATIONS], waiting[temperature][CONFIGURATIONS:]
        written += len(_batch(run, state, temperature, durations[temperature], batch))


def _sweeps(options):
    return 20 if options.small else options.sweeps


def _equilibrated(run, folder, temperature):
    """[(index, configuration, energies, acceptance)] of the next configurations of a temperature."""
    folder.mkdir(parents=True, exist_ok=True)
    first = len(list(folder.glob("*.h5")))
    indices = range(first, first + (2 if run.options.small else BATCHES * CONFIGURATIONS))
    configurations, energies, acceptance = _equilibrate(run, temperature, indices)
    return list(zip(indices, configurations, energies.T, acceptance, strict=True))


def _batch(run, folder, temperature, duration, batch):
    options, indices, thermal = run.options, [row[0] for row in batch], [row[1] for row in batch]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        quenches = [pool.submit(inherent_structure, one, gv.KA2D) for one in thermal]
        seeds = [_seed(options.seed, temperature, index) for index in indices]
        starts = [(one, seed, k) for one, seed in zip(thermal, seeds, strict=True) for k in range(REPLICAS)]
        replicas = Ensemble(starts, gv.KA2D, temperature, run.device)
        times = _times(folder, replicas, thermal, duration)
        runs = np.empty((len(times), len(starts), *thermal[0].positions.shape))
        replicas = Ensemble(starts, gv.KA2D, temperature, run.device)
        for k, target in enumerate(np.rint(times / gv.KA2D.time_step).astype(int)):
            replicas.advance(int(target) - replicas.steps_done)
            runs[k] = replicas.positions()
        inherent = [quench.result() for quench in quenches]
    paths = []
    for k, index in enumerate(indices):
        part = runs[:, k * REPLICAS : (k + 1) * REPLICAS]
        _, _, energies, acceptance = batch[k]
        record = _record(options, temperature, index, thermal[k], inherent[k], times, part, energies, acceptance)
        path = folder / f"{index:04d}.h5"
        if write_record(path, record):
            paths.append(path)
            run.note(f"written {folder.name}/{path.name}", mean_c_b=record.bond_breaking_halves.mean(axis=(0, 2))[-1])
    return paths


def _seed(seed, temperature, index):
    return int(np.random.SeedSequence([seed, round(temperature * 1e6), index]).generate_state(1, np.uint64)[0])


def _equilibrate(run, temperature, indices):
    """Chains from above (even numbers) and from below (odd numbers); configurations, energies, acceptances."""
    options, sweeps = run.options, _sweeps(run.options)
    states = [random_configuration(gv.KA2D, options.number, _seed(options.seed, temperature, k)) for k in indices]
    stages = [(5.0, 100, None), (max(1.0, temperature), min(500, sweeps), 1), (0.7 * temperature, sweeps, 1)]
    for stage, (level, length, parity) in enumerate(stages):
        chosen = [k for k, index in enumerate(indices) if parity is None or index % 2 == parity]
        chains = SwapChains(
            [states[k] for k in chosen],
            gv.KA2D,
            level,
            _seed(options.seed, temperature, 10**7 + stage),
            run.device,
            names=[indices[k] for k in chosen],
        )
        chains.run(length)
        for k, state in zip(chosen, chains.configurations, strict=True):
            states[k] = state
    last = _seed(options.seed, temperature, 10**7 + 3)
    chains = SwapChains(states, gv.KA2D, temperature, last, run.device, names=indices)
    marks, energies = np.linspace(0, sweeps, 11).astype(int), [chains.energies]
    for before, after in pairwise(marks):
        chains.run(int(after - before))
        energies.append(chains.energies)
    hot, cold = (energies[-1][[k for k, i in enumerate(indices) if i % 2 == p]].mean() for p in (0, 1))
    run.note(f"equilibrated T = {temperature:g}", from_above=float(hot), from_below=float(cold))
    return chains.configurations, np.array(energies), chains.acceptance


def _times(folder, replicas, thermal, duration):
    """Label times: those of the temperature's pilot.json, or where mean C_B passes each level in this ensemble."""
    path, step = folder / "pilot.json", gv.KA2D.time_step
    if not path.exists():
        times, curve = [], []
        while not times or (curve[-1] > min(LEVELS) and times[-1] < duration):
            target = max(10, round(replicas.steps_done * 1.12))
            replicas.advance(target - replicas.steps_done)
            now = replicas.positions()
            kept = [
                bond_breaking_propensity(one, now[None, k * REPLICAS : (k + 1) * REPLICAS], gv.KA2D)[0, one.types == 1]
                for k, one in enumerate(thermal)
            ]
            times.append(replicas.steps_done * step)
            curve.append(float(np.mean(kept)))
        reached = [level for level in LEVELS if curve[-1] <= level <= curve[0]]
        exact = np.exp(np.interp([-level for level in reached], -np.array(curve), np.log(times)))
        level_times = {
            f"{level:.2f}": round(round(float(f"{t:.3g}") / step) * step, 9)
            for level, t in zip(reached, exact, strict=True)
        }
        publish_json(path, {"level_times": level_times, "times": times, "mean_bond_breaking": curve})
    known = json.loads(path.read_text())["level_times"]
    return np.array(sorted({*(t for t in SHORT_TIMES if t <= duration), *known.values()}))


def _record(options, temperature, index, thermal, inherent, times, runs, energies, acceptance):
    return Record(
        system=gv.KA2D.name,
        temperature=temperature,
        index=index,
        split=SPLITS[SPLIT_OF[index % len(SPLIT_OF)]],
        seed=options.seed,
        half_replicas=(REPLICAS // 2, REPLICAS // 2),
        thermal=thermal,
        inherent=inherent,
        times=times,
        bond_breaking_halves=bond_breaking_halves(thermal, runs, gv.KA2D),
        displacement_halves=displacement_halves(thermal, runs),
        provenance={
            "software": f"glassviz {__version__}, GPU kernels",
            "start": "hot" if index % 2 == 0 else "cold",
            "sweeps": np.linspace(0, _sweeps(options), 11).astype(int).tolist(),
            "energies": np.round(energies, 6).tolist(),
            "acceptance": np.round(acceptance, 5).tolist(),
            "energy_thermal": round(float(potential_energy(thermal, gv.KA2D).mean()), 7),
            "energy_inherent": round(float(potential_energy(inherent, gv.KA2D).mean()), 7),
            "ensemble": gv.KA2D.ensemble,
            "time_step": gv.KA2D.time_step,
            "bond_cutoffs": [1.4, 1.8],
        },
    )
