"""What models on descriptors share: describing a configuration, finding a time, choosing configurations."""

import numpy as np

from glassviz.errors import InputError
from glassviz.structure import glassmlp_descriptors


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
    return glassmlp_descriptors(inherent, system, lengths, observables=observables)


def time_slot(times, time):
    """Index of a time among a model's, to 1e-6 of itself; None where there is only one. InputError lists them."""
    if time is None and len(times) == 1:
        return 0
    known = f"expected one of {', '.join(f'{t:g}' for t in times)}"
    if time is None:
        raise InputError(f"no time is given, {known}")
    near = np.flatnonzero(np.abs(times - time) <= 1e-6 * np.abs(times))
    if len(near) == 0:
        raise InputError(f"time {time:g} is not one of the model's, {known}")
    return int(near[0])


def labelled(state_point, labels, split):
    """Indices of the configurations of a split that have labels."""
    return [k for k, s in enumerate(state_point.split) if s == split and np.isfinite(labels[k]).any()]


def training_indices(state_point, labels):
    """(training, validation) indices with labels, and which times all of them have, (n_times,) bool.

    Raises InputError when there is nothing to train on.
    """
    train, validation = (labelled(state_point, labels, split) for split in ("train", "validation"))
    if not train:
        raise InputError("no configuration with labels belongs to the training split, expected at least one")
    present = np.isfinite(labels[train + validation]).all(axis=(0, 2))
    if not present.any():
        raise InputError("no time has labels for every configuration of training and validation, expected one")
    return train, validation, present


def descriptors_of(state_point, chosen, lengths, observables, progress=None):
    """{index: descriptors (N, M)} of the inherent structures of the chosen configurations."""
    found = {}
    for done, k in enumerate(chosen):
        found[k] = glassmlp_descriptors(state_point.inherent[k], state_point.system, lengths, observables=observables)
        if progress is not None:
            progress(done + 1, len(chosen))
    return found
