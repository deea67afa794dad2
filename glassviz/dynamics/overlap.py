"""Overlap: the fraction of particles that are still where they were."""

import numpy as np

from glassviz.dynamics.replicas import check_trajectories, distances_moved
from glassviz.errors import InputError

NEAR = 0.3
"""Distance in sigma_11 up to which a particle counts as still there; GlassBench's chi_4 uses it."""


def overlap_means(initial, trajectories, distance=NEAR, type_number=1, wrapped=False):
    """Q(t) = mean of Theta(distance - |r_i(t) - r_i(0)|) over one type, of each replica, (replicas, n_times).

    N_1 times its variance over replicas and configurations is the ordinary chi_4(t).
    trajectories : (n_times, replicas, N, d), unwrapped; `wrapped` takes the nearest image; distance in sigma_11
    Source: Jung et al., Roadmap on machine learning glassy dynamics (2025).
    """
    trajectories = check_trajectories(initial, trajectories)
    if not distance > 0:
        raise InputError(f"distance is {distance}, expected a positive number")
    chosen = initial.types == type_number
    columns = [
        (distances_moved(initial, replicas, wrapped)[:, chosen] < distance).mean(axis=1) for replicas in trajectories
    ]
    return np.stack(columns, axis=1)
