"""Self-intermediate scattering function: how much of the density modulation of wavenumber k each particle keeps."""

import numpy as np
from scipy.special import j0

from glassviz.dynamics.replicas import check_trajectories, distances_moved
from glassviz.errors import InputError


def directional_mean(phase, dimension):
    """< exp(i k.r) > over all directions of k as a function of `phase` = k r: J_0 in 2D, sin(x)/x in 3D; same shape."""
    if dimension not in (2, 3):
        raise InputError(f"dimension is {dimension}, expected 2 or 3")
    return j0(phase) if dimension == 2 else np.sinc(np.asarray(phase) / np.pi)


def self_scattering_means(initial, trajectories, wavenumber, type_number=1, wrapped=False):
    """F_s(k, t) = < exp(i k.(r_i(t) - r_i(0))) > over the particles of one type, of each replica, (replicas, n_times).

    Averaged over all directions of k in closed form: J_0(k R) in two dimensions, sin(k R) / (k R) in three.

    wavenumber : k in 1 / sigma_11, usually `system.wavenumber`, the main peak of the structure factor
    trajectories : (n_times, replicas, N, d), unwrapped and continuing `initial`
    wrapped : take the nearest image instead, for trajectories that were folded into the box

    The spread over replicas and configurations gives the error. Raises InputError unless k is positive.
    Source: Kob, Andersen, PRE 52, 4134 (1995).
    """
    trajectories = check_trajectories(initial, trajectories)
    if not (np.isfinite(wavenumber) and wavenumber > 0):
        raise InputError(f"wavenumber is {wavenumber}, expected a positive number")
    chosen = initial.types == type_number
    dimension = initial.positions.shape[1]
    columns = [
        directional_mean(wavenumber * distances_moved(initial, replicas, wrapped)[:, chosen], dimension).mean(axis=1)
        for replicas in trajectories
    ]
    return np.stack(columns, axis=1)
