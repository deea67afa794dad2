"""Hybrid Monte Carlo by the GPU kernels, compiled for the processor from the same source."""

from dataclasses import replace

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import Cancelled, InputError
from glassviz.simulation import HybridMonteCarlo, MolecularDynamics, potential_energy
from glassviz.simulation.gpu.device import host_compiler
from glassviz.simulation.gpu.hybrid import HybridChains, Trajectories
from tests.liquids import liquid
from tests.simulation.test_gpu_chains import _pair_energies
from tests.simulation.test_swap_monte_carlo import EDGE, exact_mean_energies

pytestmark = pytest.mark.skipif(host_compiler() is None, reason="no C++ compiler (g++ or clang++) is here")

EMULATED = "cuda-emulated"


@pytest.mark.parametrize("exchanges", [0, 2])
def test_boltzmann_weights_of_three_particles(exchanges):
    types, temperature, count = (1, 2, 3), 0.6, 300
    start = gv.Configuration([[0.5, 0.5], [2.0, 0.5], [0.5, 2.2]], types, EDGE)
    chains = HybridChains([start] * count, gv.KA2D, temperature, 1, EMULATED, duration=1.0, exchanges=exchanges)
    # A long time step: many trajectories are rejected, and the weights must be right all the same.
    chains._steps, chains._flights.time_step = 14, 1 / 14
    chains.run(40)
    samples = []
    for _ in range(50):
        chains.run(2)
        samples.append(_pair_energies(chains.configurations))
    means = np.mean(samples, axis=0)
    expected = dict(zip(((1, 2), (1, 3), (2, 3)), exact_mean_energies(types, temperature), strict=True))
    for column, key in enumerate(sorted(expected)):
        error = means[:, column].std(ddof=1) / count**0.5
        assert error < 0.02
        assert abs(means[:, column].mean() - expected[key]) < 4 * error
    assert 0.1 < chains.acceptance[:, 0].mean() < 0.98
    assert np.isnan(chains.acceptance[:, 1]).all() if not exchanges else chains.acceptance[:, 1].min() > 0.05


def test_error_of_the_energy_is_that_of_the_processor():
    start, seeds, time_step = liquid(), [3, 4, 5, 6], 0.012
    flights = Trajectories([(start, 0, 0)] * 4, gv.KA2D, 1.0, EMULATED, "NVE", time_step)
    found, expected = flights.fly(100, flights.velocities_of(seeds, 2)), []
    for seed in seeds:
        replica = MolecularDynamics(start, gv.KA2D, 1.0, seed, 2, "NVE", time_step)
        before = replica.invariant()
        replica.advance(100)
        expected.append(replica.invariant() - before)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert np.std(expected) > 0.02
    flights.set_back(np.array([1, 3]))
    moved = np.abs(flights.positions() - start.wrap().positions).reshape(4, -1)
    np.testing.assert_array_equal(np.median(moved % start.box[0], axis=1) < 1e-6, [False, True, False, True])


def test_chains_on_both_devices_have_the_same_mean_energy():
    start, count = liquid(), 12
    there = HybridChains([start] * count, gv.KA2D, 0.5, 5, EMULATED)
    here = [HybridMonteCarlo(start, gv.KA2D, 0.5, seed) for seed in range(count)]
    for chain in (there, *here):
        chain.run(25)
    energies, others = [], []
    for _ in range(10):
        there.run(3)
        energies.append(there.energies)
        for chain in here:
            chain.run(3)
        others.append([chain.energy for chain in here])
    energies, others = np.mean(energies, axis=0), np.mean(others, axis=0)
    error = np.hypot(energies.std(ddof=1), others.std(ddof=1)) / count**0.5
    assert error < 0.015
    assert abs(energies.mean() - others.mean()) < 4 * error
    accepted = np.mean([chain.acceptance for chain in here], axis=0)
    np.testing.assert_allclose(there.acceptance.mean(axis=0), accepted, rtol=0.1)
    # The liquid at T = 1 had another energy: the chains have forgotten it.
    assert potential_energy(start, gv.KA2D).mean() - energies.mean() > 20 * error


