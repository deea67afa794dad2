"""Velocity Verlet in lanes, with half a step of a Nose-Hoover chain on either side where there is a thermostat."""

import numpy as np
from numba import njit

from glassviz.interactions.lane_forces import QUANTUM, lane_forces, spread_constants
from glassviz.interactions.lanes import lane_grid, neighbour_runs, sort_into_lanes, to_fractions
from glassviz.interactions.simd import WIDTH

# Width of a lane in each dimension: wider ones read more pairs in vain, narrower ones shorter runs.
HEIGHT = (0.0, 0.0, 2.2, 1.8)
# The skin is tuned on what it costs: pairs read in every step, and the building, which costs about as much for each
# run as reading it RUN_COST times. Counts, not clocks, so that a run can be repeated bit for bit.
FIRST_SKIN, SKIN_FACTOR, BUILDS_PER_TRIAL, RUN_COST = 0.4, 1.15, 8, 5.0
SKIN, DIRECTION, LAST_COST, BUILDS, STEPS, BLOCKS, RUNS = range(7)
# Entries of the thermostat's state: the factor that the velocities still wait for, and twice the kinetic energy.
FACTOR, TWICE_KINETIC = range(2)


def first_tuning():
    """State of the tuning of the skin before the first step."""
    tuning = np.zeros(7)
    tuning[[SKIN, DIRECTION, LAST_COST]] = FIRST_SKIN, SKIN_FACTOR, np.inf
    return tuning


@njit(cache=True, nogil=True, error_model="numpy")
def build(particles, model, tuning):
    """Sort the particles into lanes, in place, and find their neighbours; returns (starts, runs)."""
    positions, velocities, reference, identity, types, fractions, spread, _ = particles
    box, reach, pairs, _ = model
    number = len(types)
    _tune(tuning)
    reach = reach + tuning[SKIN]
    lanes = lane_grid(box, HEIGHT[len(box)], reach.max(), number)
    to_fractions(positions, box, fractions)
    order, first = sort_into_lanes(fractions, number, lanes[0])
    for k in range(len(box)):
        positions[k] = positions[k][order]
        velocities[k] = velocities[k][order]
    identity[:] = identity[order]
    types[:] = types[order]
    reference[:] = positions
    to_fractions(positions, box, fractions)
    spread_constants(types, pairs, spread)
    starts, runs = neighbour_runs(fractions, types, first, lanes, box, reach)
    tuning[BUILDS] += 1
    tuning[RUNS] += len(runs)
    blocks = 0
    for run in range(len(runs)):
        blocks += (runs[run, 1] - runs[run, 0] + WIDTH - 1) // WIDTH
    tuning[BLOCKS] = blocks
    return starts, runs


@njit(cache=True, nogil=True, error_model="numpy")
def _tune(tuning):
    """After every few builds go on in the direction in which the skin gets cheaper, else turn round."""
    if tuning[BUILDS] < BUILDS_PER_TRIAL or tuning[STEPS] == 0:
        return
    cost = tuning[BLOCKS] + RUN_COST * tuning[RUNS] / tuning[STEPS]
    if cost > tuning[LAST_COST]:
        tuning[DIRECTION] = 1.0 / tuning[DIRECTION]
    tuning[SKIN] = min(max(tuning[SKIN] * tuning[DIRECTION], 0.05), 1.5)
    tuning[LAST_COST] = cost
    tuning[BUILDS] = tuning[STEPS] = tuning[RUNS] = 0.0


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
def _kick_and_drift(particles, box, factor, time_step):
    """Half a kick and a drift; returns the largest squared distance from the reference and how many are too fast."""
    positions, velocities, reference, _, _, _, _, force = particles
    kick = 0.5 * time_step * QUANTUM
    number = positions.shape[1]
    too_fast = 0
    for k in range(len(box)):
        x, v, f = positions[k], velocities[k], force[k]
        for slot in range(number):
            v[slot] = v[slot] * factor + kick * f[slot]
            step = time_step * v[slot]
            x[slot] += step
            # Half a diameter in one step passes through neighbours; nan fails the comparison too.
            too_fast += not abs(step) < 0.5
    largest = 0.0
    for slot in range(number):
        total = 0.0
        for k in range(len(box)):
            step = positions[k, slot] - reference[k, slot]
            total += step * step
        largest = max(largest, total)
    return largest, too_fast


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
def _kick(particles, box, time_step):
    """Half a kick; returns twice the kinetic energy."""
    _, velocities, _, _, types, _, _, force = particles
    kick = 0.5 * time_step * QUANTUM
    twice_kinetic = 0.0
    for k in range(len(box)):
        v, f = velocities[k], force[k]
        for slot in range(len(types)):
            v[slot] += kick * f[slot]
            twice_kinetic += v[slot] * v[slot]
    return twice_kinetic


