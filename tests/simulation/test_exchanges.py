"""Exchanges of types at rest: exact weights, and the energies that the table keeps."""

from collections import Counter
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import InputError
from glassviz.interactions.energy import kernel_arguments, particle_energies
from glassviz.simulation import SwapMonteCarlo, exchange_types, potential_energy
from glassviz.simulation.exchanges import _add, _both_ways
from tests.liquids import block_error, liquid


def test_boltzmann_weights_of_all_orders_of_six_particles():
    # Three corners of a lattice and their neighbours: near enough that the order matters, in a box of two cutoffs.
    positions = [[0.5, 0.5], [1.6, 0.6], [1.0, 1.5], [3.2, 1.0], [2.4, 2.2], [3.6, 3.4]]
    start, temperature = gv.Configuration(positions, [1, 1, 1, 2, 2, 3], 5.0), 1.0
    orders = sorted(set(permutations(start.types.tolist())))
    energies = [potential_energy(gv.Configuration(positions, order, 5.0), gv.KA2D).sum() for order in orders]
    weights = np.exp(-(np.array(energies) - min(energies)) / temperature)
    weights /= weights.sum()
    assert len(orders) == 60
    assert weights.max() < 0.6
    assert (weights > 0.005).sum() > 8
    generator, now, found = np.random.default_rng(0), start, Counter()
    samples = 40_000
    for _ in range(samples):
        now, _ = exchange_types(now, gv.KA2D, temperature, 12, generator)
        found[tuple(now.types.tolist())] += 1
    for order, weight in zip(orders, weights, strict=True):
        # Twelve attempts do not decorrelate wholly: three times the error of independent samples, four sigma.
        assert abs(found[order] / samples - weight) < 12 * np.sqrt(weight * (1 - weight) / samples) + 1e-4


@pytest.mark.parametrize("number", [129, 300])
def test_mean_energy_at_rest_is_that_of_single_exchanges(number):
    start, one, other = liquid(number=number, temperature=0.7), [], []
    chain = SwapMonteCarlo(start, gv.KA2D, 0.7, seed=3, swap_fraction=1.0)
    generator, now = np.random.default_rng(4), start
    for _ in range(400):
        chain.run(20)
        one.append(chain.energy)
        now, _ = exchange_types(now, gv.KA2D, 0.7, 20 * number, generator)
        other.append(potential_energy(now, gv.KA2D).mean())
    error = np.hypot(block_error(one[50:]), block_error(other[50:]))
    assert error < 0.01
    assert abs(np.mean(one[50:]) - np.mean(other[50:])) < 4 * error


@pytest.mark.parametrize("system", [gv.KA2D, replace(gv.KA, exchanges=((1, 2),))], ids=["two axes", "three axes"])
def test_the_table_holds_the_energies_of_every_particle_as_every_type(system):
    start = liquid("KA2D" if system is gv.KA2D else "KA", 129 if system is gv.KA2D else 200)
    types, box, starts, neighbours, constants = kernel_arguments(start, system)
    around = _both_ways(start.positions, box, starts, neighbours)
    table = np.zeros((start.number, system.types))
    for i in range(start.number):
        _add(table, i, 1.0, types[i], around, constants)
    whole = potential_energy(start, system).sum()
    assert table[np.arange(start.number), types].sum() == pytest.approx(2 * whole)
    for i in range(0, start.number, 23):
        for b in range(system.types):
            changed = types.copy()
            changed[i] = b
            change = particle_energies(start.positions, changed, box, starts, neighbours, constants).sum() - whole
            assert table[i, b] - table[i, types[i]] == pytest.approx(change, abs=1e-8)


def test_composition_and_positions_stay_and_only_the_models_pairs_exchange():
    start = liquid()
    mixed, accepted = exchange_types(start, gv.KA2D, 1.5, 20_000, np.random.default_rng(0))
    assert 0.01 < accepted / 20_000 < 0.5
    np.testing.assert_array_equal(np.bincount(mixed.types), np.bincount(start.types))
    np.testing.assert_array_equal(mixed.positions, start.positions)
    only, accepted = exchange_types(start, replace(gv.KA2D, exchanges=((1, 3),)), 1.5, 20_000, np.random.default_rng(0))
    assert accepted > 100
    np.testing.assert_array_equal(only.types == 2, start.types == 2)
    none, accepted = exchange_types(start, replace(gv.KA2D, exchanges=()), 1.5, 100, np.random.default_rng(0))
    assert accepted == 0
    np.testing.assert_array_equal(none.types, start.types)


def test_a_shifted_box_makes_the_same_choices():
    start = liquid()
    shifted = gv.Configuration(start.positions + [3.3, -7.1], start.types, start.box).wrap()
    (here, one), (there, other) = (
        exchange_types(c, gv.KA2D, 0.8, 5000, np.random.default_rng(2)) for c in (start, shifted)
    )
    assert one == other > 0
    np.testing.assert_array_equal(here.types, there.types)


def test_impossible_values_are_named():
    generator = np.random.default_rng(0)
    with pytest.raises(InputError, match="temperature"):
        exchange_types(liquid(), gv.KA2D, 0.0, 10, generator)
    with pytest.raises(InputError, match="attempts is -1"):
        exchange_types(liquid(), gv.KA2D, 1.0, -1, generator)
