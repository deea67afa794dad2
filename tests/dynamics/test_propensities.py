import numpy as np
import pytest

import glassviz as gv
from glassviz.dynamics import bond_breaking_halves, displacement_halves
from glassviz.errors import InputError
from tests.liquids import SHARED, liquid


@pytest.fixture(scope="module")
def runs():
    return gv.simulation.isoconfigurational(liquid(), gv.KA2D, 1.0, [0.1, 1.0, 8.0], 4, seed=2)


def test_bond_breaking_of_a_row_of_four():
    # Types 1: bonds below 1.4, broken beyond 1.8. Neighbours 0-1 and 1-2 are bonded, 3 is alone.
    start = gv.Configuration([[0, 0], [1.3, 0], [2.6, 0], [5.0, 0]], [1, 1, 1, 1], 20)
    kept = start.positions + [[0, 0], [0, 0], [0.49, 0], [0, 0]]
    one_gone = start.positions + [[0, 0], [0, 0], [0.51, 0], [0, 0]]
    # A new neighbour does not count: only the same bonds do.
    joined = start.positions + [[0, 0], [0, 0], [0, 0], [-1.3, 0]]
    propensity = gv.dynamics.bond_breaking_propensity(start, np.array([[kept, one_gone], [joined, kept]]), gv.KA2D)
    np.testing.assert_allclose(propensity[0], [1, 0.75, 0.5, np.nan])
    np.testing.assert_allclose(propensity[1], [1, 1, 1, np.nan])


def test_cutoffs_scale_with_the_pair_and_can_be_chosen():
    # sigma_12 = 0.8: bonded below 1.12, broken beyond 1.44.
    start = gv.Configuration([[0, 0], [1.1, 0], [0, 8], [1.13, 8]], [1, 2, 1, 2], 20)
    moved = start.positions + [[0, 0], [0.35, 0], [0, 0], [0, 0]]
    propensity = gv.dynamics.bond_breaking_propensity(start, moved[None, None], gv.KA2D)[0]
    np.testing.assert_allclose(propensity, [0, 0, np.nan, np.nan])
    wider = gv.dynamics.bond_breaking_propensity(start, moved[None, None], gv.KA2D, inner=1.5, outer=2.0)[0]
    np.testing.assert_allclose(wider, [1, 1, 1, 1])


def test_bonds_across_the_boundary_count():
    start = gv.Configuration([[0.2, 5], [9.8, 5]], [1, 1], 10)
    together = start.positions + [[0, 0], [10.0, 0]]
    apart = start.positions + [[1.0, 0], [-0.5, 0]]
    propensity = gv.dynamics.bond_breaking_propensity(start, np.array([[together], [apart]]), gv.KA2D)
    np.testing.assert_allclose(propensity, [[1, 1], [0, 0]])


def test_displacement_is_the_mean_distance():
    start = gv.Configuration([[1.0, 1.0], [9.5, 2.0]], [1, 2], 10)
    runs = np.array([[[[4.0, 5.0], [9.5, 2.0]], [[1.0, 1.0], [10.5, 2.0]]]])
    np.testing.assert_allclose(gv.dynamics.displacement_propensity(start, runs), [[2.5, 0.5]])
    folded = runs.copy()
    folded[0, 1, 1] = [0.5, 2.0]
    np.testing.assert_allclose(gv.dynamics.displacement_propensity(start, folded, wrapped=True), [[2.5, 0.5]])
    assert gv.dynamics.displacement_propensity(start, folded)[0, 1] == 4.5


def test_invariance_under_translation_wrapping_and_permutation(runs):
    start = liquid()
    bonds = gv.dynamics.bond_breaking_propensity(start, runs, gv.KA2D)
    steps = gv.dynamics.displacement_propensity(start, runs)
    assert 0.2 < bonds[-1].mean() < 0.95
    shift = np.array([1.7, -40.3])
    moved = start.with_positions(start.positions + shift)
    np.testing.assert_allclose(gv.dynamics.bond_breaking_propensity(moved, runs + shift, gv.KA2D), bonds, atol=1e-12)
    np.testing.assert_allclose(gv.dynamics.displacement_propensity(moved, runs + shift), steps, atol=1e-9)
    folded = runs - start.box * np.floor(runs / start.box)
    np.testing.assert_allclose(gv.dynamics.bond_breaking_propensity(start.wrap(), folded, gv.KA2D), bonds, atol=1e-12)
    wrapped = gv.dynamics.displacement_propensity(start.wrap(), folded, wrapped=True)
    np.testing.assert_allclose(wrapped, gv.dynamics.displacement_propensity(start, runs, wrapped=True), atol=1e-9)
    order = np.random.default_rng(0).permutation(start.number)
    shuffled = gv.Configuration(start.positions[order], start.types[order], start.box)
    again = gv.dynamics.bond_breaking_propensity(shuffled, runs[:, ::-1, order], gv.KA2D)
    np.testing.assert_allclose(again, bonds[:, order], atol=1e-12)


def test_the_mean_of_the_halves_is_the_propensity(runs):
    start = liquid()
    for halves, whole in (
        (bond_breaking_halves(start, runs, gv.KA2D), gv.dynamics.bond_breaking_propensity(start, runs, gv.KA2D)),
        (displacement_halves(start, runs), gv.dynamics.displacement_propensity(start, runs)),
    ):
        assert halves.shape == (2, 3, 129)
        np.testing.assert_allclose(halves.mean(axis=0), whole, atol=1e-12)
        assert np.abs(halves[0] - halves[1]).max() > 0.01
    first = gv.dynamics.displacement_propensity(start, runs[:, :2])
    np.testing.assert_allclose(displacement_halves(start, runs)[0], first)


def test_bad_requests_are_refused(runs):
    start = liquid()
    with pytest.raises(InputError, match="even number"):
        displacement_halves(start, runs[:, :3])
    with pytest.raises(InputError, match="half the box"):
        gv.dynamics.bond_breaking_propensity(start, runs, gv.KA2D, outer=6)
    with pytest.raises(InputError, match="inner"):
        gv.dynamics.bond_breaking_propensity(start, runs, gv.KA2D, inner=2, outer=1)
    with pytest.raises(InputError, match="shape"):
        gv.dynamics.displacement_propensity(start, runs[0])


@pytest.mark.skipif(not SHARED.exists(), reason="the reference files are not here")
@pytest.mark.parametrize("name", ["N1290T0.23_202_tc05.npz", "N1290T0.30_3_tc01.npz"])
def test_published_trajectories_are_read_alike_wrapped_or_not(name):
    with np.load(SHARED / "ka2d_glassbench" / name, allow_pickle=False) as file:
        start = gv.Configuration(file["initial_positions"], file["types"], file["box"])
        runs = file["positions"][None]
    bonds = gv.dynamics.bond_breaking_propensity(start, runs, gv.KA2D)[0]
    assert not np.isnan(bonds).any()
    assert 0.8 < bonds[start.types == 1].mean() <= 1
    folded = runs - start.box * np.floor(runs / start.box)
    np.testing.assert_allclose(gv.dynamics.bond_breaking_propensity(start, folded, gv.KA2D)[0], bonds)
    steps = gv.dynamics.displacement_propensity(start, runs, wrapped=True)[0]
    assert 0 < steps.mean() < 1
