"""Import: files of other formats become configurations of a data set, with propensities where there are replicas."""

import hashlib
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from glassviz import __version__
from glassviz.configuration import Configuration
from glassviz.dataset import state_folder
from glassviz.dynamics import (
    bond_breaking_halves,
    bond_breaking_means,
    displacement_halves,
    overlap_means,
    self_scattering_means,
    squared_displacement_means,
)
from glassviz.dynamics.overlap import NEAR
from glassviz.errors import DataError, InputError
from glassviz.formats import read, with_times
from glassviz.interactions.neighbours import require_nearest_images
from glassviz.record import SPLITS, Record, read_record, write_record
from glassviz.simulation import inherent_structure, potential_energy
from glassviz.systems import GlassFormer

INNER, OUTER = 1.4, 1.8
# The mean over one type of a few replicas scatters about the mean speed.
SPEED_MARGIN = 1.1
LABELS = ("bond_breaking_halves", "displacement_halves")


@dataclass(frozen=True, eq=False)
class Piece:
    """One structure with the labels of one file; `labels` by field of a Record, time is axis 1 of each."""

    source: str
    system: GlassFormer
    temperature: float
    split: str
    number: int | None
    thermal: Configuration
    inherent: Configuration | None
    times: np.ndarray
    replicas: int
    labels: dict
    notes: tuple

    @property
    def fingerprint(self):
        """A number that is the same for the same particles at the same places."""
        content = np.round(self.thermal.positions, 6).tobytes() + self.thermal.types.tobytes()
        return int.from_bytes(hashlib.sha256(content).digest()[:4], "big") >> 1


@dataclass(frozen=True)
class ImportOptions:
    """What the files do not say.

    system : name; temperature, split : instead of what file, name and folder say
    times : one for each file of replicas, or one for all; or those of the propensities in a file
    mean_of : number of replicas behind propensities that are given only as means; they are stored in both halves, so
        that ceilings read 1. None: such propensities are left out.
    quench : make inherent positions anew even where a file has them
    """

    system: str | None = None
    temperature: float | None = None
    times: tuple = ()
    split: str | None = None
    mean_of: int | None = None
    quench: bool = False

    def __post_init__(self):
        if self.split is not None and self.split not in SPLITS:
            raise InputError(f"split is {self.split!r}, expected one of {', '.join(SPLITS)}")
        if self.mean_of is not None and (self.mean_of < 2 or self.mean_of % 2):
            raise InputError(f"replicas behind the means are {self.mean_of}, expected an even number from 2 on")


def understand(paths, options):
    """Yield the Reading of each file with the options applied; nothing is written."""
    for place, path in enumerate(paths):
        yield understand_one(path, options, place, len(paths))


def understand_one(path, options, place=0, number=1):
    """The Reading of a file, number `place` of `number`, with the options applied."""
    reading = read(path, options.system, options.temperature)
    if options.split is not None:
        reading = replace(reading, split=options.split)
    slots = max(structure.slots for structure in reading.structures)
    if options.times and slots:
        # A file of replicas holds one time: the list then runs over the files.
        each = slots == 1 and len(options.times) == number
        reading = with_times(reading, [options.times[place]] if each else options.times)
    return reading


