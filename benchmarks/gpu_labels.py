"""Labels and structures made in batches on a GPU: the last part of gpu.py, which runs it.

Configurations are equilibrated by chains side by side, quenched on the processor, and run twelve at a time as one
ensemble of all their replicas, so that the GPU is full. At temperatures too low for labels the structures alone are
kept. The files are those of `glassviz simulate`.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

import glassviz as gv
from glassviz.dataset import state_folder
from glassviz.dynamics import bond_breaking_propensity
from glassviz.publish import publish_json
from glassviz.record import SPLITS, write_record
from glassviz.simulation import inherent_structure, random_configuration
from glassviz.simulation.gpu.chains import SwapChains
from glassviz.simulation.gpu.ensemble import Ensemble
from glassviz.simulation.gpu.hybrid import HybridChains
from glassviz.tasks.equilibrate import HOT_SWEEPS, STARTS, Equilibration, configuration_seed, marks
from glassviz.tasks.labels import SOFTWARE, record_of
from glassviz.tasks.pilot import LEVELS, SHORT_TIMES, read_pilot
from glassviz.tasks.simulate import SimulationPlan

CONFIGURATIONS, REPLICAS = 12, 20  # of a batch: 240 blocks, two on each of an H200's 132 multiprocessors
BATCHES = 4  # equilibrated at once: up to 132 chains take hardly longer than one
SPLIT_OF = (0, 2, 0, 1)  # of configurations 0, 1, 2, 3, 4, ... in turn: twice as many for training
DURATIONS = {0.5: 3e3, 0.45: 6e3, 0.4: 1e4, 0.35: 3e4, 0.3: 4e4}  # as far as labels reach, at most
CYCLES = {0.5: 600, 0.45: 600, 0.4: 1000, 0.35: 1500, 0.3: 3000}
COLDER = (0.27, 0.25, 0.231, 0.21, 0.18, 0.15)  # structures without labels
LEAST_CYCLES = 20


def labels(run, rate, cycle_seconds):
    """Batches of configurations at the temperatures whose batch fits into the time left, hottest first.

    rate : particle steps a second; cycle_seconds : of a cycle of all chains that are equilibrated at once
    """
    written, options, waiting = 0, run.options, {}
    durations = {0.5: 0.2} if options.small else DURATIONS
    while not (options.small and written):
        fits = []
        for temperature, duration in durations.items():
            seconds = 2 * duration / gv.KA2D.time_step * CONFIGURATIONS * REPLICAS * options.number / rate
            # Annealing below the temperature, the run at it, and as a margin the pilot's and the quenches' share.
            seconds += 0 if waiting.get(temperature) else 2.5 * _cycles(options, temperature) * cycle_seconds
            if seconds < run.left - options.structures * 60 * options.minutes:
                fits.append(temperature)
        if not fits:
            return
        # The temperature that has fewest: all of them in turn, the cold ones only while there is time.
        folder = options.output / "ka2d"
        temperature = min(fits, key=lambda t: (len(list((folder / state_folder(t)).glob("*.h5"))), -t))
        state = folder / state_folder(temperature)
        if not waiting.get(temperature):
            waiting[temperature] = _equilibrated(run, state, temperature, _cycles(options, temperature))
        batch, waiting[temperature] = waiting[temperature][:CONFIGURATIONS], waiting[temperature][CONFIGURATIONS:]
        written += len(_batch(run, state, temperature, durations[temperature], batch))


def structures(run, cycle_seconds):
    """Structures without labels below the temperatures of labels, each with an equal share of the time left."""
    options = run.options
    colder = COLDER[:1] if options.small else COLDER
    for rank, temperature in enumerate(colder):
        cycles = int(run.left / (len(colder) - rank) / (2.5 * cycle_seconds))
        cycles = LEAST_CYCLES if options.small else cycles
        if cycles < LEAST_CYCLES:
            run.note(f"structures at T = {temperature:g}", left_out=f"time for {cycles} cycles only")
            continue
        state = options.output / "ka2d" / state_folder(temperature)
        batch = _equilibrated(run, state, temperature, cycles)
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            quenched = pool.map(lambda row: inherent_structure(row[1].configuration, gv.KA2D), batch)
            for (index, equilibration), inherent in zip(batch, quenched, strict=True):
                _write(run, state, temperature, index, equilibration, inherent)


def _cycles(options, temperature):
    return LEAST_CYCLES if options.small else options.cycles or CYCLES[temperature]


def chains_at_once(options):
    """Chains that are equilibrated together."""
    return 2 if options.small else BATCHES * CONFIGURATIONS


def _equilibrated(run, folder, temperature, cycles):
    """[(index, Equilibration)] of the next configurations of a temperature."""
    folder.mkdir(parents=True, exist_ok=True)
    first = len(list(folder.glob("*.h5")))
    indices = range(first, first + chains_at_once(run.options))
    results = _equilibrate(run, temperature, indices, cycles)
    last = np.array([[result.energies[-1], result.bonds_kept[-1]] for result in results])
    hot, cold = (last[[index % 2 == start for index in indices]].mean(axis=0) for start in (0, 1))
    evidence = {"from_above": float(hot[0]), "from_below": float(cold[0]), "bonds_kept": float(last[:, 1].mean())}
    run.note(f"equilibrated T = {temperature:g}", cycles=cycles, **evidence)
    return list(zip(indices, results, strict=True))


def _equilibrate(run, temperature, indices, cycles):
    """The stages of tasks/equilibrate.py for all configurations at once; [Equilibration]."""
    options = run.options
    seeds = [configuration_seed(options.seed, temperature, index) for index in indices]
    states = [random_configuration(gv.KA2D, options.number, np.random.SeedSequence(seed).spawn(5)[0]) for seed in seeds]

    def chains(kind, level, stage, chosen):
        seed, names = configuration_seed(options.seed, temperature, 10**7 + stage), [indices[k] for k in chosen]
        return kind([states[k] for k in chosen], gv.KA2D, level, seed, run.device, names=names)

    everyone = range(len(indices))
    cold = [k for k in everyone if STARTS[indices[k] % 2] == "cold"]
    for stage, (kind, level, length, chosen) in enumerate(
        (
            (SwapChains, 5.0, HOT_SWEEPS, everyone),
            (SwapChains, max(1.0, temperature), HOT_SWEEPS, everyone),
            (HybridChains, 0.7 * temperature, cycles, cold),
        )
    ):
        part = chains(kind, level, stage, chosen)
        part.run(length)
        for k, state in zip(chosen, part.configurations, strict=True):
            states[k] = state
    return _follow(chains(HybridChains, temperature, 3, everyone), cycles)


def _follow(chains, cycles):
    """Run the chains; note the energies, and from half-way on how many bonds are kept; [Equilibration]."""
    half, looks = cycles // 2, marks(cycles)
    energies, kept, middle = [], [], None
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for before, after in pairwise([0, *looks]):
            chains.run(int(after - before))
            energies.append(chains.energies)
            present = chains.configurations
            middle = present if after == half else middle
            kept.append(
                np.full(len(present), np.nan) if middle is None else list(pool.map(_bonds_kept, middle, present))
            )
    results = zip(present, np.transpose(energies), np.transpose(kept), chains.acceptance, strict=True)
    return [Equilibration(now.wrap(), looks, *evidence) for now, *evidence in results]


def _bonds_kept(middle, now):
    return bond_breaking_propensity(middle, now.positions[None, None], gv.KA2D)[0].mean()


def _batch(run, folder, temperature, duration, batch):
    """Quench and run a batch, write its files; returns their paths."""
    thermal = [equilibration.configuration for _, equilibration in batch]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        quenches = [pool.submit(inherent_structure, one, gv.KA2D) for one in thermal]
        seeds = [configuration_seed(run.options.seed, temperature, index) for index, _ in batch]
        starts = [(one, seed, k) for one, seed in zip(thermal, seeds, strict=True) for k in range(REPLICAS)]
        replicas = Ensemble(starts, gv.KA2D, temperature, run.device)
        times = _times(folder, replicas, thermal, duration, run.options.seed)
        runs = np.empty((len(times), len(starts), *thermal[0].positions.shape))
        replicas = Ensemble(starts, gv.KA2D, temperature, run.device)
        for k, target in enumerate(np.rint(times / gv.KA2D.time_step).astype(int)):
            replicas.advance(int(target) - replicas.steps_done)
            runs[k] = replicas.positions()
        inherent = [quench.result() for quench in quenches]
    paths = []
    for k, (index, equilibration) in enumerate(batch):
        part = runs[:, k * REPLICAS : (k + 1) * REPLICAS]
        path = _write(run, folder, temperature, index, equilibration, inherent[k], times, part)
        paths += [path] if path else []
    return paths


def _times(folder, replicas, thermal, duration, seed):
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
        publish_json(path, {"level_times": level_times, "times": times, "mean_bond_breaking": curve, "seed": seed})
    known = read_pilot(path)["level_times"]
    return np.array(sorted({*(t for t in SHORT_TIMES if t <= duration), *known.values()}))


def _write(run, folder, temperature, index, equilibration, inherent, times=(), runs=None):
    """Write one configuration, with the labels of its `runs` if any; returns its path, or None if it was there."""
    options, split = run.options, SPLITS[SPLIT_OF[index % len(SPLIT_OF)]]
    plan = SimulationPlan(gv.KA2D, temperature, {split: 1}, {}, seed=options.seed, number=options.number)
    software = f"{SOFTWARE}, GPU kernels"
    record = record_of(plan, index, split, equilibration, inherent, times, runs, software)
    path = folder / f"{index:04d}.h5"
    if not write_record(path, record):
        return None
    labelled = {} if runs is None else {"mean_c_b": float(record.bond_breaking_halves.mean(axis=(0, 2))[-1])}
    run.note(f"written {folder.name}/{path.name}", bonds_kept=float(equilibration.bonds_kept[-1]), **labelled)
    return path