@njit(cache=True, nogil=True, error_model="numpy")
def start(particles, model, tuning):
    """First neighbours and forces; returns (starts, runs)."""
    box, _, _, universal = model
    starts, runs = build(particles, model, tuning)
    _, _, _, _, types, fractions, spread, force = particles
    lane_forces(fractions, types, box, starts, runs, spread, universal, force)
    return starts, runs


@njit(cache=True, nogil=True, error_model="numpy")
def advance(particles, model, neighbours, tuning, thermostat, steps, time_step):
    """`steps` time steps; returns (starts, runs) and whether all went well.

    particles : positions, velocities, reference (d, N), identity, types (N,), fractions (d, N + WIDTH),
        spread (2, n, N + WIDTH), force (d, N + WIDTH), all in the order of the lanes, changed in place
    model : box, largest cutoff of each type, constants of `lane_constants`
    thermostat : chain (2, 3), masses (3,), degrees of freedom, temperature (0: none), state (2,)
    """
    positions, _, _, _, types, fractions, spread, force = particles
    box, _, _, universal = model
    starts, runs = neighbours
    chain, masses, freedom, temperature, state = thermostat
    for _ in range(steps):
        if temperature > 0.0:
            more = _chain_half_step(chain, masses, freedom, temperature, state[TWICE_KINETIC], time_step)
            state[FACTOR] *= more
        farthest, too_fast = _kick_and_drift(particles, box, state[FACTOR], time_step)
        state[FACTOR] = 1.0
        if too_fast:
            return starts, runs, False
        tuning[STEPS] += 1
        if 4.0 * farthest > tuning[SKIN] ** 2:
            starts, runs = build(particles, model, tuning)
        else:
            to_fractions(positions, box, fractions)
        lane_forces(fractions, types, box, starts, runs, spread, universal, force)
        state[TWICE_KINETIC] = _kick(particles, box, time_step)
        if temperature > 0.0:
            state[FACTOR] = _chain_half_step(chain, masses, freedom, temperature, state[TWICE_KINETIC], time_step)
            state[TWICE_KINETIC] *= state[FACTOR] ** 2
    return starts, runs, True


@njit(cache=True, nogil=True, error_model="numpy")
def _chain_half_step(chain, masses, freedom, temperature, twice_kinetic, time_step):
    """Advance the Nose-Hoover chain by half a time step; returns the factor for all velocities."""
    rates, coordinates = chain[0], chain[1]
    last = len(masses) - 1
    quarter, eighth = 0.25 * time_step, 0.125 * time_step
    rates[last] += quarter * (masses[last - 1] * rates[last - 1] ** 2 - temperature) / masses[last]
    for k in range(last - 1, -1, -1):
        drag = np.exp(-eighth * rates[k + 1])
        drive = twice_kinetic - freedom * temperature if k == 0 else masses[k - 1] * rates[k - 1] ** 2 - temperature
        rates[k] = (rates[k] * drag + quarter * drive / masses[k]) * drag
    factor = np.exp(-0.5 * time_step * rates[0])
    twice_kinetic *= factor * factor
    for k in range(last + 1):
        coordinates[k] += 0.5 * time_step * rates[k]
    for k in range(last):
        drag = np.exp(-eighth * rates[k + 1])
        drive = twice_kinetic - freedom * temperature if k == 0 else masses[k - 1] * rates[k - 1] ** 2 - temperature
        rates[k] = (rates[k] * drag + quarter * drive / masses[k]) * drag
    rates[last] += quarter * (masses[last - 1] * rates[last - 1] ** 2 - temperature) / masses[last]
    return factor
