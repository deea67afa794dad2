"""Swap Monte Carlo: displacements and exchanges of types, which equilibrate far below where dynamics freezes."""

import numpy as np
from numba import njit

from glassviz.configuration import Configuration
from glassviz.errors import InputError
from glassviz.interactions.energy import model_arguments, particle_energies
from glassviz.interactions.neighbours import distance2, full_list, verlet_list
from glassviz.interactions.potential import pair_energy
from glassviz.simulation.molecular_dynamics import check_positive

# How far two particles together may go, by accepted moves, before the neighbour list is built anew.
SKIN = 0.45
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
        types, self._box, self._table = model_arguments(configuration, system)
        self._types = types.copy()
        self._start = configuration
        self._cutoff = system.largest_cutoff
        self.positions = configuration.positions.copy()
        self.temperature = float(temperature)
        # A trial move goes farther than the accepted ones: the list reaches its longest step beyond the skin.
        self._reach = system.largest_cutoff + SKIN + float(max_displacement) * self.positions.shape[1] ** 0.5
        self._moves = (self.temperature, float(max_displacement), float(swap_fraction))
        self._generator = np.random.default_rng(seed)
        self._members, self._first = _by_type(types, system.types)
        present = [pair for pair in system.exchanges if all(np.any(types == t - 1) for t in pair)]
        self._exchanges = np.array(present, dtype=np.int64).reshape(-1, 2) - 1
        self._counts = np.zeros(4, dtype=np.int64)
        self._reference = self.positions.copy()
        self._list = _list_around(self.positions, self._box, self._reach)

    @property
    def configuration(self):
        """The present state; positions unwrapped."""
        return Configuration(self.positions, self._types + 1, self._start.box)

    @property
    def energy(self):
        """Potential energy per particle, E / N."""
        half = verlet_list(self.positions, self._box, self._cutoff)
        return float(particle_energies(self.positions, self._types, self._box, *half, self._table).mean())

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
            self._list = _sweep(
                (self.positions, self._types, self._reference, self._members, self._first),
                (self._box, self._table, self._reach, self._exchanges),
                self._list,
                self._moves,
                self._generator,
                chunk * len(self._types),
                self._counts,
            )
            if progress is not None:
                progress(done + chunk, sweeps)


def _by_type(types, number_of_types):
    """Particle numbers sorted by type (N,), and where each type begins (n + 1,)."""
    first = np.concatenate([[0], np.cumsum(np.bincount(types, minlength=number_of_types))])
    return np.argsort(types, kind="stable"), first


@njit(cache=True, nogil=True)
def _list_around(positions, box, reach):
    """Full neighbour list; `reach` holds for every pair of types, for exchanges need that."""
    return full_list(*verlet_list(positions, box, reach))


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _energy_of(i, a, positions, types, box, starts, neighbours, table, leave_out):
    """Energy of particle i as type a with all its neighbours but one."""
    energy = 0.0
    for slot in range(starts[i], starts[i + 1]):
        j = neighbours[slot]
        if j != leave_out:
            r2 = distance2(positions, i, j, box)
            if r2 < table[a, types[j], 0]:
                energy += pair_energy(table, a, types[j], r2)
    return energy


@njit(cache=True, nogil=True, error_model="numpy")
def _sweep(state, model, neighbour_list, moves, generator, attempts, counts):
    """`attempts` single moves; returns the neighbour list, which is rebuilt when a particle left its skin."""
    positions, types, reference, members, first = state
    box, table, reach, exchanges = model
    starts, neighbours = neighbour_list
    temperature, max_displacement, swap_fraction = moves
    for _ in range(attempts):
        if len(exchanges) and generator.random() < swap_fraction:
            counts[2] += 1
            pair = int(generator.random() * len(exchanges))
            a, b = exchanges[pair, 0], exchanges[pair, 1]
            slot_i = first[a] + int(generator.random() * (first[a + 1] - first[a]))
            slot_j = first[b] + int(generator.random() * (first[b + 1] - first[b]))
            i, j = members[slot_i], members[slot_j]
            # The pair's own energy is unchanged by the exchange: leave it out of both sides.
            change = _energy_of(i, b, positions, types, box, starts, neighbours, table, j)
            change -= _energy_of(i, a, positions, types, box, starts, neighbours, table, j)
            change += _energy_of(j, a, positions, types, box, starts, neighbours, table, i)
            change -= _energy_of(j, b, positions, types, box, starts, neighbours, table, i)
            if change <= 0.0 or generator.random() < np.exp(-change / temperature):
                counts[3] += 1
                types[i], types[j] = b, a
                members[slot_i], members[slot_j] = j, i
        else:
            counts[0] += 1
            i = int(generator.random() * len(positions))
            neighbourhood = (types, box, starts, neighbours, table)
            moved = _displace(i, positions, neighbourhood, temperature, max_displacement, generator)
            counts[1] += moved
            if moved and _left_skin(positions, reference, i):
                starts, neighbours = _list_around(positions, box, reach)
                reference[:] = positions
    return starts, neighbours


@njit(cache=True, nogil=True, error_model="numpy")
def _displace(i, positions, neighbourhood, temperature, max_displacement, generator):
    """Try to displace particle i; returns whether it was accepted."""
    types, box, starts, neighbours, table = neighbourhood
    change = -_energy_of(i, types[i], positions, types, box, starts, neighbours, table, -1)
    old = positions[i].copy()
    for k in range(len(box)):
        positions[i, k] += max_displacement * (2.0 * generator.random() - 1.0)
    change += _energy_of(i, types[i], positions, types, box, starts, neighbours, table, -1)
    if change <= 0.0 or generator.random() < np.exp(-change / temperature):
        return True
    positions[i] = old
    return False


@njit(cache=True, nogil=True, inline="always")
def _left_skin(positions, reference, i):
    """Whether particle i is farther than half the skin from where the list was built."""
    total = 0.0
    for k in range(positions.shape[1]):
        step = positions[i, k] - reference[i, k]
        total += step * step
    return total > 0.25 * SKIN * SKIN