def import_files(paths, folder, options, progress=None):
    """Write the structures of `paths` into a data set; returns (paths written, sentences about what was left out).

    folder : of the data set, or a function system -> folder
    progress : called as progress(done, total, stage); may raise Cancelled: what is finished stays

    Files of one structure at several times become one configuration. Inherent positions are quenched where files have
    none. A configuration that is already in the folder is left as it is.
    Raises DataError or InputError, with file, field and what was expected, before anything is written.
    """
    pieces, left_out = [], []
    for done, reading in enumerate(understand(paths, options), 1):
        pieces += [piece_of(reading, structure, options, left_out) for structure in reading.structures]
        if progress is not None:
            progress(done, len(paths), "read")
    groups = {}
    for piece in pieces:
        groups.setdefault((piece.system.name, round(piece.temperature, 9), piece.fingerprint), []).append(piece)
    joined = [join(group) for group in groups.values()]
    kinds = {(piece.system.name, piece.thermal.number) for piece in joined}
    if len(kinds) > 1:
        raise DataError(f"the files hold {sorted(kinds)}, expected one system and one N for a data set")
    folder = Path(folder(joined[0].system) if callable(folder) else folder)
    known = present(folder, joined[0].system.name, joined[0].thermal.number, joined[0].source)
    written = []
    for done, piece in enumerate(joined):
        if progress is not None:
            progress(done, len(joined), "quench and write")
        state = folder / state_folder(piece.temperature)
        taken = known.setdefault(state.name, {})
        if piece.fingerprint in taken.values():
            index = next(index for index, seed in taken.items() if seed == piece.fingerprint)
            left_out.append(f"{piece.source}: is already there as {state / f'{index:04d}.h5'}")
            continue
        path = publish(state, piece, taken, options)
        taken[int(path.stem)] = piece.fingerprint
        written.append(path)
    return written, left_out


def piece_of(reading, structure, options, left_out):
    """A structure of a reading with its labels reduced to propensities; `left_out` gains what cannot be kept."""
    source, system = reading.path, reading.system
    if system is None:
        raise DataError(f"{source}: no glass former fits: {reading.misfit}")
    if reading.temperature is None:
        raise InputError(f"{source}: the temperature is unknown, expected it as an option")
    require_nearest_images(structure.thermal.box, system.largest_cutoff, f"{source}: {system.name}'s cutoff")
    labels, replicas = {}, 0
    if structure.replicas is not None:
        labels, replicas = replica_labels(reading, structure), structure.replicas.shape[1]
    elif structure.bond_breaking is not None and structure.displacement is not None and options.mean_of:
        values = (structure.bond_breaking, structure.displacement)
        labels, replicas = {n: np.stack([v, v]) for n, v in zip(LABELS, values, strict=True)}, options.mean_of
    elif structure.slots:
        left_out.append(
            f"{source}: propensities are left out: they are means over all replicas, and a data set keeps both "
            "propensities of each half"
        )
    if labels and structure.times is None:
        raise InputError(f"{source}: the time of the labels is unknown, expected {structure.slots} as an option")
    if labels:
        require_slow_enough(reading, structure.times, labels["displacement_halves"], structure.thermal.types == 1)
    return Piece(
        source=source.name,
        system=system,
        temperature=reading.temperature,
        split=reading.split or "test",
        number=structure.number,
        thermal=structure.thermal,
        inherent=None if options.quench else structure.inherent,
        times=structure.times if labels else np.empty(0),
        replicas=replicas,
        labels=labels or empty_labels(structure.thermal.number),
        notes=reading.notes,
    )


def empty_labels(number):
    """Labels of a structure without any."""
    return {name: np.empty((2, 0, number)) for name in LABELS}


def replica_labels(reading, structure):
    """Propensities of the halves of the replicas and means of each replica, by field of a Record."""
    thermal, runs, system = structure.thermal, structure.replicas, reading.system
    try:
        return {
            "bond_breaking_halves": bond_breaking_halves(thermal, runs, system, INNER, OUTER),
            "displacement_halves": displacement_halves(thermal, runs),
            "bond_breaking_means": bond_breaking_means(thermal, runs, system, INNER, OUTER),
            "overlap_means": overlap_means(thermal, runs, NEAR),
            "self_scattering_means": self_scattering_means(thermal, runs, system.wavenumber),
            "squared_displacement_means": squared_displacement_means(thermal, runs),
        }
    except InputError as error:
        raise DataError(f"{reading.path}: {error}") from None


