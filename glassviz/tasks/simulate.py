"""Simulate: equilibrate, quench, run the isoconfigurational ensemble, and write one file per configuration."""

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassviz.dataset import state_folder
from glassviz.errors import DataError, InputError
from glassviz.interactions.neighbours import require_nearest_images
from glassviz.record import SPLITS, read_record, write_record
from glassviz.simulation import inherent_structure, isoconfigurational
from glassviz.simulation.isoconfigurational import check_device
from glassviz.systems import GlassFormer
from glassviz.tasks.equilibrate import STARTS, configuration_seed, equilibrate
from glassviz.tasks.labels import record_of
from glassviz.tasks.pilot import LEVELS, time_grid

HOTTEST = 20.0
MOST_PARTICLES = 2_000_000
ABANDONED = 3600
"""Seconds after which nobody is writing a temporary file any more."""


@dataclass(frozen=True)
class SimulationPlan:
    """What a data set at one temperature shall hold when the task is done.

    configurations : how many of each split, in all (those already there count)
    replicas : of each split, even; the two halves give ceilings and unbiased collective quantities
    until : smallest mean C_B with labels; None: structures without labels
    test_until : the same for test configurations, None: like the others
    cycles : of hybrid Monte Carlo with exchanges at the final temperature
    device : of the isoconfigurational runs, "cpu" or "cuda"
    """

    system: GlassFormer
    temperature: float
    configurations: dict
    replicas: dict
    until: float | None = 0.25
    test_until: float | None = None
    cycles: int = 600
    seed: int = 1
    number: int | None = None
    device: str = "cpu"
    bond_cutoffs: tuple = (1.4, 1.8)

    @property
    def particles(self):
        """Number of particles N."""
        return self.system.number if self.number is None else self.number

    def last_level(self, split):
        """Smallest mean C_B with labels in a split; None without labels."""
        return self.until if split != "test" or self.test_until is None else self.test_until

    def __post_init__(self):
        if not 0 < self.temperature <= HOTTEST:
            raise InputError(f"temperature is {self.temperature}, expected a positive number up to {HOTTEST:g}")
        if self.particles > MOST_PARTICLES:
            raise InputError(f"number is {self.particles}, expected at most {MOST_PARTICLES}")
        edge = self.system.box_edge(self.system.counts(self.particles).sum())
        require_nearest_images((edge,), self.system.largest_cutoff, f"{self.system.name}'s cutoff")
        self._check_splits()
        if not any(self.configurations.values()):
            raise InputError("no configuration is asked for, expected some for training, validation or test")
        for name, last in (("until", self.until), ("test_until", self.test_until)):
            if last is not None and not any(abs(last - level) < 1e-9 for level in LEVELS):
                raise InputError(f"{name} is {last}, expected one of {LEVELS}")
        if self.until is None and self.test_until is not None:
            raise InputError(f"test_until is {self.test_until}, expected none where until is none")
        if self.cycles < 2 or self.seed < 0:
            raise InputError(f"cycles is {self.cycles} and seed is {self.seed}, expected cycles >= 2 and seed >= 0")

    def _check_splits(self):
        for split in SPLITS:
            if self.configurations.get(split, 0) < 0:
                raise InputError(f"{split} configurations are {self.configurations[split]}, expected 0 or more")
            if self.replicas.get(split, 2) < 2 or self.replicas.get(split, 2) % 2:
                raise InputError(f"{split} replicas are {self.replicas[split]}, expected an even number from 2 on")


def simulate(plan, folder, progress=None, beside=(), finished=None):
    """Write the configurations that `folder` still lacks for `plan`; returns the paths written.

    beside : further folders of the same data set; their configurations count and their label times are kept
    progress : called as progress(done, total, stage); may raise Cancelled: what is finished stays, and the next call
        goes on with what is missing
    finished(record) : sees each Record as soon as it is written
    """
    states = [Path(place) / state_folder(plan.temperature) for place in (folder, *beside)]
    state = states[0]

    def report(stage):
        return None if progress is None else lambda done, total: progress(done, total, stage)

    check_device(plan.device)
    missing = missing_configurations(plan, states)
    if not missing:
        return []
    # A place that cannot be written is found out now, not after hours of simulation.
    state.mkdir(parents=True, exist_ok=True)
    _sweep(state)
    grids = _grids(plan, states, report("pilot run"))
    written = []
    for count, (index, split) in enumerate(missing, 1):
        stage = f"T = {plan.temperature:g}, {split} configuration {count} of {len(missing)}"
        path = state / f"{index:04d}.h5"
        record = make_record(plan, grids[split], index, split, report(stage))
        if write_record(path, record):
            written.append(path)
            if finished is not None:
                finished(record)
    return written


def _sweep(state):
    """Remove what writers left that were killed; a file that is being written is younger."""
    for left in state.glob(".*.part"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink()


def _grids(plan, states, progress):
    """Label times of each split, from the longest pilot run that any of them needs; none without labels."""
    if plan.until is None:
        return dict.fromkeys(SPLITS, np.empty(0))
    last = {split: plan.last_level(split) for split in SPLITS if plan.configurations.get(split, 0)}
    run = (plan.system, plan.temperature, plan.number)
    time_grid(states, *run, min(last.values()), plan.cycles, plan.seed, progress)
    return {split: time_grid(states, *run, level, plan.cycles, plan.seed) for split, level in last.items()}


def missing_configurations(plan, states):
    """[(index, split)] that the folders `states` lack, spread so that every part of the list holds every split.

    Raises DataError when a folder holds another system, number of particles or temperature.
    """
    taken, have = set(), dict.fromkeys(SPLITS, 0)
    expected = (plan.system.name, plan.particles, round(plan.temperature, 9))
    for path in sorted(path for state in states for path in state.glob("*.h5")):
        if re.fullmatch(r"\d+\.h5", path.name):
            record = read_record(path)
            found = (record.system, record.thermal.number, round(record.temperature, 9))
            if found != expected:
                raise DataError(f"{path}: system, N and T are {found}, expected {expected}; choose another folder")
            taken.add(int(path.stem))
            have[record.split] += 1
    wanted = []
    for split in SPLITS:
        total = plan.configurations.get(split, 0)
        wanted += [((k + 0.5) / total, split) for k in range(have[split], total)]
    free = (index for index in range(len(taken) + len(wanted)) if index not in taken)
    return list(zip(free, [split for _, split in sorted(wanted)], strict=False))


def make_record(plan, times, index, split, progress=None):
    """Equilibrate, quench and run one configuration."""
    seed = configuration_seed(plan.seed, plan.temperature, index)
    start, replicas = STARTS[index % 2], plan.replicas.get(split, 10)
    run = equilibrate(plan.system, plan.temperature, plan.number, plan.cycles, seed, start, progress)
    thermal = run.configuration
    inherent = inherent_structure(thermal, plan.system)
    if not len(times):
        return record_of(plan, index, split, run, inherent)
    options = {"seed": seed, "device": plan.device, "progress": progress}
    runs = isoconfigurational(thermal, plan.system, plan.temperature, times, replicas, **options)
    return record_of(plan, index, split, run, inherent, times, runs)
