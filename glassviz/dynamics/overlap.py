"""Overlap: the fraction of particles that are still where they were."""

import numpy as np

from glassviz.dynamics.replicas import check_trajectories, distances_moved
from glassviz.errors import InputError

NEAR = 0.3
"""Distance in sigma_11 up to which a particle counts as still there; GlassBench's chi_4 uses it."""


def overlap(displacement, distance=NEAR):
    """Theta(distance - R_i) of displacement propensities (...), 1 or 0 in the same shape; nan where R_i is nan.

    GlassBench's chi_4 is that of its mean over the particles of one type. distance in sigma_11
    """
    displacement = np.asarray(displacement, dtype=np.float64)
    _check_distance(distance)
    return np.where(np.isnan(displacement), np.nan, displacement < distance)


def overlap_means(initial, trajectories, distance=NEAR, type_number=1, wrapped=False):
    """Q(t) = mean of Theta(distance - |r_i(t) - r_i(0)|) over one type, of each replica, (replicas, n_times).

    N_1 times its variance over replicas and configurations is the ordinary chi_4(t).
    trajectories : (n_times, replicas, N, d), unwrapped; `wrapped` takes the nearest image; distance in sigma_11
    Source: Jung et al., Roadmap on machine learning glassy dynamics (2025).
    """
    trajectories = check_trajectories(initial, trajectories)
    _check_distance(distance)
    chosen = initial.types == type_number
    columns = [
        (distances_moved(initial, replicas, wrapped)[:, chosen] < distance).mean(axis=1) for replicas in trajectories
    ]
    return np.stack(columns, axis=1)


def _check_distance(distance):
    if not distance > 0:
        raise InputError(f"distance is {distance}, expected a positive number")
