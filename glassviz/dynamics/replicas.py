"""What every average over replicas shares: the check of shapes, and the two halves."""

import numpy as np

from glassviz.configuration import minimum_image
from glassviz.errors import InputError


def check_trajectories(initial, trajectories):
    """Trajectories as an array (n_times, replicas, N, d); InputError unless they belong to `initial`."""
    trajectories = np.asarray(trajectories)
    expected = initial.positions.shape
    if trajectories.ndim != 4 or trajectories.shape[2:] != expected or trajectories.shape[1] == 0:
        raise InputError(f"trajectories have shape {trajectories.shape}, expected (n_times, replicas, {expected})")
    return trajectories


def distances_moved(initial, positions, wrapped=False):
    """|r_i(t) - r_i(0)| of `positions` (..., N, d), (..., N); `wrapped` takes the nearest image."""
    steps = positions - initial.positions
    if wrapped:
        steps = minimum_image(steps, initial.box)
    return np.sqrt((steps**2).sum(axis=-1))


def halves(propensity, trajectories):
    """`propensity` of the first and of the second half of the replicas, stacked, (2, ...).

    Their mean is the propensity of all. Raises InputError for an odd number of replicas.
    """
    replicas = np.shape(trajectories)[1]
    if replicas % 2 or replicas == 0:
        raise InputError(f"there are {replicas} replicas, expected an even number for two equal halves")
    return np.stack([propensity(trajectories[:, : replicas // 2]), propensity(trajectories[:, replicas // 2 :])])
