"""One finished configuration on disk: what a file of the data set holds, how it is checked, read and published."""

import json
import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from glassviz.configuration import Configuration, minimum_image
from glassviz.errors import DataError, InputError
from glassviz.hdf5 import array, attribute, check_format, put, read, whole_numbers
from glassviz.systems import SYSTEMS

FORMAT = "glassviz configuration"
VERSION = 1
SPLITS = ("train", "validation", "test")
OBSERVABLES = ("bond_breaking", "displacement")
"""Propensities that configurations are labelled with, models trained on and scored against."""
# A quench moves particles by a few tenths of a diameter; from a very hot liquid by little more than one.
FARTHEST_QUENCH = 4.0
REPLICA_MEANS = {
    "bond_breaking_means": (0.0, 1.0),
    "overlap_means": (0.0, 1.0),
    "self_scattering_means": (-0.41, 1.0),
    "squared_displacement_means": (0.0, np.inf),
}
"""Means over type 1 of each replica, and the range of each. Files made before they were kept lack them."""


@dataclass(frozen=True, eq=False)
class Record:
    """A configuration with its labels and where they come from.

    thermal, inherent : Configuration; same types and box
    times : (n_times,) increasing, empty without labels
    bond_breaking_halves, displacement_halves : (2, n_times, N), of each half of the replicas
    half_replicas : replicas in each half
    bond_breaking_means, overlap_means, self_scattering_means, squared_displacement_means : (replicas, n_times), means
        over type 1 of each replica, the first half's replicas first; None where they were not kept
    provenance : JSON-ready dict: cutoffs, integrator, equilibration series, software
    """

    system: str
    temperature: float
    index: int
    split: str
    seed: int
    half_replicas: tuple
    thermal: Configuration
    inherent: Configuration
    times: np.ndarray
    bond_breaking_halves: np.ndarray
    displacement_halves: np.ndarray
    provenance: dict = field(default_factory=dict)
    bond_breaking_means: np.ndarray | None = None
    overlap_means: np.ndarray | None = None
    self_scattering_means: np.ndarray | None = None
    squared_displacement_means: np.ndarray | None = None

    @property
    def replicas(self):
        """Number of replicas behind the labels."""
        return sum(self.half_replicas)


def check_record(record, source):
    """Raise DataError that names `source`, the item and what was expected unless the record is sound."""

    def require(condition, sentence):
        if not condition:
            raise DataError(f"{source}: {sentence}")

    require(record.system in SYSTEMS, f"system is {record.system!r}, expected one of {', '.join(SYSTEMS)}")
    system = SYSTEMS[record.system]
    system.check(record.thermal, f"{source}: thermal")
    system.check(record.inherent, f"{source}: inherent")
    require(
        np.isfinite(record.temperature) and record.temperature > 0,
        f"temperature is {record.temperature}, expected a positive number",
    )
    counts = np.bincount(record.thermal.types, minlength=system.types + 1)[1:]
    expected = system.counts(record.thermal.number)
    require((counts == expected).all(), f"types occur {counts.tolist()} times, expected {expected.tolist()}")
    moved = minimum_image(record.inherent.positions - record.thermal.positions, record.thermal.box)
    farthest = float(np.sqrt((moved**2).sum(axis=1)).max())
    require(
        farthest < FARTHEST_QUENCH,
        f"inherent lies up to {farthest:.2f} from thermal, expected less than {FARTHEST_QUENCH:g}: another structure "
        "or order",
    )
    require(record.index >= 0, f"index is {record.index}, expected 0 or more")
    require(isinstance(record.provenance, dict), "provenance is not an object")
    require(record.split in SPLITS, f"split is {record.split!r}, expected one of {', '.join(SPLITS)}")
    times = record.times
    require(
        times.ndim == 1 and np.isfinite(times).all() and (times >= 0).all() and (np.diff(times) > 0).all(),
        "times must be increasing numbers from 0 on",
    )
    shape = (2, len(times), record.thermal.number)
    labels = {"bond_breaking_halves": (0.0, 1.0), "displacement_halves": (0.0, np.inf), **REPLICA_MEANS}
    for name, (bottom, top) in labels.items():
        values = getattr(record, name)
        expected = (record.replicas, len(times)) if name in REPLICA_MEANS else shape
        if values is None and name in REPLICA_MEANS:
            continue
        require(values.shape == expected, f"{name} has shape {values.shape}, expected {expected}")
        require(np.isfinite(values).all(), f"{name} holds nan or inf, expected numbers everywhere")
        inside = (values >= bottom) & (values <= top * (1 + 1e-6))
        require(inside.all(), f"{name} leaves the range {bottom:g}..{top:g}")
    halves = record.half_replicas
    require(
        len(halves) == 2 and halves[0] == halves[1] and (min(halves) > 0) == (len(times) > 0),
        f"half_replicas is {tuple(halves)}, expected two equal positive numbers (zero without labels)",
    )


