"""Potential energy of each particle and the forces, from the pair potential."""

import numpy as np
from numba import njit

from glassviz.interactions.neighbours import distance2, require_nearest_images, verlet_list
from glassviz.interactions.potential import pair_coefficients, pair_energy, pair_slope


def potential_energy(configuration, system):
    """Energy of each particle, E_i = (1/2) sum_j V_ab(r_ij), (N,), in eps_11.

    Raises InputError when the box is smaller than two cutoffs, DataError when the configuration is not `system`'s.
    """
    arguments = kernel_arguments(configuration, system)
    return particle_energies(configuration.positions, *arguments)


def forces(configuration, system):
    """Force on each particle, f_i = -dU/dr_i, (N, d), in eps_11 / sigma_11.

    Raises InputError when the box is smaller than two cutoffs, DataError when the configuration is not `system`'s.
    """
    arguments = kernel_arguments(configuration, system)
    result = np.empty_like(configuration.positions)
    add_forces(configuration.positions, *arguments, result)
    return result


def kernel_arguments(configuration, system):
    """(types from 0, box, starts, neighbours, table) as the kernels below take them, for one set of positions."""
    types, box, table = model_arguments(configuration, system)
    starts, neighbours = verlet_list(configuration.positions, box, system.largest_cutoff)
    return types, box, starts, neighbours, table


def model_arguments(configuration, system):
    """(types from 0, box as a tuple, table of pair constants) after checking that `system` fits."""
    system.check(configuration, density_tolerance=np.inf)
    require_nearest_images(configuration.box, system.largest_cutoff, f"{system.name}'s cutoff")
    return configuration.types - 1, tuple(float(edge) for edge in configuration.box), pair_coefficients(system)


@njit(cache=True, nogil=True, error_model="numpy")
def particle_energies(positions, types, box, starts, neighbours, table):
    """E_i = (1/2) sum_j V_ab(r_ij) over a half list, (N,)."""
    energies = np.zeros(len(positions))
    for i in range(len(positions)):
        a = types[i]
        for slot in range(starts[i], starts[i + 1]):
            j = neighbours[slot]
            r2 = distance2(positions, i, j, box)
            if r2 < table[a, types[j], 0]:
                half = 0.5 * pair_energy(table, a, types[j], r2)
                energies[i] += half
                energies[j] += half
    return energies


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
def add_forces(positions, types, box, starts, neighbours, table, result):
    """Write f_i = -sum_j V'_ab(r_ij) (r_i - r_j) / r_ij over a half list into `result` (N, d)."""
    result[:] = 0.0
    dimension = len(box)
    separation = np.empty(dimension)
    own = np.empty(dimension)
    for i in range(len(positions)):
        a = types[i]
        own[:] = 0.0
        for slot in range(starts[i], starts[i + 1]):
            j = neighbours[slot]
            b = types[j]
            r2 = 0.0
            for k in range(len(box)):
                separation[k] = positions[i, k] - positions[j, k]
                separation[k] -= box[k] * np.rint(separation[k] / box[k])
                r2 += separation[k] * separation[k]
            if r2 < table[a, b, 0]:
                slope = pair_slope(table, a, b, r2)
                for k in range(len(box)):
                    own[k] -= slope * separation[k]
                    result[j, k] += slope * separation[k]
        for k in range(len(box)):
            result[i, k] += own[k]