def require_slow_enough(reading, times, displacement, own):
    """DataError where particles went further than they can: < |r(t) - r(0)| > <= < |v| > t.

    < |v| > = sqrt(pi T / 2) in two dimensions, sqrt(8 T / pi) in three (Maxwell, m = 1). A wrong time, or replicas that
    do not continue the start, show here.
    """
    d = reading.system.dimension
    speed = np.sqrt(reading.temperature * (np.pi / 2 if d == 2 else 8 / np.pi))
    for time, mean in zip(times, displacement[:, :, own].mean(axis=(0, 2)), strict=True):
        if mean > SPEED_MARGIN * speed * time:
            raise DataError(
                f"{reading.path}: type 1 moved by {mean:.3g} on average in the time {time:g}, expected at most "
                f"{speed * time:.3g}, the mean speed times t: wrong time or temperature, or replicas of another start"
            )


def join(pieces):
    """The pieces of one structure as one, ordered by time; DataError unless they fit together."""
    first = pieces[0]
    order = sorted((piece for piece in pieces if len(piece.times)), key=lambda piece: piece.times[0])
    if len(order) < 2:
        chosen = order[0] if order else first
        inherent = next((piece.inherent for piece in pieces if piece.inherent is not None), None)
        return replace(chosen, inherent=inherent)
    for before, after in pairwise(order):
        if not after.times[0] > before.times[-1] * (1 + 1e-6):
            raise DataError(
                f"{after.source}: time {after.times[0]:g} of the same structure is also in {before.source}, expected "
                "each time once"
            )
        if after.replicas != before.replicas or after.labels.keys() != before.labels.keys():
            raise DataError(
                f"{after.source}: {after.replicas} replicas, expected {before.replicas} as in {before.source}"
            )
    return replace(
        order[0],
        source=", ".join(piece.source for piece in order),
        inherent=next((piece.inherent for piece in pieces if piece.inherent is not None), None),
        times=np.concatenate([piece.times for piece in order]),
        labels={name: np.concatenate([p.labels[name] for p in order], axis=1) for name in order[0].labels},
        notes=tuple(dict.fromkeys(note for piece in order for note in piece.notes)),
    )


def present(folder, system, number, source):
    """{temperature's folder: {index: seed}} of the configurations in a data set; DataError for another system or N."""
    known = {}
    for path in sorted(folder.glob("T*/[0-9]*.h5")):
        record = read_record(path)
        found, expected = (record.system, record.thermal.number), (system, number)
        if found != expected:
            raise DataError(
                f"{path}: holds {found[1]} particles of {found[0]}, expected {expected[1]} of {expected[0]} as in "
                f"{source}; choose another folder"
            )
        known.setdefault(path.parent.name, {})[int(path.stem)] = record.seed
    return known


def publish(state, piece, taken, options):
    """Quench if needed, write one record under the structure's own number or the next free one; its path."""
    inherent = piece.inherent or inherent_structure(piece.thermal, piece.system)
    index = piece.number if piece.number is not None and piece.number not in taken else len(taken)
    while True:
        while index in taken:
            index += 1
        path = state / f"{index:04d}.h5"
        if write_record(path, record_of(piece, inherent, index, options)):
            return path
        # Another writer was first.
        taken[index] = None


def record_of(piece, inherent, index, options):
    """The Record of a piece. Its seed is the fingerprint, so that the same structure is known again."""
    means = options.mean_of is not None and "bond_breaking_means" not in piece.labels and len(piece.times) > 0
    return Record(
        system=piece.system.name,
        temperature=piece.temperature,
        index=index,
        split=piece.split,
        seed=piece.fingerprint,
        half_replicas=(piece.replicas // 2, piece.replicas // 2),
        thermal=piece.thermal,
        inherent=inherent,
        times=piece.times,
        provenance={
            "software": f"glassviz {__version__}",
            "imported_from": piece.source,
            "notes": list(piece.notes),
            "halves": "means over all replicas, twice" if means else "of the replicas",
            "inherent": "quenched here" if piece.inherent is None else "as in the file",
            "energy_thermal": round(float(potential_energy(piece.thermal, piece.system).mean()), 7),
            "energy_inherent": round(float(potential_energy(inherent, piece.system).mean()), 7),
            "bond_cutoffs": [INNER, OUTER],
            "overlap_distance": NEAR,
            "wavenumber": piece.system.wavenumber,
        },
        **piece.labels,
    )
