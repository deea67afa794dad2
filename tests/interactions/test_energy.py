import numpy as np
import pytest

import glassviz as gv
from glassviz.configuration import minimum_image, tile
from glassviz.errors import DataError, InputError
from glassviz.interactions.potential import pair_potential
from tests.liquids import liquid

CASES = [("KA2D", 129), ("KA", 200)]


def system_of(name):
    return {"KA2D": gv.KA2D, "KA": gv.KA}[name]


@pytest.mark.parametrize(("name", "number"), CASES)
def test_energy_is_half_the_sum_over_all_pairs(name, number):
    configuration, system = liquid(name, number), system_of(name)
    expected = np.zeros(number)
    for i in range(number):
        separation = minimum_image(configuration.positions - configuration.positions[i], configuration.box)
        distance = np.sqrt((separation**2).sum(axis=1))
        for j in range(number):
            if j != i:
                pair = configuration.types[i], configuration.types[j]
                expected[i] += 0.5 * pair_potential(system, *pair, distance[j])[0]
    np.testing.assert_allclose(gv.simulation.potential_energy(configuration, system), expected, atol=1e-11)


@pytest.mark.parametrize(("name", "number"), CASES)
def test_forces_are_minus_the_gradient_of_the_energy(name, number):
    configuration, system = liquid(name, number), system_of(name)
    forces = gv.simulation.forces(configuration, system)
    h, worst = 1e-5, 0.0
    for i in range(0, number, 7):
        for k in range(configuration.dimension):
            energies = []
            for sign in (-2, -1, 1, 2):
                moved = configuration.positions.copy()
                moved[i, k] += sign * h
                energies.append(gv.simulation.potential_energy(configuration.with_positions(moved), system).sum())
            # Fourth-order difference: the second-order one is limited by the steep core.
            slope = (energies[0] - 8 * energies[1] + 8 * energies[2] - energies[3]) / (12 * h)
            worst = max(worst, abs(slope + forces[i, k]))
    assert worst < 1e-7
    np.testing.assert_allclose(forces.sum(axis=0), 0, atol=1e-10)


@pytest.mark.parametrize(("name", "number"), CASES)
def test_energy_and_forces_follow_the_symmetries_of_space(name, number):
    configuration, system = liquid(name, number), system_of(name)
    energy, forces = gv.simulation.potential_energy(configuration, system), gv.simulation.forces(configuration, system)
    random = np.random.default_rng(1)
    shifted = configuration.positions + 3.3 + configuration.box * random.integers(-2, 3, configuration.positions.shape)
    order = random.permutation(number)
    moved = gv.Configuration(shifted[order], configuration.types[order], configuration.box)
    np.testing.assert_allclose(gv.simulation.potential_energy(moved, system), energy[order], atol=1e-10)
    np.testing.assert_allclose(gv.simulation.forces(moved, system), forces[order], atol=1e-8)
    turned = configuration.with_positions(configuration.positions[:, ::-1] * [1, *[-1] * (configuration.dimension - 1)])
    np.testing.assert_allclose(gv.simulation.potential_energy(turned, system), energy, atol=1e-10)
    tiled = tile(configuration, 2)
    copies = 2**configuration.dimension
    np.testing.assert_allclose(gv.simulation.potential_energy(tiled, system), np.tile(energy, copies), atol=1e-10)


def test_input_that_the_model_cannot_hold_is_refused():
    configuration = liquid()
    with pytest.raises(DataError, match="dimensions"):
        gv.simulation.forces(configuration, gv.KA)
    with pytest.raises(DataError, match=r"expects 1\.\.3"):
        gv.simulation.forces(gv.Configuration(configuration.positions, configuration.types + 1, 12), gv.KA2D)
    with pytest.raises(InputError, match="half the box"):
        gv.simulation.forces(gv.Configuration([[0, 0], [1, 1]], [1, 1], 4.9), gv.KA2D)
