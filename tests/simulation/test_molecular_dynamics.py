import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import GlassvizError, InputError
from glassviz.simulation import MolecularDynamics
from glassviz.simulation.molecular_dynamics import maxwell_velocities
from tests.liquids import block_error, liquid

CASES = [(gv.KA2D, 129, 0.008), (gv.KA, 200, 0.004)]


def run(system, number, time_step, duration, every, **options):
    """Invariant of a run, sampled every `every` steps."""
    replica = MolecularDynamics(liquid(system.name, number), system, 1.0, seed=3, time_step=time_step, **options)
    series = []
    for _ in range(round(duration / time_step / every)):
        replica.advance(every)
        series.append(replica.invariant())
    return np.array(series), replica


@pytest.mark.parametrize(("system", "number", "time_step"), CASES)
def test_energy_error_of_velocity_verlet_is_of_second_order(system, number, time_step):
    coarse, _ = run(system, number, time_step, 16.0, 2, ensemble="NVE")
    fine, _ = run(system, number, time_step / 2, 16.0, 4, ensemble="NVE")
    assert coarse.std() / fine.std() == pytest.approx(4, abs=0.6)


@pytest.mark.parametrize(("system", "number", "time_step"), [(gv.KA2D, 129, 0.002), (gv.KA, 200, 0.001)])
def test_energy_does_not_drift_over_a_hundred_thousand_steps(system, number, time_step):
    # Velocity Verlet itself lets the energy fluctuate by some 6e-5: averages of a thousand values see the drift.
    series, replica = run(system, number, time_step, 100_000 * time_step, 10, ensemble="NVE")
    blocks = series.reshape(10, -1).mean(axis=1) / number
    assert len(series) == 10_000
    assert abs(blocks[-1] - blocks[0]) < 1e-5
    # Pair forces are integers: the sum of 1e5 kicks stays at the rounding of the velocities.
    np.testing.assert_allclose(replica.velocities.sum(axis=0), 0, atol=1e-9)


def test_thermostat_invariant_and_temperature():
    series, replica = run(gv.KA2D, 129, 0.002, 200.0, 10, ensemble="NVT")
    assert abs(series[-2000:].mean() - series[:2000].mean()) / 129 < 1e-4
    coarse, _ = run(gv.KA2D, 129, 0.008, 16.0, 2, ensemble="NVT")
    fine, _ = run(gv.KA2D, 129, 0.004, 16.0, 4, ensemble="NVT")
    assert coarse.std() / fine.std() == pytest.approx(4, abs=0.8)
    np.testing.assert_allclose(replica.velocities.sum(axis=0), 0, atol=1e-9)


def test_thermostat_gives_the_canonical_kinetic_energy():
    replica = MolecularDynamics(liquid(), gv.KA2D, 0.7, seed=2)
    replica.advance(2000)
    kinetic = []
    for _ in range(4000):
        replica.advance(10)
        kinetic.append(replica.kinetic_energy())
    temperature = 2 * np.array(kinetic) / replica.freedom
    error = block_error(temperature)
    assert error < 0.01
    assert abs(temperature.mean() - 0.7) < 4 * error
    # Canonical fluctuations: var(K) = g T^2 / 2.
    assert np.var(kinetic) == pytest.approx(replica.freedom * 0.7**2 / 2, rel=0.2)


def test_velocities_are_maxwellian_and_belong_to_seed_and_replica():
    velocities = np.array([maxwell_velocities(500, 2, 0.4, 9, k) for k in range(40)])
    np.testing.assert_allclose(velocities.mean(axis=1), 0, atol=1e-14)
    assert velocities.var() == pytest.approx(0.4, rel=0.03)
    fourth = (velocities**4).mean() / velocities.var() ** 2
    assert fourth == pytest.approx(3, abs=0.1)
    assert abs(np.corrcoef(velocities[0].ravel(), velocities[1].ravel())[0, 1]) < 0.1
    np.testing.assert_array_equal(velocities[7], maxwell_velocities(500, 2, 0.4, 9, 7))


def test_steps_may_be_divided_in_any_way():
    whole, parts = (MolecularDynamics(liquid(), gv.KA2D, 1.0, seed=1) for _ in range(2))
    whole.advance(300)
    for steps in (1, 2, 97, 200):
        parts.advance(steps)
    np.testing.assert_array_equal(whole.positions, parts.positions)


def test_a_run_goes_on_from_saved_positions_and_velocities():
    whole = MolecularDynamics(liquid(), gv.KA2D, 1.0, seed=1, ensemble="NVE")
    whole.advance(40)
    saved = gv.Configuration(whole.positions, liquid().types, liquid().box)
    parts = MolecularDynamics(saved, gv.KA2D, 1.0, ensemble="NVE", velocities=whole.velocities)
    whole.advance(50)
    parts.advance(50)
    np.testing.assert_array_equal(whole.positions, parts.positions)
    with pytest.raises(InputError, match="velocities"):
        MolecularDynamics(liquid(), gv.KA2D, 1.0, velocities=np.zeros((3, 2)))


@pytest.mark.parametrize("change", [{"temperature": -1}, {"time_step": 0}, {"damping": np.nan}, {"ensemble": "NPT"}])
def test_impossible_parameters_are_refused(change):
    with pytest.raises(InputError, match=next(iter(change))):
        MolecularDynamics(liquid(), gv.KA2D, **{"temperature": 1.0, **change})


def test_overlapping_particles_are_reported_and_not_integrated():
    start = gv.simulation.random_configuration(gv.KA2D, 129, seed=1)
    with pytest.raises(GlassvizError, match="blew up"):
        gv.simulation.isoconfigurational(start, gv.KA2D, 1.0, [10.0], 2)
