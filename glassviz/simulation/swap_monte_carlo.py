"""Swap Monte Carlo: displacements and exchanges of types, which equilibrate far below where dynamics freezes."""

import numpy as np
from numba import njit

from glassviz.configuration import Configuration
from glassviz.errors import InputError
from glassviz.interactions.energy import model_arguments, potential_energy
from glassviz.interactions.lane_energies import displacement_change, exchange_change
from glassviz.interactions.lane_forces import lane_constants, spread_constants
from glassviz.interactions.lanes import FULL, lane_grid, neighbour_runs, sort_into_lanes, to_fractions
from glassviz.interactions.simd import WIDTH
from glassviz.simulation.molecular_dynamics import check_positive

# How far two particles together may go, by accepted moves, before the lanes are built anew, and how wide a lane is.
SKIN, HEIGHT = 0.6, 2.2
SWEEPS_PER_CALL = 20


def swap_monte_carlo(configuration, system, temperature, sweeps, seed=0, progress=None, **options):
    """A configuration after `sweeps` sweeps of N attempted moves at `temperature` (see SwapMonteCarlo).

    progress : called as progress(sweeps done, sweeps in all); may raise Cancelled
    """
    chain = SwapMonteCarlo(configuration, system, temperature, seed, **options)
    chain.run(sweeps, progress)
    return chain.configuration


def random_configuration(system, number=None, seed=0):
    """Uniformly random positions in the model's box with its composition: an infinite-temperature start."""
    number = system.number if number is None else number
    types = np.repeat(np.arange(1, system.types + 1), system.counts(number))
    edge = system.box_edge(number)
    positions = np.random.default_rng(seed).random((number, system.dimension)) * edge
    return Configuration(positions, types, edge)


class SwapMonteCarlo:
    """One Markov chain at constant N, V, T; Metropolis acceptance min(1, exp(-dU / T)).

    Of the moves a fraction `swap_fraction` exchanges the types of two particles (a random one of the system's pairs of
    types, then a random particle of each); the others displace one particle uniformly within +-`max_displacement`
    along each axis. Same seed, same chain, however the sweeps are divided into calls.

    acceptance : accepted fractions (displacements, exchanges) since the start
    Raises InputError for an impossible temperature, step or fraction.
    Source: Ninarello, Berthier, Coslovich, PRX 7, 021039 (2017); mixture: Parmar et al., PRL 125, 085505 (2020).
    """

    def __init__(self, configuration, system, temperature, seed=0, max_displacement=0.12, swap_fraction=0.2):
        check_positive(temperature=temperature, max_displacement=max_displacement)
        if not 0 <= swap_fraction <= 1:
            raise InputError(f"swap_fraction is {swap_fraction}, expected 0..1")
        types, box, _ = model_arguments(configuration, system)
        self._system, self._start = system, configuration
        number, dimension = configuration.positions.shape
        # A trial move goes farther than the accepted ones: the runs reach its longest step beyond the skin.
        reach = system.largest_cutoff + SKIN + float(max_displacement) * dimension**0.5
        self._model = (box, reach, *lane_constants(system, "energies"))
        self._particles = (
            configuration.positions.T.copy(),
            np.empty((dimension, number)),
            np.arange(number),
            types.astype(np.int64),
            np.zeros((dimension, number + WIDTH), np.int32),
            np.zeros((2, system.types, number + WIDTH), np.float32),
        )
        self._members = np.empty(number, np.int64)
        self._first = np.concatenate([[0], np.cumsum(np.bincount(types, minlength=system.types))])
        self._moves = (float(temperature), float(max_displacement), float(swap_fraction))
        self._generator = np.random.default_rng(seed)
        present = system.exchanges_among(configuration.types)
        self._exchanges = np.array(present, dtype=np.int64).reshape(-1, 2) - 1
        self._counts = np.zeros(4, dtype=np.int64)
        self._neighbours = _build(self._particles, self._model, (self._members, self._first))

    @property
    def configuration(self):
        """The present state; positions unwrapped."""
        rows, _, identity, types, *_ = self._particles
        positions, numbers = np.empty(rows.shape[::-1]), np.empty_like(types)
        positions[identity], numbers[identity] = rows.T, types + 1
        return Configuration(positions, numbers, self._start.box)

    @property
    def energy(self):
        """Potential energy per particle, E / N, in double precision."""
        return float(potential_energy(self.configuration, self._system).mean())

    @property
    def acceptance(self):
        """Accepted fractions of displacements and of exchanges; nan where none was tried."""
        tried, accepted = self._counts[::2], self._counts[1::2]
        return tuple(float(a / t) if t else float("nan") for a, t in zip(accepted, tried, strict=True))

    def run(self, sweeps, progress=None):
        """Attempt `sweeps` times N moves."""
        if sweeps < 0:
            raise InputError(f"sweeps is {sweeps}, expected 0 or more")
        for done in range(0, sweeps, SWEEPS_PER_CALL):
            chunk = min(SWEEPS_PER_CALL, sweeps - done)
            self._neighbours = _sweep(
                self._particles,
                self._model,
                self._neighbours,
                (self._members, self._first, self._exchanges),
                self._moves,
                self._generator,
                chunk * self._start.number,
                self._counts,
            )
            if progress is not None:
                progress(done + chunk, sweeps)


