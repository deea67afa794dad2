from dataclasses import replace

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import Cancelled, InputError
from glassviz.interactions.lane_energies import displacement_change, exchange_change
from glassviz.interactions.potential import pair_potential
from glassviz.simulation import HybridMonteCarlo, MolecularDynamics, SwapMonteCarlo, potential_energy
from tests.liquids import block_error, liquid

EDGE, GRID = 5.0, 320


def exact_mean_energies(types, temperature):
    """<V_01>, <V_02>, <V_12> of three particles in a periodic square, by quadrature.

    Fix particle 0: Z = sum_ab f_01(a) f_02(b) f_12(a - b), a convolution on the torus.
    """
    axis = np.minimum(np.arange(GRID), GRID - np.arange(GRID)) * EDGE / GRID
    r = np.sqrt(axis[:, None] ** 2 + axis[None] ** 2)
    r[0, 0] = 1e-3
    energy = [pair_potential(gv.KA2D, types[a], types[b], r)[0] for a, b in ((0, 1), (0, 2), (1, 2))]
    weight = [np.exp(-np.minimum(e, 1e3) / temperature) for e in energy]
    tilted = [np.where(w > 0, np.minimum(e, 1e3) * w, 0) for e, w in zip(energy, weight, strict=True)]

    def integral(f01, f02, f12):
        return (f01 * np.fft.ifft2(np.fft.fft2(f02) * np.fft.fft2(f12)).real).sum()

    partition = integral(*weight)
    return [integral(*[tilted[m] if m == pair else weight[m] for m in range(3)]) / partition for pair in range(3)]


@pytest.mark.parametrize(("types", "swap_fraction"), [((1, 2, 3), 0.0), ((1, 2, 3), 0.5), ((1, 1, 3), 0.3)])
def test_boltzmann_weights_of_three_particles(types, swap_fraction):
    temperature = 0.6
    exact = exact_mean_energies(types, temperature)
    start = gv.Configuration([[0.5, 0.5], [2.0, 0.5], [0.5, 2.2]], types, EDGE)
    chain = SwapMonteCarlo(start, gv.KA2D, temperature, seed=1, max_displacement=1.2, swap_fraction=swap_fraction)
    check_mean_energies(chain, 40_000, 3, types, exact, 0.02)
    if swap_fraction:
        assert chain.acceptance[1] > 0.05


@pytest.mark.parametrize("exchanges", [0, 2])
def test_boltzmann_weights_of_hybrid_monte_carlo(exchanges):
    types, temperature = (1, 2, 3), 0.6
    start = gv.Configuration([[0.5, 0.5], [2.0, 0.5], [0.5, 2.2]], types, EDGE)
    # A long time step: many trajectories are rejected, and the weights must be right all the same.
    chain = HybridMonteCarlo(start, gv.KA2D, temperature, seed=1, duration=1.0, exchanges=exchanges)
    chain._steps, chain._time_step = 14, 1 / 14
    check_mean_energies(chain, 20_000, 1, types, exact_mean_energies(types, temperature), 0.03)
    assert 0.1 < chain.acceptance[0] < 0.98


def test_hybrid_monte_carlo_repeats_for_a_seed_however_divided():
    whole, parts = (HybridMonteCarlo(liquid(), gv.KA2D, 0.5, seed=3) for _ in range(2))
    whole.run(6)
    for cycles in (1, 5):
        parts.run(cycles)
    np.testing.assert_array_equal(whole.configuration.positions, parts.configuration.positions)
    np.testing.assert_array_equal(whole.configuration.types, parts.configuration.types)
    assert whole.acceptance == parts.acceptance
    with pytest.raises(InputError, match="cycles"):
        whole.run(-1)


def check_mean_energies(chain, samples, every, types, exact, largest_error):
    """Means of V of each pair of types along a chain of three particles against quadrature, within four errors."""
    chain.run(200)
    found = []
    for _ in range(samples):
        chain.run(every)
        now = chain.configuration
        separation = now.positions[[0, 0, 1]] - now.positions[[1, 2, 2]]
        separation -= EDGE * np.rint(separation / EDGE)
        distance = np.sqrt((separation**2).sum(axis=1))
        values = {}
        for (a, b), r in zip(((0, 1), (0, 2), (1, 2)), distance, strict=True):
            values.setdefault(tuple(sorted((now.types[a], now.types[b]))), []).append(_value(*now.types[[a, b]], r))
        found.append([np.mean(values[key]) for key in sorted(values)])
    expected = {}
    for (a, b), value in zip(((0, 1), (0, 2), (1, 2)), exact, strict=True):
        expected.setdefault(tuple(sorted((types[a], types[b]))), []).append(value)
    found = np.array(found)
    for column, key in enumerate(sorted(expected)):
        error = block_error(found[:, column])
        assert error < largest_error
        assert abs(found[:, column].mean() - np.mean(expected[key])) < 4 * error


def _value(a, b, r, table={}):  # noqa: B006 - a table of V_ab, filled once per pair
    if (a, b) not in table:
        grid = np.linspace(0.5, EDGE, 20_001)
        table[a, b] = grid, pair_potential(gv.KA2D, a, b, grid)[0]
    return np.interp(r, *table[a, b])


