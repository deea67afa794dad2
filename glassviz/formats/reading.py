"""What a reader of a foreign format returns, and the checks that every format shares."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from glassviz.configuration import Configuration, minimum_image, wrap
from glassviz.errors import DataError, GlassvizError, InputError
from glassviz.systems import SYSTEMS, GlassFormer

FLAT = 1e-6
# Nearest images are the true displacements only where nothing went further than half the box.
FARTHEST_IMAGE = 0.45


@dataclass(frozen=True, eq=False)
class Structure:
    """One configuration of a file and what came with it.

    thermal, inherent : Configuration; inherent is None where the file has none
    slots : number of times of the replicas or labels, 0 without either
    times : (slots,), None where the file does not say
    replicas : (slots, N_R, N, d), unwrapped and continuing `thermal`, or None
    bond_breaking, displacement : (slots, N), means over all replicas, or None
    number : the structure's number in its source, or None
    """

    thermal: Configuration
    inherent: Configuration | None = None
    slots: int = 0
    times: np.ndarray | None = None
    replicas: np.ndarray | None = None
    bond_breaking: np.ndarray | None = None
    displacement: np.ndarray | None = None
    number: int | None = None


@dataclass(frozen=True, eq=False)
class Reading:
    """What one file holds.

    structures : one Structure for each frame
    system : the GlassFormer that fits, or None, and then `misfit` says why
    temperature, split : where file, name or folder tell, else None
    notes : what was assumed or changed, in words
    """

    path: Path
    format: str
    structures: tuple
    system: GlassFormer | None = None
    misfit: str = ""
    temperature: float | None = None
    split: str | None = None
    notes: tuple = field(default=())

    @property
    def missing(self):
        """What a labelled configuration of a data set needs and the file does not have, in words."""
        first = self.structures[0]
        lacks = {
            f"a glass former that fits ({self.misfit})": self.system is None,
            "the temperature": self.temperature is None,
            "inherent positions (a quench makes them)": first.inherent is None,
            "propensities or positions of replicas": first.slots == 0,
            "the times of the labels": first.slots > 0 and first.times is None,
        }
        means = first.bond_breaking is not None or first.displacement is not None
        lacks["propensities of the two halves of the replicas"] = means
        lacks["bond-breaking propensities"] = means and first.bond_breaking is None
        lacks["displacement propensities"] = means and first.displacement is None
        return [words for words, absent in lacks.items() if absent]


def with_times(reading, times):
    """The reading with `times` (slots,) for each structure; InputError unless their number fits."""
    times = np.atleast_1d(np.asarray(times, dtype=np.float64))
    for structure in reading.structures:
        if structure.slots != len(times):
            raise InputError(
                f"{reading.path}: {len(times)} times are given, expected {structure.slots}, one for each set of labels"
            )
    if not np.isfinite(times).all() or (times < 0).any() or (np.diff(times) <= 0).any():
        raise InputError(f"times are {times.tolist()}, expected increasing numbers from 0 on")
    return replace(reading, structures=tuple(replace(s, times=times) for s in reading.structures))


def with_system(reading, system):
    """The reading taken as `system`; DataError says which of its structures does not fit."""
    for structure in reading.structures:
        reason = misfit(structure.thermal, system)
        if reason:
            raise DataError(f"{reading.path}: {reason}")
    return replace(reading, system=system, misfit="")


def misfit(configuration, system):
    """Why a configuration is not `system`'s (dimension, types, density, composition), in words; empty if it is."""
    try:
        system.check(configuration, source=system.name)
        expected = system.counts(configuration.number)
    except GlassvizError as error:
        return str(error)
    counts = np.bincount(configuration.types, minlength=system.types + 1)[1:]
    if (counts == expected).all():
        return ""
    return f"{system.name}: types occur {counts.tolist()} times, expected {expected.tolist()}"


def guess_system(structures):
    """(the glass former that all structures fit or None, why none fits)."""
    reasons = []
    for system in SYSTEMS.values():
        reason = next(filter(None, (misfit(structure.thermal, system) for structure in structures)), "")
        if not reason:
            return system, ""
        reasons.append(reason)
    return None, "; ".join(reasons)


def configuration(path, positions, types, box):
    """A Configuration whose faults are named with the file; types must be 1..n without gaps."""
    try:
        result = Configuration(positions, types, box)
    except InputError as error:
        raise DataError(f"{path}: {error}") from None
    present = np.unique(result.types)
    if len(present) != present[-1]:
        raise DataError(f"{path}: types are {present.tolist()}, expected 1..n without gaps")
    return result


