"""Assemble: a large equilibrium configuration from many different small ones; only the seams have to heal."""

from dataclasses import dataclass, replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from glassviz.configuration import Configuration
from glassviz.dataset import Dataset, state_folder
from glassviz.errors import InputError
from glassviz.record import Record, write_record
from glassviz.simulation import (
    HybridMonteCarlo,
    MolecularDynamics,
    SwapMonteCarlo,
    exchange_types,
    inherent_structure,
    potential_energy,
)
from glassviz.simulation.isoconfigurational import isoconfigurational
from glassviz.tasks.equilibrate import configuration_seed
from glassviz.tasks.labels import SOFTWARE, labels_of, no_labels
from glassviz.tasks.pilot import LEVELS, read_pilot

SEGMENT, SWEEPS = 5.0, 2
PROFILE_BINS = np.array([0.0, 1.0, 2.0, 4.0, 8.0, 16.0])


@dataclass(frozen=True)
class AssemblyPlan:
    """How a large configuration is made.

    source : data set folder with equilibrated configurations at this temperature and a pilot.json
    grid : boxes along each axis
    between : cycles of hybrid Monte Carlo between two samples of one chain; beyond its relaxation they are independent
    healing : time units of molecular dynamics, with exchanges, after joining
    levels : values of mean C_B with labels, at the times of the source's pilot run; none: no labels
    replicas : of the labels, even
    """

    source: Path
    temperature: float
    grid: int = 8
    between: int = 300
    healing: float = 300.0
    levels: tuple = ()
    replicas: int = 6
    seed: int = 1
    split: str = "test"

    def __post_init__(self):
        if self.grid < 2 or self.between < 1 or not self.healing >= SEGMENT:
            raise InputError(
                f"grid is {self.grid}, between is {self.between}, healing is {self.healing:g}, "
                f"expected grid >= 2, between >= 1 and healing >= {SEGMENT:g}"
            )
        unknown = [level for level in self.levels if not any(abs(level - known) < 1e-9 for known in LEVELS)]
        if unknown:
            raise InputError(f"levels are {unknown}, expected some of {LEVELS}")
        if self.levels and (self.replicas < 2 or self.replicas % 2):
            raise InputError(f"replicas is {self.replicas}, expected an even number from 2 on")


def sample_boxes(configurations, system, temperature, number, between, seed, progress=None):
    """`number` equilibrium configurations: Markov chains go on from those given, one sample every `between` cycles."""
    streams = np.random.SeedSequence(seed).spawn(len(configurations))
    chains = [HybridMonteCarlo(c, system, temperature, s) for c, s in zip(configurations, streams, strict=True)]
    boxes = []
    while len(boxes) < number:
        for chain in chains[: number - len(boxes)]:
            chain.run(between)
            boxes.append(chain.configuration.wrap())
            if progress is not None:
                progress(len(boxes), number)
    return boxes


def join(boxes, grid):
    """One configuration of `grid`^d boxes of equal edges side by side, in the order of np.ndindex."""
    edge = boxes[0].box
    offsets = np.array(list(product(range(grid), repeat=len(edge)))) * edge
    positions = [box.wrap().positions % edge + offset for box, offset in zip(boxes, offsets, strict=True)]
    return Configuration(np.concatenate(positions), np.concatenate([box.types for box in boxes]), edge * grid)


