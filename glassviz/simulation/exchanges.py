"""Exchanges of types while all positions rest: what each particle's energy is as each type is kept in a table."""

import numpy as np
from numba import njit

from glassviz.configuration import Configuration
from glassviz.errors import InputError
from glassviz.interactions.energy import kernel_arguments
from glassviz.interactions.neighbours import distance2
from glassviz.interactions.potential import pair_energy
from glassviz.simulation.molecular_dynamics import check_positive


def exchange_types(configuration, system, temperature, attempts, generator):
    """The configuration after `attempts` attempted exchanges of types, and how many were accepted.

    Each attempt takes a random one of the system's pairs of types, a random particle of either, and exchanges their
    types with min(1, exp(-dU / T)), as SwapMonteCarlo does. The energies U_i(b) that particle i would have as type b
    are kept for all i and b: an attempt reads four of them, and only an accepted one, few at low temperature, changes
    those of the neighbours.

    generator : numpy.random.Generator, advanced by what the attempts take
    Raises InputError for an impossible temperature or number of attempts.
    Source: moves of Ninarello, Berthier, Coslovich, PRX 7, 021039 (2017).
    """
    check_positive(temperature=temperature)
    if attempts < 0:
        raise InputError(f"attempts is {attempts}, expected 0 or more")
    types, box, starts, neighbours, constants = kernel_arguments(configuration, system)
    present = system.exchanges_among(configuration.types)
    if not present or not attempts:
        return configuration, 0
    types = types.astype(np.int64)
    accepted = _exchange(
        configuration.positions,
        types,
        box,
        _both_ways(configuration.positions, box, starts, neighbours),
        constants,
        (np.array(present, dtype=np.int64) - 1, float(temperature), attempts),
        generator,
    )
    return Configuration(configuration.positions, types + 1, configuration.box), int(accepted)


@njit(cache=True, nogil=True, error_model="numpy")
def _both_ways(positions, box, starts, neighbours):
    """The half list as a full one: starts (N + 1,), neighbours (2 M,), squared distances (2 M,)."""
    number = len(starts) - 1
    begins = np.zeros(number + 1, np.int64)
    for i in range(number):
        begins[i + 1] += starts[i + 1] - starts[i]
        for slot in range(starts[i], starts[i + 1]):
            begins[neighbours[slot] + 1] += 1
    for i in range(number):
        begins[i + 1] += begins[i]
    filled = begins[:-1].copy()
    others, squares = np.empty(2 * len(neighbours), np.int64), np.empty(2 * len(neighbours))
    for i in range(number):
        for slot in range(starts[i], starts[i + 1]):
            j = np.int64(neighbours[slot])
            r2 = distance2(positions, i, j, box)
            for one, other in ((i, j), (j, i)):
                others[filled[one]], squares[filled[one]] = other, r2
                filled[one] += 1
    return begins, others, squares


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _pair(constants, a, b, r2):
    """V_ab, zero beyond the cutoff; closer than 0.003 counts as that close, so that it stays finite."""
    return pair_energy(constants, a, b, max(r2, 1e-5)) if r2 < constants[a, b, 0] else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _add(energies, of_whom, sign, b, around, constants):
    """Add `sign` times what particle `of_whom` as type b contributes to the energies of its neighbours, as any type."""
    begins, others, squares = around
    for slot in range(begins[of_whom], begins[of_whom + 1]):
        for a in range(energies.shape[1]):
            energies[others[slot], a] += sign * _pair(constants, a, b, squares[slot])


@njit(cache=True, nogil=True, error_model="numpy")
def _exchange(positions, types, box, around, constants, moves, generator):
    """Change `types` (N,) by the attempts; returns how many were accepted."""
    exchanges, temperature, attempts = moves
    number, kinds = len(types), len(constants)
    energies = np.zeros((number, kinds))
    for i in range(number):
        _add(energies, i, 1.0, types[i], around, constants)
    members = np.argsort(types, kind="mergesort")
    first = np.searchsorted(types[members], np.arange(kinds + 1))
    accepted = 0
    for _ in range(attempts):
        pair = int(generator.random() * len(exchanges))
        a, b = exchanges[pair, 0], exchanges[pair, 1]
        place_i = first[a] + int(generator.random() * (first[a + 1] - first[a]))
        place_j = first[b] + int(generator.random() * (first[b + 1] - first[b]))
        i, j = members[place_i], members[place_j]
        change = energies[i, b] - energies[i, a] + energies[j, a] - energies[j, b]
        r2 = distance2(positions, i, j, box)
        # The energy of the two with each other stays as it is.
        change += 2 * _pair(constants, a, b, r2) - _pair(constants, a, a, r2) - _pair(constants, b, b, r2)
        # What is not a number is refused; exp(-50) is below what random numbers tell apart from zero.
        if not (change <= 0 or (change < 50 * temperature and generator.random() < np.exp(-change / temperature))):
            continue
        for particle, old, new in ((i, a, b), (j, b, a)):
            _add(energies, particle, -1.0, old, around, constants)
            _add(energies, particle, 1.0, new, around, constants)
            types[particle] = new
        members[place_i], members[place_j] = j, i
        accepted += 1
    return accepted