@njit(cache=True, nogil=True, error_model="numpy")
def _build(particles, model, groups):
    """Sort the particles into lanes, in place, list the slots of each type and find the neighbours of each particle."""
    positions, reference, identity, types, fractions, spread = particles
    box, reach, pairs, _ = model
    members, first = groups
    lanes = lane_grid(box, HEIGHT, reach, len(types), True)
    to_fractions(positions, box, fractions)
    order, starts_of_lanes = sort_into_lanes(fractions, len(types), lanes[0])
    for k in range(len(box)):
        positions[k] = positions[k][order]
    reference[:] = positions
    identity[:] = identity[order]
    types[:] = types[order]
    to_fractions(positions, box, fractions)
    spread_constants(types, pairs, spread)
    filled = first[:-1].copy()
    for slot in range(len(types)):
        members[filled[types[slot]]] = slot
        filled[types[slot]] += 1
    # Exchanges change the types: the reach is that of the largest cutoff for all.
    return neighbour_runs(fractions, types, starts_of_lanes, lanes, box, np.full(pairs.shape[1], reach), True)


@njit(cache=True, nogil=True, error_model="numpy")
def _sweep(particles, model, neighbours, groups, moves, generator, attempts, counts):
    """`attempts` single moves; returns the neighbours, which are found anew when a particle left its skin."""
    box = model[0]
    _, max_displacement, swap_fraction = moves
    temperature = moves[0]
    exchanges = groups[2]
    number = len(particles[3])
    for _ in range(attempts):
        if len(exchanges) and generator.random() < swap_fraction:
            counts[2] += 1
            counts[3] += _exchange(particles, model, neighbours, groups, temperature, generator)
        else:
            counts[0] += 1
            slot = int(generator.random() * number)
            if _displace(slot, particles, model, neighbours, temperature, max_displacement, generator):
                counts[1] += 1
                if _left_skin(particles, slot, len(box)):
                    neighbours = _build(particles, model, groups[:2])
    return neighbours


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _accepted(change, temperature, generator):
    return change <= 0.0 or generator.random() < np.exp(-change / temperature)


@njit(cache=True, nogil=True, error_model="numpy")
def _exchange(particles, model, neighbours, groups, temperature, generator):
    """Try to exchange the types of two particles; returns whether it was accepted."""
    _, _, _, types, fractions, spread = particles
    box, _, pairs, universal = model
    members, first, exchanges = groups
    pair = int(generator.random() * len(exchanges))
    a, b = exchanges[pair, 0], exchanges[pair, 1]
    place_i = first[a] + int(generator.random() * (first[a + 1] - first[a]))
    place_j = first[b] + int(generator.random() * (first[b + 1] - first[b]))
    i, j = members[place_i], members[place_j]
    # The pair's own energy is unchanged by the exchange: leave it out of both sides.
    seen = (fractions, types, spread)
    change = exchange_change(i, b, j, seen, neighbours, box, universal)
    change += exchange_change(j, a, i, seen, neighbours, box, universal)
    if not _accepted(np.float64(change), temperature, generator):
        return False
    types[i], types[j] = b, a
    members[place_i], members[place_j] = j, i
    for which in range(2):
        for other in range(pairs.shape[1]):
            spread[which, other, i] = pairs[which, other, b]
            spread[which, other, j] = pairs[which, other, a]
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _displace(slot, particles, model, neighbours, temperature, max_displacement, generator):
    """Try to displace the particle in `slot`; returns whether it was accepted."""
    positions, _, _, types, fractions, spread = particles
    box, _, _, universal = model
    there = np.empty(len(box))
    trial = np.empty(len(box), np.int32)
    for k in range(len(box)):
        there[k] = positions[k, slot] + max_displacement * (2.0 * generator.random() - 1.0)
        trial[k] = np.int32(np.int64(np.floor(there[k] * (FULL / box[k]))))
    change = displacement_change(slot, trial, (fractions, types, spread), neighbours, box, universal)
    if not _accepted(np.float64(change), temperature, generator):
        return False
    for k in range(len(box)):
        positions[k, slot] = there[k]
        fractions[k, slot] = trial[k]
    return True


@njit(cache=True, nogil=True, inline="always")
def _left_skin(particles, slot, dimension):
    """Whether the particle is farther than half the skin from where the lanes were built."""
    positions, reference = particles[:2]
    total = 0.0
    for k in range(dimension):
        step = positions[k, slot] - reference[k, slot]
        total += step * step
    return total > 0.25 * SKIN * SKIN
