"""Swap Monte Carlo by the GPU kernels, compiled for the processor from the same source; the last test needs a GPU."""

import ctypes
from dataclasses import replace

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import InputError
from glassviz.simulation import SwapMonteCarlo
from glassviz.simulation.gpu.chains import SwapChains, swap_monte_carlo_chains
from glassviz.simulation.gpu.device import EmulatedDevice, found_gpu, host_compiler, host_library
from tests.liquids import block_error, liquid
from tests.simulation.test_swap_monte_carlo import EDGE, _value, exact_mean_energies

pytestmark = pytest.mark.skipif(host_compiler() is None, reason="no C++ compiler (g++ or clang++) is here")
needs_gpu = pytest.mark.skipif(not found_gpu()[0], reason="CuPy or an NVIDIA GPU is not here")

EMULATED = "cuda-emulated"


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ([0, 0, 0, 0], [0, 0], [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_random_numbers_are_philox(counter, key, expected):
    words = (ctypes.c_uint32 * 4)(*counter)
    host_library(("-DDIM=2",)).philox_words(words, ctypes.c_uint32(key[0]), ctypes.c_uint32(key[1]))
    assert list(words) == expected


@pytest.mark.parametrize("types", [(1, 2, 3), (1, 1, 3)])
def test_boltzmann_weights_of_three_particles(types):
    exact, chains = exact_mean_energies(types, 0.6), 400
    start = gv.Configuration([[0.5, 0.5], [2.0, 0.5], [0.5, 2.2]], types, EDGE)
    swap = SwapChains([start] * chains, gv.KA2D, 0.6, 1, EMULATED, max_displacement=1.2, swap_fraction=0.4)
    swap.run(200)
    samples = []
    for _ in range(100):
        swap.run(6)
        samples.append(_pair_energies(swap.configurations))
    expected = {}
    for (a, b), value in zip(((0, 1), (0, 2), (1, 2)), exact, strict=True):
        expected.setdefault(tuple(sorted((types[a], types[b]))), []).append(value)
    # Mean over time of each chain; the chains are independent.
    means = np.mean(samples, axis=0)
    for column, key in enumerate(sorted(expected)):
        error = means[:, column].std(ddof=1) / chains**0.5
        assert error < 0.01
        assert abs(means[:, column].mean() - np.mean(expected[key])) < 4 * error
    assert swap.acceptance[:, 1].min() > 0.05


def _pair_energies(configurations):
    """Mean V_ab of every pair of types present, (chains, pairs of types)."""
    rows = []
    for now in configurations:
        separation = now.positions[[0, 0, 1]] - now.positions[[1, 2, 2]]
        separation -= EDGE * np.rint(separation / EDGE)
        values = {}
        for (a, b), r in zip(((0, 1), (0, 2), (1, 2)), np.sqrt((separation**2).sum(axis=1)), strict=True):
            values.setdefault(tuple(sorted((now.types[a], now.types[b]))), []).append(_value(*now.types[[a, b]], r))
        rows.append([np.mean(values[key]) for key in sorted(values)])
    return rows


def test_chains_on_both_devices_have_the_same_mean_energy():
    start = liquid()
    here = SwapMonteCarlo(start, gv.KA2D, 0.5, seed=5)
    there = SwapChains([start] * 6, gv.KA2D, 0.5, seed=5, device=EMULATED)
    here.run(1000), there.run(1000)
    energies, others = [], []
    for _ in range(300):
        here.run(20), there.run(10)
        energies.append(here.energy)
        others.append(there.energies.mean())
    error = np.hypot(block_error(energies), block_error(others))
    assert error < 0.015
    assert abs(np.mean(energies) - np.mean(others)) < 4 * error
    np.testing.assert_allclose(there.acceptance.mean(axis=0), here.acceptance, rtol=0.1)


def test_chains_keep_their_bookkeeping():
    start = liquid()
    whole = SwapChains([start] * 3, gv.KA2D, 0.8, seed=9, device=EMULATED)
    parts = SwapChains([start] * 3, gv.KA2D, 0.8, seed=9, device=EMULATED, kernel="global")
    whole.run(60)
    for sweeps in (1, 20, 39):
        parts.run(sweeps)
    for one, other in zip(whole.configurations, parts.configurations, strict=True):
        np.testing.assert_array_equal(one.positions, other.positions)
        np.testing.assert_array_equal(one.types, other.types)
        np.testing.assert_array_equal(np.bincount(one.types), np.bincount(start.types))
    assert not np.array_equal(whole.configurations[0].positions, whole.configurations[1].positions)
    expected = [gv.simulation.potential_energy(now, gv.KA2D).mean() for now in whole.configurations]
    np.testing.assert_allclose(whole.energies, expected, atol=1e-5)
    alone = swap_monte_carlo_chains([start] * 3, gv.KA2D, 0.8, 60, seed=9, device=EMULATED, batch=2)
    np.testing.assert_array_equal(alone[2].positions, whole.configurations[2].positions)


def test_lanes_of_a_warp_share_the_work():
    start, options = liquid(), {"seed": 9, "precision": "float64", "swap_fraction": 0.3}
    alone = SwapChains([start], gv.KA2D, 0.8, device=EMULATED, **options)
    shared = SwapChains([start], gv.KA2D, 0.8, device=EmulatedDevice(warp=4), **options)
    for chain in (alone, shared):
        chain.run(12)
    np.testing.assert_array_equal(shared.acceptance, alone.acceptance)
    # Only the order of the sums over neighbours differs, which changes no decision in so short a run.
    np.testing.assert_array_equal(shared.configurations[0].positions, alone.configurations[0].positions)
    np.testing.assert_array_equal(shared.configurations[0].types, alone.configurations[0].types)
    np.testing.assert_allclose(shared.energies, alone.energies, rtol=1e-12)


def test_only_the_models_pairs_exchange():
    only = replace(gv.KA2D, exchanges=((1, 3),))
    chain = SwapChains([liquid()], only, 1.5, device=EMULATED, swap_fraction=1.0)
    chain.run(50)
    now = chain.configurations[0]
    assert chain.acceptance[0, 1] > 0.01
    np.testing.assert_allclose(now.positions, liquid().wrap().positions, atol=1e-8)
    np.testing.assert_array_equal(now.types == 2, liquid().types == 2)
    assert (now.types != liquid().types).any()


def test_a_random_start_cools_down_on_the_device():
    start = gv.simulation.random_configuration(gv.KA, 300, seed=4)
    cooled = swap_monte_carlo_chains([start] * 2, gv.KA, 5.0, 100, device=EMULATED)
    hot = swap_monte_carlo_chains(cooled, gv.KA, 1.0, 200, device=EMULATED)
    reference = gv.simulation.potential_energy(liquid("KA", 300), gv.KA).mean()
    for configuration in hot:
        assert gv.simulation.potential_energy(configuration, gv.KA).mean() == pytest.approx(reference, abs=0.25)


def test_impossible_chains_are_refused():
    for word, options in (
        ("temperature", {"temperature": 0}),
        ("max_displacement", {"max_displacement": 6.0}),
        ("swap_fraction", {"swap_fraction": 1.5}),
        ("seed", {"seed": -1}),
    ):
        with pytest.raises(InputError, match=word):
            SwapChains([liquid()], gv.KA2D, **{"temperature": 1.0, "device": EMULATED, **options})
    with pytest.raises(InputError, match="sweeps"):
        SwapChains([liquid()], gv.KA2D, 1.0, device=EMULATED).run(-1)


@needs_gpu
def test_gpu_chains_have_the_energy_of_the_processor():
    start = liquid()
    chains = {device: SwapChains([start] * 64, gv.KA2D, 0.5, seed=5, device=device) for device in ("cuda", EMULATED)}
    energies = {}
    for device, chain in chains.items():
        chain.run(500)
        energies[device] = chain.energies
    error = np.hypot(*[values.std(ddof=1) / 8 for values in energies.values()])
    assert abs(energies["cuda"].mean() - energies[EMULATED].mean()) < 4 * error