def flatten(path, positions, lengths, periodic):
    """Drop the third coordinate of a two-dimensional file: (positions (N, d), box (d,)).

    positions (N, 3); lengths, periodic : (3,), of the edges. A file is two-dimensional if its third coordinate is the
    same for all particles. DataError for a box that is not periodic, or one thinner along z than a particle is wide.
    """
    if not np.isfinite(positions).all():
        bad = int(np.flatnonzero(~np.isfinite(positions).all(axis=1))[0])
        raise DataError(f"{path}: position of particle {bad} is {positions[bad].tolist()}, expected finite numbers")
    flat = len(positions) > 1 and np.ptp(positions[:, 2]) < FLAT
    d = 2 if flat else 3
    for axis in range(d):
        if not periodic[axis]:
            also = ", or one third coordinate for all particles (a file in two dimensions)" if axis == 2 else ""
            raise DataError(
                f"{path}: box is not periodic along {'xyz'[axis]}, expected periodic along every axis{also}"
            )
    if not flat and lengths[2] < 1.0:
        raise DataError(
            f"{path}: third coordinate spans {np.ptp(positions[:, 2]):g} in a box {lengths[2]:g} thin, expected one z "
            "for all particles (two dimensions) or a box wider than a particle (three)"
        )
    return positions[:, :d], np.asarray(lengths, dtype=np.float64)[:d]


def same_number(path, frame, number, first):
    """DataError unless a frame holds as many particles as the first one."""
    if number != first:
        raise DataError(f"{path}: frame {frame} holds {number} particles, expected {first} as in frame 0")


def inherent_of(path, thermal, positions, notes):
    """The inherent Configuration, unwrapped so that its difference from `thermal` is the way of the quench."""
    if positions.shape != thermal.positions.shape:
        raise DataError(
            f"{path}: inherent positions have shape {positions.shape}, expected {thermal.positions.shape} like the "
            "thermal ones"
        )
    steps = positions - thermal.positions
    nearest = minimum_image(steps, thermal.box)
    if np.abs(steps - nearest).max() > FLAT:
        notes.append("inherent positions were wrapped: nearest images to the thermal ones taken")
    return configuration(path, thermal.positions + nearest, thermal.types, thermal.box)


def continue_start(path, thermal, replicas, notes):
    """Replicas (N_R, N, d) unwrapped so that they continue `thermal`; DataError where that is ambiguous.

    Replicas and start that all lie within one box length are taken as wrapped; then nearest images are the
    displacements, which holds only where nothing went further than half the box.
    """
    n, d = thermal.positions.shape
    if replicas.ndim != 3 or replicas.shape[1:] != (n, d) or len(replicas) == 0:
        raise DataError(f"{path}: positions have shape {replicas.shape}, expected (replicas, {n}, {d})")
    if not np.isfinite(replicas).all():
        raise DataError(f"{path}: positions hold nan or inf, expected finite numbers")
    steps = replicas - thermal.positions
    spread = np.maximum(replicas.max(axis=(0, 1)), thermal.positions.max(axis=0)) - np.minimum(
        replicas.min(axis=(0, 1)), thermal.positions.min(axis=0)
    )
    jumped = (np.abs(steps) > thermal.box / 2).any()
    if not (jumped and (spread <= thermal.box * (1 + 1e-6)).all()):
        return replicas
    steps = minimum_image(steps, thermal.box)
    longest = float((np.abs(steps) / thermal.box).max())
    if longest > FARTHEST_IMAGE:
        raise DataError(
            f"{path}: positions are wrapped and nearest images go up to {longest:.2f} of the box, expected less than "
            f"{FARTHEST_IMAGE:g}: the displacements cannot be told; give unwrapped positions"
        )
    notes.append(f"replicas were wrapped: nearest images taken, the longest {longest:.2f} of the box along an axis")
    return thermal.positions + steps


def into_box(structure):
    """The same structure with the thermal positions in [0, L); inherent positions and replicas move along."""
    thermal = structure.thermal
    shift = wrap(thermal.positions, thermal.box) - thermal.positions
    moved = {"thermal": thermal.wrap()}
    if structure.inherent is not None:
        moved["inherent"] = structure.inherent.with_positions(structure.inherent.positions + shift)
    if structure.replicas is not None:
        moved["replicas"] = structure.replicas + shift
    return replace(structure, **moved)
