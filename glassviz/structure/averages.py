"""What curves of the static structure share: the particles of a pair of types, the mean over configurations."""

import numpy as np

from glassviz.configuration import Configuration
from glassviz.errors import InputError


def check_pair(configuration, pair):
    """Masks (N,) of both types of `pair`, twice the same object for one type; None: all particles.

    Raises InputError when the pair is no two types or a type occurs too rarely.
    """
    if pair is None:
        everything = np.ones(configuration.number, dtype=bool)
        return everything, everything
    if len(tuple(pair)) != 2:
        raise InputError(f"pair is {pair!r}, expected two types")
    first, second = (configuration.types == number for number in pair)
    for number, mask in zip(pair, (first, second), strict=True):
        if mask.sum() < 1 + (pair[0] == pair[1]):
            raise InputError(f"pair is {tuple(pair)}, but type {number} has {mask.sum()} particles")
    return first, first if pair[0] == pair[1] else second


def as_list(configurations):
    """One configuration or several as a list; InputError unless there is one at least and all have one box."""
    configurations = [configurations] if isinstance(configurations, Configuration) else list(configurations)
    if not configurations:
        raise InputError("there is no configuration, expected at least one")
    boxes = [configuration.box for configuration in configurations]
    if any(box.shape != boxes[0].shape or not np.allclose(box, boxes[0], rtol=1e-9) for box in boxes):
        raise InputError("configurations have different boxes, expected one")
    return configurations


def mean_and_error(values):
    """Mean and standard error over the first axis; the error of a single value is nan."""
    values = np.asarray(values, dtype=float)
    number = len(values)
    error = values.std(axis=0, ddof=1) / np.sqrt(number) if number > 1 else np.full(values.shape[1:], np.nan)
    return values.mean(axis=0), error
