"""What models on descriptors share: describing a configuration, finding a time, choosing configurations."""

import numpy as np

from glassviz.cache import cached_array
from glassviz.errors import InputError
from glassviz.structure import glassmlp_descriptor_names, glassmlp_descriptors, lengths_within

CONSTANT = 1e-9
"""Labels and descriptors whose spread over the training set is below this do not vary."""

THERMAL = "displacement"
"""The descriptor that compares the inherent structure with its thermal configuration."""


def describe(configuration, system, lengths, observables, inherent=None):
    """Descriptors of a thermal configuration, (N, M), after quenching it where `inherent` is not given.

    Raises DataError when the configuration is of another system, InputError when the two differ in particles.
    """
    system.check(configuration)
    if inherent is None:
        from glassviz.simulation import inherent_structure

        inherent = inherent_structure(configuration, system)
    elif inherent.number != configuration.number or (inherent.types != configuration.types).any():
        raise InputError("inherent structure and configuration differ in number or types, expected the same particles")
    system.check(inherent, "inherent structure")
    return _descriptors(inherent, configuration, system, lengths, observables)


def _descriptors(inherent, thermal, system, lengths, observables):
    """Descriptors of an inherent structure, (N, M); the thermal configuration counts only where one needs it."""
    needed = thermal if THERMAL in observables else None
    content = [system.name, np.array(lengths, dtype=float), *observables, inherent.positions, inherent.types]
    content += [inherent.box] if needed is None else [inherent.box, needed.positions]
    return cached_array(
        "descriptors-1", content, lambda: glassmlp_descriptors(inherent, system, lengths, needed, observables)
    )


def lengths_for(state_point, lengths, standard):
    """Coarse-graining lengths as given; where None is, those of `standard` that fit the box (`lengths_within`)."""
    return lengths_within(state_point.configurations[0].box, standard) if lengths is None else lengths


def descriptor_names(system, lengths, observables):
    """Name of each column of `describe`."""
    return glassmlp_descriptor_names(system, lengths, THERMAL in observables, observables)


def time_slot(times, time, whose="the model's"):
    """Index of a time among a model's, to 1e-6 of itself; None where there is only one. InputError lists them."""
    if time is None and len(times) == 1:
        return 0
    known = f"expected one of {', '.join(f'{t:g}' for t in times)}"
    if time is None:
        raise InputError(f"no time is given, {known}")
    near = np.flatnonzero(np.abs(times - time) <= 1e-6 * np.abs(times))
    if len(near) == 0:
        raise InputError(f"time {time:g} is not one of {whose}, {known}")
    return int(near[0])


def labelled(state_point, labels, split):
    """Indices of the configurations of a split that have labels."""
    return [k for k, s in enumerate(state_point.split) if s == split and np.isfinite(labels[k]).any()]


def training_indices(state_point, labels, times=None):
    """(training, validation) indices with labels, and which times all of them have, (n_times,) bool.

    times : only these; default all. Raises InputError when there is nothing to train on or a time is not there.
    """
    train, validation = (labelled(state_point, labels, split) for split in ("train", "validation"))
    if not train:
        raise InputError("no configuration with labels belongs to the training split, expected at least one")
    present = np.isfinite(labels[train + validation]).all(axis=(0, 2))
    if not present.any():
        raise InputError("no time has labels for every configuration of training and validation, expected one")
    if times is not None:
        there = np.flatnonzero(present)
        whose = "those at which every configuration of training and validation has labels"
        wanted = [there[time_slot(state_point.times[there], float(time), whose)] for time in times]
        if not wanted:
            raise InputError("times are an empty list, expected one or more of the state point's")
        present = np.isin(np.arange(len(present)), wanted)
    return train, validation, present


def types_to_train(state_point, train, types=None, each=()):
    """Type numbers to train, default all that occur; InputError names those without particles to train on.

    each : configurations that must have particles of every one of them
    """
    there = set(np.unique(np.concatenate([state_point.records[k].thermal.types for k in train])).tolist())
    numbers = sorted(there if types is None else set(types))
    missing = [number for number in numbers if number not in there]
    if missing or not numbers:
        raise InputError(f"types {missing} do not occur in the training split, expected some of {sorted(there)}")
    for k in each:
        for number in set(numbers).difference(state_point.records[k].thermal.types.tolist()):
            index = state_point.records[k].index
            raise InputError(f"type {number} has no particles in configuration {index}, expected some to train on")
    return numbers


def varying_times(state_point, labels, train, numbers):
    """Times at which the training labels of every type vary, (n_times,) bool, and who does not: [(type, time)]."""
    varies, still = np.ones(labels.shape[1], dtype=bool), []
    for number in numbers:
        own = [labels[k][:, state_point.records[k].thermal.types == number] for k in train]
        varied = np.concatenate(own, axis=1).std(axis=1) > CONSTANT
        still += [(number, float(time)) for time in state_point.times[~varied]]
        varies &= varied
    return varies, still


def standardised(descriptors):
    """Numbers of the descriptors (n, M) that vary, their means and their deviations, (m,) each."""
    means, deviations = descriptors.mean(axis=0), descriptors.std(axis=0)
    kept = np.flatnonzero(deviations > CONSTANT * np.maximum(1.0, np.abs(means)))
    return kept, means[kept], deviations[kept]


def descriptors_of(state_point, chosen, lengths, observables, progress=None):
    """{index: descriptors (N, M)} of the inherent structures of the chosen configurations."""
    found = {}
    for done, k in enumerate(chosen):
        record = state_point.records[k]
        found[k] = _descriptors(record.inherent, record.thermal, state_point.system, lengths, observables)
        if progress is not None:
            progress(done + 1, len(chosen))
    return found