def test_a_chain_depends_on_its_seed_and_name_alone():
    starts = [liquid(), liquid(sweeps=200), liquid(sweeps=100)]
    whole = HybridChains(starts, gv.KA2D, 0.8, 9, EMULATED)
    whole.run(5)
    parts = HybridChains(starts[1:], gv.KA2D, 0.8, 9, EMULATED, names=[1, 2])
    for cycles in (1, 0, 4):
        parts.run(cycles)
    for one, other in zip(whole.configurations[1:], parts.configurations, strict=True):
        np.testing.assert_array_equal(one.positions, other.positions)
        np.testing.assert_array_equal(one.types, other.types)
        np.testing.assert_array_equal(np.bincount(one.types), np.bincount(starts[0].types))
    np.testing.assert_array_equal(whole.acceptance[1:], parts.acceptance)
    other = HybridChains(starts[1:], gv.KA2D, 0.8, 10, EMULATED, names=[1, 2])
    other.run(5)
    assert not np.array_equal(other.configurations[0].positions, parts.configurations[0].positions)
    expected = [potential_energy(now, gv.KA2D).mean() for now in whole.configurations]
    np.testing.assert_allclose(whole.energies, expected, atol=1e-5)


def test_a_trajectory_that_blows_up_is_refused_alone():
    good = liquid()
    positions = good.positions.copy()
    positions[1] = positions[0] + [0.2, 0]
    bad = gv.Configuration(positions, good.types, good.box)
    both = HybridChains([bad, good], gv.KA2D, 0.8, 4, EMULATED, exchanges=0)
    alone = HybridChains([good], gv.KA2D, 0.8, 4, EMULATED, exchanges=0, names=[1])
    both.run(3), alone.run(3)
    np.testing.assert_allclose(both.configurations[0].positions, bad.wrap().positions, atol=1e-7)
    np.testing.assert_array_equal(both.configurations[1].positions, alone.configurations[0].positions)
    np.testing.assert_array_equal(both.acceptance[:, 0], [0, alone.acceptance[0, 0]])
    assert alone.acceptance[0, 0] > 0


def test_lists_that_overflow_change_nothing():
    starts = [liquid(), liquid(sweeps=200)]
    roomy, tight = (HybridChains(starts, gv.KA2D, 0.8, 2, EMULATED) for _ in range(2))
    tight._flights = Trajectories(
        [(start, 0, 0) for start in starts], gv.KA2D, 0.8, EMULATED, "NVE", roomy._flights.time_step, capacity=4
    )
    roomy.run(3), tight.run(3)
    assert tight._flights.liquid.capacity > 4
    for one, other in zip(roomy.configurations, tight.configurations, strict=True):
        np.testing.assert_array_equal(one.positions, other.positions)
        np.testing.assert_array_equal(one.types, other.types)


def test_without_pairs_to_exchange_trajectories_remain():
    chains = HybridChains([liquid()], replace(gv.KA2D, exchanges=()), 0.8, 1, EMULATED)
    chains.run(2)
    assert np.isnan(chains.acceptance[0, 1])
    assert np.abs(chains.configurations[0].positions - liquid().wrap().positions).max() > 0.1


def test_progress_can_cancel_and_impossible_parameters_are_refused():
    def stop(done, total):
        assert (done, total) == (1, 9)
        raise Cancelled

    with pytest.raises(Cancelled):
        HybridChains([liquid()], gv.KA2D, 1.0, device=EMULATED).run(9, stop)
    for change in ({"temperature": 0}, {"duration": -1}, {"exchanges": -1}, {"seed": -1}):
        with pytest.raises(InputError, match=next(iter(change))):
            HybridChains([liquid()], gv.KA2D, **{"temperature": 1.0, "device": EMULATED, **change})
    with pytest.raises(InputError, match="cycles"):
        HybridChains([liquid()], gv.KA2D, 1.0, device=EMULATED).run(-1)
