"""Bond-breaking propensity: the fraction of its first neighbours that a particle keeps."""

import numpy as np

from glassviz.configuration import minimum_image
from glassviz.dynamics.replicas import check_trajectories, halves
from glassviz.errors import InputError
from glassviz.interactions.neighbours import neighbour_pairs, require_nearest_images


def bond_breaking_propensity(initial, trajectories, system, inner=1.4, outer=1.8):
    """C_B^i(t) = < n_t^i / n_0^i > over replicas, (n_times, N).

    n_0^i : neighbours with r_ij(0) < inner sigma_ab in the thermal start `initial`
    n_t^i : how many of those same bonds have r_ij(t) < outer sigma_ab
    trajectories : (n_times, replicas, N, d), wrapped or not

    A particle without a neighbour at the start has no C_B: nan. The cutoffs 1.4 and 1.8 give the published relaxation
    time of KA2D at T = 0.4; the papers do not state them.
    Raises InputError when a cutoff exceeds half the box or outer < inner.
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023); Guiselin et al., Nat. Phys. 18, 468 (2022).
    """
    trajectories = check_trajectories(initial, trajectories)
    system.check(initial, density_tolerance=np.inf)
    pairs, limits, bonds = first_bonds(initial, system, inner, outer)
    result = np.empty((trajectories.shape[0], initial.number))
    with np.errstate(invalid="ignore"):
        for index, replicas in enumerate(trajectories):
            intact = sum(_intact_bonds(positions, initial, pairs, limits) for positions in replicas)
            result[index] = np.where(bonds > 0, intact / (bonds * len(replicas)), np.nan)
    return result


def bond_breaking_halves(initial, trajectories, system, inner=1.4, outer=1.8):
    """bond_breaking_propensity of each half of the replicas, (2, n_times, N)."""
    return halves(lambda part: bond_breaking_propensity(initial, part, system, inner, outer), trajectories)


def bond_breaking_means(initial, trajectories, system, inner=1.4, outer=1.8, type_number=1):
    """Mean of n_t^i / n_0^i over the particles of one type, of each replica, (replicas, n_times).

    N_1 times its variance over replicas and configurations is the ordinary chi_4(t) of bond breaking. Particles without
    a neighbour at the start do not count.
    """
    trajectories = check_trajectories(initial, trajectories)
    chosen = initial.types == type_number
    columns = [
        np.nanmean(
            bond_breaking_propensity(initial, trajectories[:, k : k + 1], system, inner, outer)[:, chosen], axis=1
        )
        for k in range(trajectories.shape[1])
    ]
    return np.stack(columns)


def first_bonds(initial, system, inner, outer):
    """Bonds of the start (M, 2), the distance at which each is broken (M,), and n_0 of each particle (N,)."""
    if not 0 < inner <= outer:
        raise InputError(f"inner is {inner} and outer is {outer}, expected 0 < inner <= outer")
    sigma = np.array(system.sigma)
    require_nearest_images(initial.box, outer * sigma.max(), "outer cutoff")
    pairs, distances = neighbour_pairs(initial, inner * sigma.max())
    own = sigma[initial.types[pairs[:, 0]] - 1, initial.types[pairs[:, 1]] - 1]
    bonded = distances < inner * own
    pairs = pairs[bonded]
    return pairs, outer * own[bonded], np.bincount(pairs.ravel(), minlength=initial.number)


def _intact_bonds(positions, initial, pairs, limits):
    """Number of unbroken bonds of each particle, (N,)."""
    separation = minimum_image(positions[pairs[:, 0]] - positions[pairs[:, 1]], initial.box)
    intact = (separation**2).sum(axis=1) < limits**2
    return np.bincount(pairs[intact].ravel(), minlength=initial.number)
