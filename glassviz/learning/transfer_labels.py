"""Which labels tGlassMLP learns from: values of the mean propensity, the same at every temperature."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from glassviz.errors import InputError
from glassviz.learning.inputs import descriptors_of, labelled, standardised
from glassviz.learning.lessons import Lesson, Lessons, Structure
from glassviz.learning.score import propensity
from glassviz.learning.tglass_network import state_inputs

LEVELS = (0.99, 0.94, 0.90, 0.85, 0.80, 0.75, 0.65, 0.50, 0.25)
"""<C_B> of the state points of the paper's Table I."""
NEAR, WIDE = 0.015, 0.3
"""How far the mean C_B of a label may be from a level that it stands for; between what neighbours levels are mixed."""
USED = ("train", "validation")


@dataclass(frozen=True, eq=False)
class Transferred:
    """Labels that networks gave: state_point, mean propensity C, labels {place of the configuration: (N,)}."""

    state_point: object
    level: float
    labels: dict


def levels_in(state_point, levels=LEVELS, type_number=1):
    """{level: (mean C_B told, {label time's index: share})} of the levels that labels give at a state point.

    Where a level lies between the mean C_B of two neighbouring label times, its labels are their mixture with this
    mean: networks of one level must see one C at all temperatures, or they take its scatter for a law of temperature.
    Beyond the last label, or where neighbours are WIDE apart, a level is given up unless a label is within NEAR of it;
    then it is told by the mean that it has.
    The mean is that of the type's particles in the training and validation configurations.
    """
    halves = propensity(state_point, "bond_breaking")
    places = [k for split in USED for k in labelled(state_point, halves, split)]
    if not places:
        return {}
    means = np.mean(
        [halves[k][:, state_point.configurations[k].types == type_number].mean(axis=1) for k in places], axis=0
    )
    slots = np.flatnonzero(np.isfinite(means))
    found = {}
    for level in levels:
        for early, late in pairwise(slots):
            if means[late] <= level < means[early] <= means[late] + WIDE:
                share = float((level - means[late]) / (means[early] - means[late]))
                found[level] = float(level), {int(early): share, int(late): 1 - share}
        nearest = slots[np.abs(means[slots] - level).argmin()] if len(slots) else None
        if level not in found and nearest is not None and abs(means[nearest] - level) <= NEAR:
            found[level] = float(means[nearest]), {int(nearest): 1.0}
    return found


def scaling_of(state_points, number, lengths, observables, together):
    """What standardises inputs: kept (m,), means and deviations (1 or n_temperatures, m).

    Over the training structures of all temperatures together, or of each; kept is what varies at all of them.
    """
    pools = []
    for point in state_points:
        places = [k for k, split in enumerate(point.split) if split == "train"]
        if not places:
            raise InputError(f"T = {point.temperature:g} has no structure of the training split, expected one or more")
        x = descriptors_of(point, places, lengths, observables)
        pools.append(np.concatenate([x[k][point.configurations[k].types == number] for k in places]))
    kept = np.arange(pools[0].shape[1])
    for pool in pools:
        kept = np.intersect1d(kept, standardised(pool)[0])
    pools = [np.concatenate(pools)] if together else pools
    return kept, np.array([p[:, kept].mean(axis=0) for p in pools]), np.array([p[:, kept].std(axis=0) for p in pools])


def moments_of(state_point, number, kept, lengths, observables):
    """Means and deviations (m,) of kept descriptors over all structures of a state point; no label is read.

    Raises InputError where a descriptor does not vary there.
    """
    x = descriptors_of(state_point, range(len(state_point)), lengths, observables)
    own = np.concatenate([x[k][state_point.configurations[k].types == number][:, kept] for k in x])
    if len(standardised(own)[0]) < len(kept):
        raise InputError(f"a descriptor of type {number} does not vary at T = {state_point.temperature:g}")
    return own.mean(axis=0), own.std(axis=0)


def make_lessons(state_points, transferred, levels, number, standardise, describing, reference):
    """Lessons of one type, and the state points learnt [(T, mean C, "md" or "transferred")].

    standardise : function of descriptors (n, M) and a temperature; describing : (lengths, observables)
    """
    structures, places, lessons, learnt = [], {}, [], []

    def structure(point, k):
        key = id(point), k
        if key not in places:
            record = point.records[k]
            own = record.inherent.types == number
            x = descriptors_of(point, [k], *describing)[k][own]
            places[key] = len(structures)
            inputs = standardise(x, point.temperature)
            structures.append(Structure(inputs, record.inherent.positions[own], record.inherent.box))
        return places[key]

    def add(point, level, found, measured):
        """found : {place: halves (2, N)}."""
        own = {k: halves[:, point.configurations[k].types == number] for k, halves in found.items()}
        training = [own[k].mean(axis=0) for k in own if point.split[k] == "train"]
        scale = float(np.concatenate(training).std()) if training else 0.0
        if scale < 1e-6:
            raise InputError(
                f"the labels of type {number} at T = {point.temperature:g}, C = {level:g} have no variance"
            )
        state = state_inputs(point.temperature, level, reference)
        for k, halves in own.items():
            judges = point.split[k] == "validation"
            lessons.append(Lesson(structure(point, k), state, halves.astype(np.float32), measured, scale, judges))
        learnt.append((float(point.temperature), float(level), "md" if measured else "transferred"))

    for point in state_points:
        halves = propensity(point, "bond_breaking_halves")
        for mean, shares in levels_in(point, levels, number).values():
            mixed = {
                k: sum(share * halves[k][:, slot] for slot, share in shares.items())
                for k, split in enumerate(point.split)
                if split in USED
            }
            add(point, mean, {k: own for k, own in mixed.items() if np.isfinite(own).all()}, measured=True)
    for given in transferred:
        both = {k: np.stack([values, values]) for k, values in given.labels.items()}
        add(given.state_point, given.level, both, measured=False)
    return Lessons(structures, _fewer_judges(lessons)), learnt


def _fewer_judges(lessons):
    """At most one judging lesson for three that train: they only tell how training goes."""
    judges = [lesson for lesson in lessons if lesson.judges]
    every = max(1, -(-3 * len(judges) // max(1, len(lessons) - len(judges))))
    return [lesson for lesson in lessons if not lesson.judges] + judges[::every]