def test_swap_and_molecular_dynamics_agree_on_the_mean_energy():
    start = liquid()
    chain = SwapMonteCarlo(start, gv.KA2D, 1.0, seed=5)
    swapped = []
    for _ in range(600):
        chain.run(10)
        swapped.append(chain.energy)
    # A small time step: the energy of the shadow Hamiltonian differs by O(dt^2).
    replica = MolecularDynamics(start, gv.KA2D, 1.0, seed=5, time_step=0.004)
    replica.advance(2000)
    moved = []
    for _ in range(2000):
        replica.advance(50)
        moved.append(replica.potential_energy() / 129)
    error = np.hypot(block_error(swapped), block_error(moved))
    assert error < 0.015
    assert abs(np.mean(swapped) - np.mean(moved)) < 4 * error


def test_same_seed_same_chain_however_divided():
    whole, parts = (SwapMonteCarlo(liquid(), gv.KA2D, 0.5, seed=3) for _ in range(2))
    whole.run(60)
    for sweeps in (1, 20, 39):
        parts.run(sweeps)
    np.testing.assert_array_equal(whole.configuration.positions, parts.configuration.positions)
    np.testing.assert_array_equal(whole.configuration.types, parts.configuration.types)
    other = SwapMonteCarlo(liquid(), gv.KA2D, 0.5, seed=4)
    other.run(60)
    assert np.abs(other.configuration.positions - whole.configuration.positions).max() > 0.01


def test_only_the_models_pairs_exchange_and_composition_stays():
    start = liquid()
    chain = SwapMonteCarlo(start, gv.KA2D, 1.5, seed=0, swap_fraction=1.0)
    chain.run(100)
    assert chain.acceptance[1] > 0.01
    np.testing.assert_array_equal(np.bincount(chain.configuration.types), np.bincount(start.types))
    np.testing.assert_array_equal(chain.configuration.positions, start.positions)
    only = SwapMonteCarlo(start, replace(gv.KA2D, exchanges=((1, 3),)), 1.5, seed=0, swap_fraction=1.0)
    only.run(100)
    np.testing.assert_array_equal(only.configuration.types == 2, start.types == 2)


@pytest.mark.parametrize("max_displacement", [0.5, 3.0])
def test_long_trial_moves_meet_every_neighbour(max_displacement):
    pair = gv.Configuration([[2.0, 2.0], [12.0, 12.0]], [1, 1], 20)
    chain = SwapMonteCarlo(pair, gv.KA2D, 0.5, seed=2, max_displacement=max_displacement, swap_fraction=0)
    closest = np.inf
    for _ in range(30_000):
        chain.run(2)
        separation = np.diff(chain.configuration.positions, axis=0)
        closest = min(closest, np.linalg.norm(separation - 20 * np.rint(separation / 20)))
    # exp(-V / T) is 1e-21 at r = 0.8: an unseen neighbour would let particles come closer than that at once.
    assert 0.8 < closest < 1.3


@pytest.mark.parametrize("system", [gv.KA2D, gv.KA], ids=lambda system: system.name)
def test_changes_of_energy_are_those_of_the_potential(system):
    start = liquid(system.name, 129 if system is gv.KA2D else 200)
    chain = SwapMonteCarlo(start, system, 1.0, seed=1)
    positions, _, _, types, fractions, spread = chain._particles
    box, _, _, universal = chain._model
    before = chain.energy * start.number
    random = np.random.default_rng(0)
    for slot in range(0, start.number, 7):
        step = random.uniform(-0.12, 0.12, start.dimension)
        trial = np.floor((positions[:, slot] + step) * 2**32 / start.box).astype(np.int64).astype(np.int32)
        seen = fractions, types, spread
        change = displacement_change(slot, trial, seen, chain._neighbours, box, universal)
        now = chain.configuration
        moved = now.positions.copy()
        moved[chain._particles[2][slot]] += step
        exact = potential_energy(gv.Configuration(moved, now.types, now.box), system).sum() - before
        assert change == pytest.approx(exact, rel=3e-5, abs=2e-4)
        partner = next(j for j in range(start.number) if types[j] != types[slot])
        change = exchange_change(slot, types[partner], partner, seen, chain._neighbours, box, universal)
        change += exchange_change(partner, types[slot], slot, seen, chain._neighbours, box, universal)
        swapped, places = now.types.copy(), chain._particles[2][[slot, partner]]
        swapped[places] = swapped[places[::-1]]
        exact = potential_energy(gv.Configuration(now.positions, swapped, now.box), system).sum() - before
        assert change == pytest.approx(exact, rel=3e-5, abs=2e-4)


def test_progress_can_cancel_and_impossible_parameters_are_refused():
    def stop(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        gv.simulation.swap_monte_carlo(liquid(), gv.KA2D, 1.0, 100, progress=stop)
    for change, word in (({"temperature": 0}, "temperature"), ({"sweeps": -1}, "sweeps")):
        with pytest.raises(InputError, match=word):
            gv.simulation.swap_monte_carlo(liquid(), gv.KA2D, **{"temperature": 1.0, "sweeps": 10, **change})
    with pytest.raises(InputError, match="swap_fraction"):
        SwapMonteCarlo(liquid(), gv.KA2D, 1.0, swap_fraction=1.1)
