"""The smoothed Lennard-Jones pair potential and the table of constants that the compiled kernels read."""

import numpy as np
from numba import njit

from glassviz.errors import InputError

# Solution of V = V' = V'' = 0 at r = 2.5 sigma, in units of 4 eps (Parmar, Ozawa, Berthier, PRL 125, 085505).
QUARTIC = (9885312 / 244140625, -59213568 / 6103515625, 94623744 / 152587890625)

# Columns of the table: squared cutoff, r^-12 and r^-6 amplitudes, and the smoothing k0 + k1 r + k2 r^2 + k4 r^4.
CUTOFF2, A12, A6, K0, K1, K2, K4 = range(7)


def pair_coefficients(system):
    """Constants of V_ab(r) = a12 / r^12 - a6 / r^6 + k0 + k1 r + k2 r^2 + k4 r^4 for every pair of types, (n, n, 7).

    Raises InputError for an unknown smoothing.
    """
    epsilon, sigma = np.array(system.epsilon), np.array(system.sigma)
    cutoff = system.cutoff * sigma
    table = np.zeros((*epsilon.shape, 7))
    table[..., CUTOFF2] = cutoff**2
    table[..., A12] = 4 * epsilon * sigma**12
    table[..., A6] = 4 * epsilon * sigma**6
    if system.smoothing == "quartic":
        for column, power, constant in zip((K0, K2, K4), (0, 2, 4), QUARTIC, strict=True):
            table[..., column] = 4 * epsilon * constant / sigma**power
    elif system.smoothing == "force-shift":
        energy = table[..., A12] / cutoff**12 - table[..., A6] / cutoff**6
        slope = -12 * table[..., A12] / cutoff**13 + 6 * table[..., A6] / cutoff**7
        table[..., K0] = cutoff * slope - energy
        table[..., K1] = -slope
    else:
        raise InputError(f"smoothing is {system.smoothing!r}, expected 'quartic' or 'force-shift'")
    return table


def pair_potential(system, first, second, distances):
    """V, V' and V'' of one pair of types (numbered from 1) at `distances` (any shape); zero beyond the cutoff."""
    r = np.asarray(distances, dtype=float)
    cutoff2, a12, a6, k0, k1, k2, k4 = pair_coefficients(system)[first - 1, second - 1]
    inside = r**2 < cutoff2
    value = a12 / r**12 - a6 / r**6 + k0 + k1 * r + k2 * r**2 + k4 * r**4
    slope = -12 * a12 / r**13 + 6 * a6 / r**7 + k1 + 2 * k2 * r + 4 * k4 * r**3
    curvature = 156 * a12 / r**14 - 42 * a6 / r**8 + 2 * k2 + 12 * k4 * r**2
    return tuple(np.where(inside, term, 0.0) for term in (value, slope, curvature))


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def pair_energy(table, a, b, r2):
    """V_ab(r) inside the cutoff, from r^2; types counted from 0."""
    inverse6 = 1.0 / (r2 * r2 * r2)
    energy = (table[a, b, 1] * inverse6 - table[a, b, 2]) * inverse6
    energy += table[a, b, 3] + r2 * (table[a, b, 5] + r2 * table[a, b, 6])
    if table[a, b, 4] != 0.0:
        energy += table[a, b, 4] * np.sqrt(r2)
    return energy


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def pair_slope(table, a, b, r2):
    """V'_ab(r) / r inside the cutoff, from r^2; the force on i is -(V'/r) (r_i - r_j)."""
    inverse2 = 1.0 / r2
    inverse6 = inverse2 * inverse2 * inverse2
    slope = (6.0 * table[a, b, 2] - 12.0 * table[a, b, 1] * inverse6) * inverse6 * inverse2
    slope += 2.0 * table[a, b, 5] + 4.0 * table[a, b, 6] * r2
    if table[a, b, 4] != 0.0:
        slope += table[a, b, 4] / np.sqrt(r2)
    return slope
