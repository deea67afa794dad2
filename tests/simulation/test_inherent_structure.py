import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import GlassvizError, InputError
from tests.liquids import SHARED, liquid


@pytest.mark.parametrize(("name", "number"), [("KA2D", 129), ("KA", 200)])
def test_quench_ends_in_a_minimum(name, number):
    configuration, system = liquid(name, number), {"KA2D": gv.KA2D, "KA": gv.KA}[name]
    inherent = gv.simulation.inherent_structure(configuration, system)
    assert np.abs(gv.simulation.forces(inherent, system)).max() < 1e-8
    before, after = (gv.simulation.potential_energy(c, system).sum() for c in (configuration, inherent))
    assert after < before - 0.1 * number
    # Every small displacement costs energy.
    random = np.random.default_rng(0)
    for _ in range(20):
        moved = inherent.with_positions(inherent.positions + 1e-4 * random.standard_normal(inherent.positions.shape))
        assert gv.simulation.potential_energy(moved, system).sum() > after
    again = gv.simulation.inherent_structure(inherent, system)
    np.testing.assert_allclose(again.positions, inherent.positions, atol=1e-6)


def test_quench_does_not_depend_on_where_the_origin_is():
    configuration = liquid()
    inherent = gv.simulation.inherent_structure(configuration, gv.KA2D)
    shifted = configuration.with_positions(configuration.positions + [2.7, -31.0])
    moved = gv.simulation.inherent_structure(shifted, gv.KA2D)
    np.testing.assert_allclose(moved.positions - [2.7, -31.0], inherent.positions, atol=1e-5)


def test_a_random_start_full_of_overlaps_is_quenched():
    start = gv.simulation.random_configuration(gv.KA2D, 129, seed=2)
    inherent = gv.simulation.inherent_structure(start, gv.KA2D)
    assert gv.simulation.potential_energy(inherent, gv.KA2D).mean() < -2.0


def test_two_particles_end_at_the_minimum_of_their_potential():
    pair = gv.Configuration([[1, 1], [2.3, 1.4]], [1, 1], 10)
    inherent = gv.simulation.inherent_structure(pair, gv.KA2D)
    distance = np.linalg.norm(np.diff(inherent.positions, axis=0))
    from glassviz.interactions.potential import pair_potential

    r = np.linspace(1.1, 1.14, 40_001)
    assert distance == pytest.approx(r[pair_potential(gv.KA2D, 1, 1, r)[0].argmin()], abs=2e-6)


def test_failures_say_why():
    with pytest.raises(InputError, match="tolerance"):
        gv.simulation.inherent_structure(liquid(), gv.KA2D, tolerance=0)
    with pytest.raises(GlassvizError, match="stopped after"):
        gv.simulation.inherent_structure(liquid(), gv.KA2D, max_steps=200)


@pytest.mark.skipif(not SHARED.exists(), reason="the reference files are not here")
def test_published_inherent_structures_are_a_hair_above_our_minimum():
    with np.load(SHARED / "ka2d_glassbench" / "N1290T0.23_202_tc05.npz", allow_pickle=False) as file:
        published = gv.Configuration(file["initial_positions_inherent"], file["types"], file["box"])
    minimum = gv.simulation.inherent_structure(published, gv.KA2D)
    fall = (
        gv.simulation.potential_energy(published, gv.KA2D).mean()
        - gv.simulation.potential_energy(minimum, gv.KA2D).mean()
    )
    assert 0 <= fall < 1e-3
    moved = np.sqrt(((minimum.positions - published.positions) ** 2).sum(axis=1))
    assert np.sqrt((moved**2).mean()) < 0.05
