"""Displacement propensity: how far a particle goes on average."""

import numpy as np

from glassviz.dynamics.replicas import check_trajectories, distances_moved, halves


def displacement_propensity(initial, trajectories, wrapped=False):
    """R_i(t) = < |r_i(t) - r_i(0)| > over replicas, (n_times, N), in sigma_11.

    trajectories : (n_times, replicas, N, d), unwrapped and continuing `initial`
    wrapped : take the nearest image instead, for trajectories that were folded into the box

    Source: Widmer-Cooper, Harrowell, Fynewever, PRL 93, 135701 (2004).
    """
    trajectories = check_trajectories(initial, trajectories)
    result = np.empty((trajectories.shape[0], initial.number))
    for index, replicas in enumerate(trajectories):
        result[index] = distances_moved(initial, replicas, wrapped).mean(axis=0)
    return result


def displacement_halves(initial, trajectories, wrapped=False):
    """displacement_propensity of each half of the replicas, (2, n_times, N)."""
    return halves(lambda part: displacement_propensity(initial, part, wrapped), trajectories)


def squared_displacement_means(initial, trajectories, type_number=1, wrapped=False):
    """< |r_i(t) - r_i(0)|^2 > over the particles of one type, of each replica, (replicas, n_times), in sigma_11^2."""
    trajectories = check_trajectories(initial, trajectories)
    chosen = initial.types == type_number
    columns = [(distances_moved(initial, replicas, wrapped)[:, chosen] ** 2).mean(axis=1) for replicas in trajectories]
    return np.stack(columns, axis=1)
