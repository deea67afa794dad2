"""Energy differences of Monte Carlo moves in single precision, WIDTH pairs at a time; see `lanes` for the layout.

V_ab = 4 eps_ab [u^6 - u^3 + k0 + k1 u^(-1/2) + k2 / u + k4 / u^2], u = (sigma_ab / r)^2, r < 2.5 sigma_ab.
"""

import numpy as np
from numba import njit

from glassviz.interactions import simd
from glassviz.interactions.lanes import FULL
from glassviz.interactions.simd import WIDTH

# Pairs closer than 0.003 sigma count as that close: energies of random starts then stay finite.
CLOSEST2 = np.float32(1e-5)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _in_units(scaled, universal):
    """V / (4 eps) of 1 / u = `scaled`, inside the cutoff."""
    u = simd.everywhere(np.float32(1.0)) / scaled
    u3 = u * u * u
    energy = u3 * u3 - u3 + simd.everywhere(universal[1])
    energy = energy + scaled * (simd.everywhere(universal[3]) + simd.everywhere(universal[4]) * scaled)
    if universal[2] != 0.0:
        energy = energy + simd.everywhere(universal[2]) * simd.square_root(scaled)
    return energy


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _distance2(fractions, j, x, y, z, box):
    """Squared distances of a point from the particles in the slots from j on."""
    last = len(box) - 1
    dx = simd.to_floats(simd.everywhere(x) - simd.load(fractions[0], j)) * simd.everywhere(np.float32(box[0] / FULL))
    dy = simd.to_floats(simd.everywhere(y) - simd.load(fractions[1], j)) * simd.everywhere(np.float32(box[1] / FULL))
    r2 = dx * dx + dy * dy
    if len(box) == 3:
        units = simd.everywhere(np.float32(box[last] / FULL))
        dz = simd.to_floats(simd.everywhere(z) - simd.load(fractions[last], j)) * units
        r2 = r2 + dz * dz
    return r2


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _energies(r2, inverse, strength, others, universal):
    """V of each pair, zero beyond the cutoff and where `others` is not set."""
    closest = simd.everywhere(CLOSEST2)
    scaled = r2 * inverse
    scaled = simd.where(scaled < closest, closest, scaled)
    inside = (scaled < simd.everywhere(universal[0])) & others
    return simd.where(inside, _in_units(scaled, universal) * strength, simd.everywhere(np.float32(0.0)))


@njit(cache=True, nogil=True, error_model="numpy")
def displacement_change(slot, trial, particles, neighbours, box, universal):
    """Change of the energy, float32, when the particle in `slot` goes to `trial` (d,), fixed-point fractions."""
    fractions, types, spread = particles
    starts, runs = neighbours
    last = len(box) - 1
    a = types[slot]
    change = simd.everywhere(np.float32(0.0))
    itself = simd.everywhere(np.int32(slot))
    for run in range(starts[slot], starts[slot + 1]):
        end = simd.everywhere(runs[run, 1])
        for j in range(runs[run, 0], runs[run, 1], WIDTH):
            index = simd.count_from(np.int32(j))
            others = (index < end) & (index != itself)
            inverse, strength = simd.load(spread[0, a], j), simd.load(spread[1, a], j)
            before = _distance2(fractions, j, fractions[0, slot], fractions[1, slot], fractions[last, slot], box)
            after = _distance2(fractions, j, trial[0], trial[1], trial[last], box)
            change = change + _energies(after, inverse, strength, others, universal)
            change = change - _energies(before, inverse, strength, others, universal)
    return simd.sum_floats(change)


@njit(cache=True, nogil=True, error_model="numpy")
def exchange_change(slot, b, partner, particles, neighbours, box, universal):
    """Change of the energy, float32, when the particle in `slot` becomes of type b, its `partner` left out."""
    fractions, types, spread = particles
    starts, runs = neighbours
    last = len(box) - 1
    a = types[slot]
    change = simd.everywhere(np.float32(0.0))
    itself, left_out = simd.everywhere(np.int32(slot)), simd.everywhere(np.int32(partner))
    for run in range(starts[slot], starts[slot + 1]):
        end = simd.everywhere(runs[run, 1])
        for j in range(runs[run, 0], runs[run, 1], WIDTH):
            index = simd.count_from(np.int32(j))
            others = (index < end) & (index != itself) & (index != left_out)
            r2 = _distance2(fractions, j, fractions[0, slot], fractions[1, slot], fractions[last, slot], box)
            after = _energies(r2, simd.load(spread[0, b], j), simd.load(spread[1, b], j), others, universal)
            before = _energies(r2, simd.load(spread[0, a], j), simd.load(spread[1, a], j), others, universal)
            change = change + after - before
    return simd.sum_floats(change)
