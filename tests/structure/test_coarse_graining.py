"""GlassMLP's descriptors against sums over explicit images, and their symmetries."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from glassviz.configuration import Configuration, minimum_image, tile
from glassviz.errors import DataError, InputError
from glassviz.interactions.energy import potential_energy
from glassviz.structure import (
    LENGTHS,
    glassmlp_descriptor_names,
    glassmlp_descriptors,
    lengths_within,
    radical_cells,
)
from glassviz.systems import KA, KA2D

SHORT = (0.0, 0.5, 1.3, 7.5)


def jittered(system, cells, seed, kinds=None):
    """A disordered configuration without overlaps: a jittered lattice with random types in a box of unequal edges."""
    rng = np.random.default_rng(seed)
    spacing = system.density ** (-1 / system.dimension)
    axes = [np.arange(n) for n in cells]
    sites = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, system.dimension)
    positions = spacing * (sites + rng.uniform(-0.08, 0.08, sites.shape))
    types = rng.choice(kinds or range(1, system.types + 1), len(sites))
    return Configuration(positions, types, spacing * np.array(cells))


def explicit_sums(configuration, system, lengths, thermal, particles, cutoff=20.0):
    """The definition, image by image: {(observable, L, type or "all"): one value for each of `particles`}."""
    x, box = configuration.positions, configuration.box
    energy = potential_energy(configuration, system)
    perimeter = radical_cells(configuration, system)[0]
    moved = np.linalg.norm(minimum_image(x - thermal.positions, box), axis=1)
    reach = [range(-int(cutoff / edge) - 2, int(cutoff / edge) + 3) for edge in box]
    shifts = np.array(list(itertools.product(*reach))) * box
    result = {}
    for length, kind in itertools.product(lengths, [*range(1, system.types + 1), "all"]):
        chosen = np.flatnonzero((configuration.types == kind) | (kind == "all"))
        for k, i in enumerate(particles):
            separation = x[chosen][:, None, :] + shifts - x[i]
            r = np.sqrt((separation**2).sum(axis=2))
            w = (r == 0.0) * 1.0 if length == 0 else np.where(r < cutoff, np.exp(-r / length), 0.0)
            w = w.sum(axis=1)
            rho = w.sum()
            mean_energy = energy[chosen] @ w / rho if rho else 0.0
            values = {
                "density": rho,
                "energy": mean_energy,
                "perimeter": perimeter[chosen] @ w / rho if rho else 0.0,
                "energy_variance": (energy[chosen] - mean_energy) ** 2 @ w / rho if rho else 0.0,
                "displacement": moved[chosen] @ w,
            }
            for name, value in values.items():
                result.setdefault((name, length, kind), np.zeros(len(particles)))[k] = value
    return result


@pytest.mark.parametrize(("system", "cells"), [(KA2D, (7, 6)), (KA, (6, 6, 6))], ids=["2D", "3D"])
def test_descriptors_match_sums_over_explicit_images(system, cells):
    configuration = jittered(system, cells, 1)
    rng = np.random.default_rng(2)
    thermal = configuration.with_positions(configuration.positions + rng.normal(0, 0.1, configuration.positions.shape))
    found = glassmlp_descriptors(configuration, system, SHORT, thermal)
    names = glassmlp_descriptor_names(system, SHORT, thermal=True)
    assert found.shape == (configuration.number, len(names))
    particles = rng.choice(configuration.number, 10, replace=False)
    expected = explicit_sums(configuration, system, SHORT, thermal, particles)
    label = {"perimeter": "perimeter" if system is KA2D else "surface"}
    for (observable, length, kind), values in expected.items():
        kind = kind if kind == "all" else f"type {kind}"
        column = names.index(f"{label.get(observable, observable)} L={length:g} {kind}")
        np.testing.assert_allclose(found[particles, column], values, rtol=1e-10, atol=1e-10, err_msg=names[column])


def test_columns_and_names():
    names = glassmlp_descriptor_names(KA2D)
    assert len(names) == len(set(names)) == 256
    assert names[:5] == [
        "density L=0 type 1",
        "density L=0 type 2",
        "density L=0 type 3",
        "density L=0 all",
        "density L=0.5 type 1",
    ]
    assert names[64] == "energy L=0 type 1"
    assert names[-1] == "energy_variance L=7.5 all"
    assert len(glassmlp_descriptor_names(KA2D, thermal=True)) == 320
    assert len(glassmlp_descriptor_names(KA)) == 192
    assert glassmlp_descriptor_names(KA, (2,), observables=["surface"])[-1] == "surface L=2 all"
    assert tuple(np.arange(16) / 2) == LENGTHS


def test_subset_and_order_of_observables_pick_the_same_columns():
    configuration = jittered(KA2D, (7, 7), 3)
    everything = glassmlp_descriptors(configuration, KA2D, SHORT)
    names = glassmlp_descriptor_names(KA2D, SHORT)
    for observables in (["perimeter", "density"], ["energy_variance"], ["energy", "density", "perimeter"]):
        part = glassmlp_descriptors(configuration, KA2D, (1.3, 0.0), observables=observables)
        columns = [names.index(n) for n in glassmlp_descriptor_names(KA2D, (1.3, 0.0), observables=observables)]
        np.testing.assert_allclose(part, everything[:, columns], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("system", "cells", "copies"), [(KA2D, (9, 8), 3), (KA, (6, 6, 6), 2)], ids=["2D", "3D"])
def test_small_box_equals_its_tiling(system, cells, copies):
    configuration = jittered(system, cells, 4)
    lengths = (0.0, 2.0, 7.5)
    small = glassmlp_descriptors(configuration, system, lengths)
    large = glassmlp_descriptors(tile(configuration, copies), system, lengths)
    np.testing.assert_allclose(large, np.tile(small, (copies**system.dimension, 1)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("system", "cells"), [(KA2D, (8, 7)), (KA, (6, 7, 6))], ids=["2D", "3D"])
def test_translation_wrapping_rotation_and_permutation(system, cells):
    configuration = jittered(system, cells, 5)
    x, types, box = configuration.positions, configuration.types, configuration.box
    rng = np.random.default_rng(6)
    order = rng.permutation(len(x))
    turned = x[:, ::-1] * np.array([-1.0] + [1.0] * (system.dimension - 1))
    others = {
        "translation": (Configuration(x + rng.normal(size=len(box)), types, box), slice(None)),
        "wrapping": (Configuration(x + rng.integers(-2, 3, x.shape) * box, types, box), slice(None)),
        "rotation": (Configuration(turned, types, box[::-1]), slice(None)),
        "permutation": (Configuration(x[order], types[order], box), order),
    }
    expected = glassmlp_descriptors(configuration, system, SHORT)
    for name, (other, index) in others.items():
        found = glassmlp_descriptors(other, system, SHORT)
        np.testing.assert_allclose(found, expected[index], rtol=1e-9, atol=1e-9, err_msg=name)


def test_length_zero_and_absent_types():
    configuration = jittered(KA2D, (8, 8), 7, kinds=[1, 3])
    names = glassmlp_descriptor_names(KA2D, SHORT)
    found = dict(zip(names, glassmlp_descriptors(configuration, KA2D, SHORT).T, strict=True))
    energy = potential_energy(configuration, KA2D)
    first = configuration.types == 1
    np.testing.assert_array_equal(found["density L=0 type 1"], first)
    np.testing.assert_array_equal(found["density L=0 all"], 1)
    np.testing.assert_array_equal(found["energy L=0 type 1"], np.where(first, energy, 0))
    np.testing.assert_array_equal(found["energy L=0 all"], energy)
    np.testing.assert_array_equal(found["energy_variance L=0 all"], 0)
    absent = [name for name in names if name.endswith("type 2")]
    assert len(absent) == 16
    assert all((found[name] == 0).all() for name in absent)


def test_constant_columns_of_one_type_number_what_the_papers_drop():
    # 256 - 12 = 244 columns vary over the particles of one type in KA2D, 192 - 8 = 184 in KA.
    for system, cells, varying in ((KA2D, (9, 9), 244), (KA, (6, 6, 6), 184)):
        configuration = jittered(system, cells, 8)
        found = glassmlp_descriptors(configuration, system)[configuration.types == 1]
        assert (np.ptp(found, axis=0) > 0).sum() == varying


def test_displacement_of_a_thermal_configuration_across_the_boundary():
    configuration = jittered(KA2D, (8, 8), 9)
    thermal = configuration.with_positions(configuration.positions + np.array([0.3, -0.4]) + configuration.box)
    found = glassmlp_descriptors(configuration, KA2D, (0.0, 3.0), thermal, observables=["displacement", "density"])
    columns = found.shape[1] // 2
    np.testing.assert_allclose(found[:, :columns], 0.5 * found[:, columns:], rtol=1e-12)


def test_very_short_lengths_leave_nothing_of_the_others():
    system = replace(KA2D, name="dilute")
    configuration = Configuration([[1.0, 1.0], [1.0, 12.0]], [1, 2], 24.0)
    names = glassmlp_descriptor_names(system, (0.01,))
    found = dict(zip(names, glassmlp_descriptors(configuration, system, (0.01,)).T, strict=True))
    # exp(-1100) underflows: a sum without weight is 0, not a division by it.
    np.testing.assert_array_equal(found["density L=0.01 type 2"], [0, 1])
    np.testing.assert_array_equal(found["perimeter L=0.01 type 2"][0], 0)


def test_refusals():
    configuration = jittered(KA2D, (8, 8), 10)
    for lengths in ([], [-1.0], [1.0, 1.0], [np.inf], [np.nan], [1e-4]):
        with pytest.raises(InputError, match="length"):
            glassmlp_descriptors(configuration, KA2D, lengths)
    with pytest.raises(InputError, match="displacement needs a thermal configuration"):
        glassmlp_descriptors(configuration, KA2D, observables=["displacement"])
    with pytest.raises(InputError, match="'pressure' is unknown"):
        glassmlp_descriptor_names(KA2D, observables=["pressure"])
    with pytest.raises(InputError, match="same particles"):
        glassmlp_descriptors(configuration, KA2D, thermal=jittered(KA2D, (8, 9), 10))
    with pytest.raises(DataError, match="dimensions"):
        glassmlp_descriptors(configuration, KA)


def test_lengths_that_tell_particles_of_a_box_apart():
    assert lengths_within(KA2D.box_edge(1290) * np.ones(2)) == LENGTHS
    assert lengths_within(KA.box_edge(4096) * np.ones(3)) == (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
    assert lengths_within((12.0, 8.0), (1.0, 2.0, 2.1)) == (1.0, 2.0)


def test_sums_beyond_those_lengths_are_nearly_the_same_for_every_particle():
    configuration = jittered(KA2D, (10, 10), 5)
    spread = {}
    for length in (1.0, 2.0, 7.5):
        density = glassmlp_descriptors(configuration, KA2D, (length,), observables=("density",))[:, 0]
        spread[length] = density.std() / density.mean()
    # The weight outside half the box holds the mean, and only what is inside varies.
    assert spread[7.5] < 0.03 * spread[1.0]
    assert spread[2.0] > 0.2 * spread[1.0]