def write_record(path, record, replace=False):
    """Publish `record` at `path` whole or not at all; returns False when another writer was first.

    The file is filled under a temporary name in the same folder, flushed to disk, then linked to its name; an existing
    file is never opened. `replace` puts a correction in place of an existing file.
    """
    path = Path(path)
    check_record(record, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with h5py.File(part, "x") as file:
            _fill(file, record)
        with open(part, "rb") as written:
            os.fsync(written.fileno())
        if replace:
            os.replace(part, path)
        else:
            try:
                os.link(part, path)
            except FileExistsError:
                return False
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def _fill(file, record):
    """Attributes and arrays of one record into an open file."""
    file.attrs.update(format=FORMAT, version=VERSION, system=record.system, temperature=float(record.temperature))
    file.attrs.update(index=record.index, split=record.split, seed=record.seed, replicas=record.replicas)
    file.attrs.update(half_replicas=list(record.half_replicas), provenance=json.dumps(record.provenance))
    arrays = {
        "types": record.thermal.types.astype(np.uint8),
        "box": record.thermal.box,
        "thermal": record.thermal.positions,
        "inherent": record.inherent.positions,
        "times": record.times,
        "bond_breaking_halves": record.bond_breaking_halves.astype(np.float32),
        "displacement_halves": record.displacement_halves.astype(np.float32),
    }
    kept = {name: getattr(record, name) for name in REPLICA_MEANS}
    arrays |= {name: values for name, values in kept.items() if values is not None}
    for name, values in arrays.items():
        put(file, name, values)


def read_record(path):
    """Read and check one file; DataError names the file, the item and what was expected."""
    path = Path(path)
    record = read(path, _parse, "a configuration")
    check_record(record, path)
    return record


def _parse(file, path):
    """Attributes and arrays of an open file as a Record; values are not yet checked."""
    check_format(file, path, FORMAT, VERSION)
    box, types = array(file, path, "box", "f"), array(file, path, "types", "iu")
    halves = attribute(file, path, "half_replicas", whole_numbers)
    replicas = attribute(file, path, "replicas", int)
    if halves.sum() != replicas:
        raise DataError(f"{path}: halves hold {halves.tolist()} replicas, expected {replicas} as stated")

    def configuration(name):
        try:
            return Configuration(array(file, path, name, "f"), types, box)
        except InputError as error:
            raise DataError(f"{path}: {name}: {error}") from None

    return Record(
        system=attribute(file, path, "system", str),
        temperature=attribute(file, path, "temperature", float),
        index=attribute(file, path, "index", int),
        split=attribute(file, path, "split", str),
        seed=attribute(file, path, "seed", int),
        half_replicas=tuple(int(number) for number in halves),
        thermal=configuration("thermal"),
        inherent=configuration("inherent"),
        times=array(file, path, "times", "f"),
        bond_breaking_halves=array(file, path, "bond_breaking_halves", "f"),
        displacement_halves=array(file, path, "displacement_halves", "f"),
        provenance=attribute(file, path, "provenance", json.loads),
        **{name: array(file, path, name, "f") for name in REPLICA_MEANS if name in file},
    )
