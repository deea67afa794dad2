"""Forces in single precision, WIDTH pairs at a time, for molecular dynamics; see `lanes` for the layout.

With s_ab = sigma_ab^2, u = s_ab / r^2 and the universal constants of the smoothing,
f_ij = (r_i - r_j) (4 eps_ab / s_ab) [12 u^7 - 6 u^4 - 2 k2 - 4 k4 / u - k1 u^(1/2)],  r < 2.5 sigma_ab.
Each pair force is rounded to a multiple of 2^-QUANTUM and summed in integers: action equals reaction to the last bit,
and the sum does not depend on the order of the particles, hence not on when the lanes were built.
"""

import numpy as np
from numba import njit

from glassviz.interactions import simd
from glassviz.interactions.lanes import FULL
from glassviz.interactions.potential import K0, K1, K2, K4, pair_coefficients
from glassviz.interactions.simd import WIDTH

QUANTUM = 2.0**-16


def lane_constants(system, of):
    """Constants of `of` "forces" or "energies": 1 / s_ab and the strength (2, n, n), and (cutoff^2, k0, k1, k2, k4).

    The strength is 4 eps_ab / s_ab / QUANTUM or 4 eps_ab; the k are those of `pair_coefficients` in units of 4 eps_ab
    and sigma_ab, in which the smoothing of every pair is the same.
    """
    epsilon, sigma = np.array(system.epsilon), np.array(system.sigma)
    strength = {"forces": 4 * epsilon / sigma**2 / QUANTUM, "energies": 4 * epsilon}[of]
    smoothing = pair_coefficients(system)[0, 0, [K0, K1, K2, K4]] / (4 * epsilon[0, 0])
    smoothing *= sigma[0, 0] ** np.array([0, 1, 2, 4])
    constants = np.array([1 / sigma**2, strength])
    return constants.astype(np.float32), np.array([system.cutoff**2, *smoothing], dtype=np.float32)


@njit(cache=True, nogil=True, error_model="numpy")
def spread_constants(types, pairs, spread):
    """Write for each type a the constants of its pair with the particle in each slot, `spread` (2, n, >= N)."""
    for which in range(2):
        for a in range(pairs.shape[1]):
            for slot in range(len(types)):
                spread[which, a, slot] = pairs[which, a, types[slot]]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})
def lane_forces(fractions, types, box, starts, runs, spread, universal, result):
    """Write the forces in units of QUANTUM, int32 (d, >= N + WIDTH), of particles in lanes.

    fractions (d, >= N + WIDTH), types (N,) from 0, runs of `neighbour_runs`, spread of `spread_constants`
    """
    result[:] = 0
    three = len(box) == 3
    cutoff2 = simd.everywhere(universal[0])
    minus6, twelve = simd.everywhere(np.float32(-6.0)), simd.everywhere(np.float32(12.0))
    twice, fourfold = simd.everywhere(np.float32(-2.0) * universal[3]), simd.everywhere(np.float32(-4.0) * universal[4])
    shift = simd.everywhere(-universal[2])
    one, nothing = simd.everywhere(np.float32(1.0)), simd.everywhere(np.float32(0.0))
    units_x = simd.everywhere(np.float32(box[0] / FULL))
    units_y = simd.everywhere(np.float32(box[1] / FULL))
    units_z = simd.everywhere(np.float32(box[len(box) - 1] / FULL))
    last = len(box) - 1
    x_of, y_of, z_of = fractions[0], fractions[1], fractions[last]
    result_x, result_y, result_z = result[0], result[1], result[last]
    for slot in range(len(types)):
        x, y, z = simd.everywhere(x_of[slot]), simd.everywhere(y_of[slot]), simd.everywhere(z_of[slot])
        inverse, strength = spread[0, types[slot]], spread[1, types[slot]]
        own_x = simd.everywhere(np.int32(0))
        own_y, own_z = own_x, own_x
        for run in range(starts[slot], starts[slot + 1]):
            end = simd.everywhere(runs[run, 1])
            for j in range(runs[run, 0], runs[run, 1], WIDTH):
                dx = simd.to_floats(x - simd.load(x_of, j)) * units_x
                dy = simd.to_floats(y - simd.load(y_of, j)) * units_y
                r2 = dx * dx + dy * dy
                dz = nothing
                if three:
                    dz = simd.to_floats(z - simd.load(z_of, j)) * units_z
                    r2 = r2 + dz * dz
                scaled = r2 * simd.load(inverse, j)
                inside = (scaled < cutoff2) & (simd.count_from(np.int32(j)) < end)
                u = one / scaled
                u3 = u * u * u
                force = u3 * u * (twelve * u3 + minus6) + (twice + fourfold * scaled)
                if universal[2] != 0.0:
                    force = force + shift * simd.square_root(u)
                force = simd.where(inside, force * simd.load(strength, j), nothing)
                fx, fy = simd.to_nearest(force * dx), simd.to_nearest(force * dy)
                own_x, own_y = own_x + fx, own_y + fy
                simd.store(result_x, j, simd.load(result_x, j) - fx)
                simd.store(result_y, j, simd.load(result_y, j) - fy)
                if three:
                    fz = simd.to_nearest(force * dz)
                    own_z = own_z + fz
                    simd.store(result_z, j, simd.load(result_z, j) - fz)
        result_x[slot] += simd.sum_integers(own_x)
        result_y[slot] += simd.sum_integers(own_y)
        if three:
            result_z[slot] += simd.sum_integers(own_z)
