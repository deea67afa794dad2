"""Replicas by the GPU kernels, compiled for the processor from the same source; the last tests need a GPU."""

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import Cancelled, DataError, GlassvizError, InputError
from glassviz.simulation import MolecularDynamics
from glassviz.simulation.gpu.device import EmulatedDevice, found_gpu, host_compiler, open_device
from glassviz.simulation.gpu.ensemble import Ensemble
from glassviz.simulation.molecular_dynamics import maxwell_velocities
from tests.liquids import block_error, liquid

pytestmark = pytest.mark.skipif(host_compiler() is None, reason="no C++ compiler (g++ or clang++) is here")
needs_gpu = pytest.mark.skipif(not found_gpu()[0], reason="CuPy or an NVIDIA GPU is not here")

EMULATED = "cuda-emulated"
SYSTEMS = [(gv.KA2D, 129), (gv.KA, 200)]


def ensemble(system, number, replicas=(1,), device=EMULATED, **options):
    start = liquid(system.name, number)
    return Ensemble([(start, 3, k) for k in replicas], system, 1.0, device, **options)


def reference_run(system, number, steps, ensemble):
    """Positions and velocities after velocity Verlet in float64 with the forces of `glassviz.simulation.forces`."""
    start, dt, T = liquid(system.name, number), system.time_step, 1.0
    r, v = start.positions.copy(), maxwell_velocities(number, system.dimension, T, 3, 1)
    g, w, x = system.dimension * (number - 1), np.zeros(3), np.zeros(3)
    Q = T * np.array([g, 1, 1])

    def thermostat(v):
        def drive(k):
            return (v**2).sum() - g * T if k == 0 else Q[k - 1] * w[k - 1] ** 2 - T

        def turn(k):
            drag = np.exp(-dt / 8 * w[k + 1])
            w[k] = (w[k] * drag + dt / 4 * drive(k) / Q[k]) * drag

        w[2] += dt / 4 * drive(2) / Q[2]
        turn(1), turn(0)
        v = v * np.exp(-dt / 2 * w[0])
        x[:] += dt / 2 * w
        turn(0), turn(1)
        w[2] += dt / 4 * drive(2) / Q[2]
        return v

    f = gv.simulation.forces(start, system)
    for _ in range(steps):
        v = thermostat(v) if ensemble == "NVT" else v
        v = v + dt / 2 * f
        r = r + dt * v
        f = gv.simulation.forces(start.with_positions(r), system)
        v = v + dt / 2 * f
        v = thermostat(v) if ensemble == "NVT" else v
    return r, v


@pytest.mark.parametrize(("system", "number"), SYSTEMS)
def test_forces_and_energies(system, number):
    start = liquid(system.name, number)
    expected, energies = gv.simulation.forces(start, system), gv.simulation.potential_energy(start, system)
    exact = ensemble(system, number, precision="float64")
    np.testing.assert_allclose(exact.forces()[0], expected, rtol=0, atol=1e-10)
    np.testing.assert_allclose(exact.potential_energies()[0], energies, rtol=0, atol=1e-10)
    single = ensemble(system, number)
    assert np.linalg.norm(single.forces()[0] - expected) < 1e-4 * np.linalg.norm(expected)
    np.testing.assert_allclose(single.potential_energies()[0], energies, rtol=0, atol=1e-4)


@pytest.mark.parametrize(("system", "number"), SYSTEMS)
@pytest.mark.parametrize("kind", ["NVE", "NVT"])
def test_fifty_steps_in_double_precision(system, number, kind):
    replica = ensemble(system, number, precision="float64", ensemble=kind)
    replica.advance(50)
    r, v = reference_run(system, number, 50, kind)
    assert replica.rebuilds[0] > 1
    np.testing.assert_allclose(replica.positions()[0], r, rtol=0, atol=1e-11)
    np.testing.assert_allclose(replica.velocities()[0], v, rtol=0, atol=1e-10)