def heal(configuration, system, temperature, duration, seed, progress=None):
    """The configuration after `duration` of molecular dynamics in segments, with attempted exchanges between them."""
    first, *streams = np.random.SeedSequence(seed).spawn(1 + 2 * round(duration / SEGMENT))
    # Particles on both sides of a seam may overlap: single moves resolve that before any trajectory.
    chain = SwapMonteCarlo(configuration, system, temperature, first)
    chain.run(100)
    configuration = chain.configuration
    steps = round(SEGMENT / system.time_step)
    for done, (velocities, exchanges) in enumerate(zip(streams[::2], streams[1::2], strict=True), 1):
        seed = int(velocities.generate_state(1, np.uint64)[0] >> np.uint64(1))
        replica = MolecularDynamics(configuration, system, temperature, seed, ensemble="NVT")
        replica.advance(steps)
        moved = Configuration(replica.positions, configuration.types, configuration.box)
        attempts = SWEEPS * moved.number
        configuration, _ = exchange_types(moved, system, temperature, attempts, np.random.default_rng(exchanges))
        if progress is not None:
            progress(done, len(streams) // 2)
    return configuration.wrap()


def seam_profile(configuration, system, grid, bins=PROFILE_BINS):
    """Mean energy E_i and its standard error by distance from the nearest seam, (len(bins) - 1,) each.

    The error takes the energies of particles as independent.
    """
    edge = configuration.box / grid
    across = configuration.positions % edge
    distance = np.minimum(across, edge - across).min(axis=1)
    energies = potential_energy(configuration, system)
    rows = [energies[(distance >= low) & (distance < high)] for low, high in pairwise(bins)]
    means = np.array([row.mean() if len(row) else np.nan for row in rows])
    errors = np.array([row.std() / np.sqrt(len(row)) if len(row) else np.nan for row in rows])
    return means, errors


def assemble(plan, folder, progress=None):
    """Write the assembled configuration, quenched and with labels, to `folder`; returns its path.

    progress : called as progress(done, total, stage); may raise Cancelled
    Raises InputError when the source has no configurations at this temperature.
    """

    def report(stage):
        return None if progress is None else lambda done, total: progress(done, total, stage)

    point = Dataset(plan.source)[plan.temperature]
    system, number = point.system, plan.grid**point.system.dimension
    folder = Path(folder) / state_folder(plan.temperature)
    folder.mkdir(parents=True, exist_ok=True)
    index = next(k for k in range(10_000) if not (folder / f"{k:04d}.h5").exists())
    seed = configuration_seed(plan.seed, plan.temperature, 2 * 10**6 + index)
    boxes = sample_boxes(
        point.configurations, system, plan.temperature, number, plan.between, seed, report("sampling boxes")
    )
    joined = join(boxes, plan.grid)
    thermal = heal(joined, system, plan.temperature, plan.healing, seed, report("healing the seams"))
    profile = seam_profile(thermal, system, plan.grid)
    record = Record(
        system=system.name,
        temperature=plan.temperature,
        index=index,
        split=plan.split,
        seed=plan.seed,
        thermal=thermal,
        inherent=inherent_structure(thermal, system),
        times=np.empty(0),
        **no_labels(thermal),
        provenance=_provenance(plan, system, thermal, profile),
    )
    path = folder / f"{index:04d}.h5"
    write_record(path, record)
    if plan.levels:
        write_record(path, _with_labels(plan, record, system, seed, report("isoconfigurational")), replace=True)
    return path


def _provenance(plan, system, thermal, profile):
    return {
        "software": SOFTWARE,
        "start": "assembled",
        "boxes": plan.grid**system.dimension,
        "between": plan.between,
        "healing": plan.healing,
        "seam_distances": PROFILE_BINS.tolist(),
        "seam_energies": np.round(profile[0], 5).tolist(),
        "seam_errors": np.round(profile[1], 5).tolist(),
        "energy_thermal": round(float(potential_energy(thermal, system).mean()), 7),
        "ensemble": system.ensemble,
        "time_step": system.time_step,
    }


def _with_labels(plan, record, system, seed, progress):
    """The record with propensities at the times where the source's pilot run passed `levels`."""
    pilot = read_pilot(Path(plan.source) / state_folder(plan.temperature) / "pilot.json")
    missing = [level for level in plan.levels if f"{level:.2f}" not in pilot["level_times"]]
    if missing:
        raise InputError(
            f"levels {missing} are not in the source's pilot.json, expected {sorted(pilot['level_times'])}"
        )
    times = np.array(sorted(pilot["level_times"][f"{level:.2f}"] for level in plan.levels))
    runs = isoconfigurational(
        record.thermal, system, plan.temperature, times, plan.replicas, seed=seed, progress=progress
    )
    return replace(record, times=times, **labels_of(record.thermal, runs, system))
