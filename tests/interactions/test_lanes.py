import numpy as np
import pytest

import glassviz as gv
from glassviz.configuration import Configuration
from glassviz.interactions import simd
from glassviz.interactions.lane_forces import QUANTUM, lane_constants, lane_forces, spread_constants
from glassviz.interactions.lanes import lane_grid, neighbour_runs, sort_into_lanes, to_fractions
from glassviz.simulation import forces
from tests.liquids import liquid

PAD = simd.WIDTH


def lanes_of(configuration, reach, height=2.0, both=False):
    """Order, fractions and runs of a configuration; reach (n,) of each type."""
    box, number = tuple(map(float, configuration.box)), configuration.number
    fractions = np.zeros((configuration.dimension, number + PAD), np.int32)
    positions = np.ascontiguousarray(configuration.positions.T)
    to_fractions(positions, box, fractions)
    grid = lane_grid(box, height, float(reach.max()), number, both)
    order, first = sort_into_lanes(fractions, number, grid[0])
    to_fractions(np.ascontiguousarray(positions[:, order]), box, fractions)
    types = configuration.types[order] - 1
    return order, types, fractions, neighbour_runs(fractions, types, first, grid, box, reach, both)


def times_met(number, starts, runs):
    """How often each ordered pair of slots is in the runs, (N, N)."""
    met = np.zeros((number, number), int)
    for slot in range(number):
        for begin, end in runs[starts[slot] : starts[slot + 1]]:
            met[slot, begin:end] += 1
    return met


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("edge", [5.0, 5.6, 6.3, 7.49, 9.9, 17.3])
@pytest.mark.parametrize("height", [0.9, 2.2])
def test_every_pair_within_reach_is_met_once(dimension, edge, both, height):
    random = np.random.default_rng(int(10 * edge))
    box = edge * np.array([1.0, 1.3, 1.1])[:dimension]
    positions = random.random((200, dimension)) * box
    positions[:20, 0] = 0
    positions[20:30, -1] = np.nextafter(box[-1], 0)
    positions[30:50] += box * random.integers(-3, 4, (20, dimension))
    configuration = Configuration(positions, random.integers(1, 4, 200), box)
    reach = np.array([2.5, 2.2, 2.9])
    order, types, _, (starts, runs) = lanes_of(configuration, reach, height, both)
    met = times_met(200, starts, runs)
    separation = positions[order][:, None] - positions[order][None]
    separation -= box * np.rint(separation / box)
    near = (separation**2).sum(axis=2) < np.minimum(reach[types][:, None], reach[types][None]) ** 2
    np.fill_diagonal(near, both)
    met = met if both else met + met.T
    assert met.max() == 1
    assert (met[near] == 1).all()
    assert near.sum() > 200


@pytest.mark.parametrize(("system", "number"), [(gv.KA2D, 129), (gv.KA2D, 1290), (gv.KA, 200)])
def test_forces_in_lanes_are_the_forces(system, number):
    start = liquid(system.name, number)
    pairs, universal = lane_constants(system, "forces")
    reach = np.full(system.types, system.largest_cutoff + 0.3)
    results = []
    for shift, height in ((0.0, 2.2), (7.3, 1.1)):
        configuration = Configuration(start.positions + shift, start.types, start.box)
        order, types, fractions, (starts, runs) = lanes_of(configuration, reach, height)
        spread = np.zeros((2, system.types, number + PAD), np.float32)
        spread_constants(types, pairs, spread)
        result = np.zeros((system.dimension, number + PAD), np.int32)
        lane_forces(fractions, types, tuple(map(float, start.box)), starts, runs, spread, universal, result)
        found = np.empty((number, system.dimension))
        found[order] = result[:, :number].T * QUANTUM
        results.append(found)
        # Action equals reaction in integers.
        np.testing.assert_array_equal(result[:, :number].sum(axis=1), 0)
    exact = forces(start, system)
    assert np.sqrt(((results[0] - exact) ** 2).mean()) < 1e-4
    np.testing.assert_allclose(results[0], exact, atol=2e-3)
    # Another origin and other lanes: only the last bits of the fractions differ.
    np.testing.assert_allclose(results[0], results[1], atol=2e-3)


def test_forces_do_not_depend_on_the_lanes():
    start = liquid("KA2D", 1290)
    pairs, universal = lane_constants(gv.KA2D, "forces")
    found = []
    for height, skin in ((1.0, 0.1), (2.2, 0.5), (3.0, 0.9)):
        order, types, fractions, (starts, runs) = lanes_of(start, np.full(3, 2.5 + skin), height)
        spread = np.zeros((2, 3, 1290 + PAD), np.float32)
        spread_constants(types, pairs, spread)
        result = np.zeros((2, 1290 + PAD), np.int32)
        lane_forces(fractions, types, tuple(map(float, start.box)), starts, runs, spread, universal, result)
        found.append(np.empty((1290, 2), np.int32))
        found[-1][order] = result[:, :1290].T
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