def test_molecular_dynamics_on_the_processor_agrees():
    start = liquid()
    replica = MolecularDynamics(start, gv.KA2D, 1.0, seed=3, replica=1)
    replica.advance(50)
    for precision in ("float64", "float32"):
        other = ensemble(gv.KA2D, 129, precision=precision)
        other.advance(50)
        np.testing.assert_allclose(other.positions()[0], replica.positions, rtol=0, atol=2e-5)
        assert abs(other.invariants()[0] - replica.invariant()) < 1e-3


def test_the_result_depends_on_no_layout():
    """Threads, kernels, divisions of the steps, batches and list lengths leave every bit as it is."""

    def run(replicas=(0, 1, 2), parts=(1500,), **options):
        replica = ensemble(gv.KA2D, 129, replicas, **options)
        for steps in parts:
            replica.advance(steps)
        return replica.positions()

    expected = run()
    assert np.abs(expected[0] - expected[1]).max() > 0.5
    np.testing.assert_array_equal(run(parts=(1, 599, 400, 500)), expected)
    np.testing.assert_array_equal(run(replicas=(2,))[0], expected[2])
    np.testing.assert_array_equal(run(capacity=8), expected)
    np.testing.assert_array_equal(run(kernel="team"), expected)
    np.testing.assert_array_equal(run(device=EmulatedDevice(threads=3)), expected)
    np.testing.assert_array_equal(run(device=EmulatedDevice(threads=4, warp=2), parts=(60,)), run(parts=(60,)))
    crew = EmulatedDevice(threads=2, team_limit=2)
    part = run(kernel="team", device=crew, parts=(60,))
    np.testing.assert_array_equal(run(parts=(60,)), part)


def test_large_box_kernel_in_three_dimensions():
    team = ensemble(gv.KA, 500, kernel="team", device=EmulatedDevice(threads=2, team_limit=2))
    block = ensemble(gv.KA, 500, kernel="shared")
    for replica in (team, block):
        replica.advance(60)
    np.testing.assert_array_equal(team.positions(), block.positions())


@pytest.mark.parametrize(("system", "number", "step"), [(gv.KA2D, 129, 0.008), (gv.KA, 200, 0.004)])
@pytest.mark.parametrize("kind", ["NVE", "NVT"])
def test_the_error_of_the_invariant_is_of_second_order(system, number, step, kind):
    spread = []
    for time_step, every in ((step, 2), (step / 2, 4)):
        replica = ensemble(system, number, time_step=time_step, ensemble=kind)
        series = []
        for _ in range(round(8 / step / 2)):
            replica.advance(every)
            series.append(replica.invariants()[0])
        spread.append(np.std(series))
    assert spread[0] / spread[1] == pytest.approx(4, abs=0.9)


@pytest.mark.parametrize("kind", ["NVE", "NVT"])
def test_single_precision_does_not_drift(kind):
    replica = ensemble(gv.KA2D, 129, time_step=0.002, ensemble=kind)
    series = []
    for _ in range(400):
        replica.advance(50)
        series.append(replica.invariants()[0] / 129)
    blocks = np.array(series).reshape(10, -1).mean(axis=1)
    assert abs(blocks[-1] - blocks[0]) < 1e-4
    np.testing.assert_allclose(replica.velocities()[0].mean(axis=0), 0, atol=5e-7)


def test_thermostat_gives_the_canonical_kinetic_energy():
    replicas = Ensemble([(liquid(), 2, k) for k in range(4)], gv.KA2D, 0.7, EMULATED)
    replicas.advance(2000)
    kinetic = []
    for _ in range(1000):
        replicas.advance(10)
        kinetic.append(replicas.kinetic_energies())
    temperature = 2 * np.array(kinetic) / replicas.freedom
    error = block_error(temperature.mean(axis=1))
    assert error < 0.01
    assert abs(temperature.mean() - 0.7) < 4 * error
    assert np.var(kinetic) == pytest.approx(replicas.freedom * 0.7**2 / 2, rel=0.2)


def test_positions_are_unwrapped_and_start_where_they_were():
    start = liquid().with_positions(liquid().positions + [40.0, -70.0])
    replica = Ensemble([(start, 3, 0)], gv.KA2D, 1.0, EMULATED)
    np.testing.assert_allclose(replica.positions()[0], start.positions, atol=1e-8)
    before, path = replica.positions()[0], np.zeros((129, 2))
    for _ in range(200):
        replica.advance(5)
        now = replica.positions()[0]
        assert np.abs(now - before).max() < 0.5
        path, before = path + now - before, now
    crossed = np.floor(now / start.box) != np.floor(start.positions / start.box)
    assert crossed.any()
    np.testing.assert_allclose(start.positions + path, now, atol=1e-8)


def test_isoconfigurational_on_the_device():
    arguments = liquid(), gv.KA2D, 0.8, [0.1, 0.3]
    calls = []
    here = gv.simulation.isoconfigurational(*arguments, 3, seed=11)
    there = gv.simulation.isoconfigurational(
        *arguments, 3, seed=11, device=EMULATED, progress=lambda *call: calls.append(call)
    )
    assert calls[-1] == (90, 90)
    np.testing.assert_allclose(there, here, atol=1e-4)
    again = gv.simulation.isoconfigurational(*arguments, [2, 0], seed=11, device=EMULATED)
    np.testing.assert_array_equal(again, there[:, [2, 0]])

    def stop(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        gv.simulation.isoconfigurational(*arguments, 3, device=EMULATED, progress=stop)


def test_impossible_requests_are_refused():
    random = gv.simulation.random_configuration(gv.KA2D, 129, seed=1)
    with pytest.raises(GlassvizError, match="blew up"):
        Ensemble([(random, 0, 0)], gv.KA2D, 1.0, EMULATED).advance(1000)
    twice = liquid().with_positions(np.where(np.arange(129)[:, None] == 1, liquid().positions[:1], liquid().positions))
    with pytest.raises(GlassvizError, match="blew up"):
        Ensemble([(twice, 0, 0)], gv.KA2D, 1.0, EMULATED).advance(10)
    for word, options in (
        ("NPT", {"ensemble": "NPT"}),
        ("precision", {"precision": "half"}),
        ("damping", {"damping": 0}),
    ):
        with pytest.raises(InputError, match=word):
            ensemble(gv.KA2D, 129, **options)
    with pytest.raises(InputError, match="differ"):
        Ensemble([(liquid(), 0, 0), (liquid(number=200), 0, 0)], gv.KA2D, 1.0, EMULATED)
    with pytest.raises(DataError):
        Ensemble([(liquid("KA", 200), 0, 0)], gv.KA2D, 1.0, EMULATED)
    with pytest.raises(InputError, match="'cpu', 'cuda'"):
        open_device("abacus")
    with pytest.raises(InputError, match="shared memory"):
        ensemble(gv.KA, 4200, kernel="shared")


@needs_gpu
@pytest.mark.parametrize(("system", "number"), SYSTEMS)
def test_gpu_and_emulation_agree(system, number):
    for kernel in ("shared", "team"):
        replicas = [
            ensemble(system, number, (0, 1), device, precision="float64", kernel=kernel)
            for device in ("cuda", EMULATED)
        ]
        for replica in replicas:
            replica.advance(50)
        np.testing.assert_allclose(replicas[0].positions(), replicas[1].positions(), rtol=0, atol=1e-11)
        single = ensemble(system, number, (0, 1), "cuda", kernel=kernel)
        expected = gv.simulation.forces(liquid(system.name, number), system)
        assert np.linalg.norm(single.forces()[1] - expected) < 1e-4 * np.linalg.norm(expected)


@needs_gpu
def test_gpu_results_depend_on_no_layout():
    results = []
    for kernel, parts in (("shared", (1500,)), ("shared", (1, 599, 900)), ("team", (1500,))):
        replica = ensemble(gv.KA2D, 129, (0, 1, 2), "cuda", kernel=kernel)
        for steps in parts:
            replica.advance(steps)
        results.append(replica.positions())
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])
