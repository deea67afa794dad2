"""Radical Voronoi cells against clipping by half-planes, closed forms and symmetries."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import Voronoi

from glassviz.configuration import Configuration, tile
from glassviz.errors import DataError, InputError
from glassviz.structure import radical_cells
from glassviz.systems import KA, KA2D
from tests.liquids import SHARED

EQUAL_2D = replace(KA2D, sigma=((1.0,) * 3,) * 3)
EQUAL_3D = replace(KA, sigma=((1.0,) * 2,) * 2)


def random_configuration(number, box, types, seed):
    rng = np.random.default_rng(seed)
    return Configuration(rng.random((number, len(box))) * box, rng.integers(1, types + 1, number), box)


def clipped_polygon(polygon, normal, offset):
    """The part of a convex polygon with x . normal <= offset."""
    result = []
    for p, q in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        a, b = p @ normal - offset, q @ normal - offset
        if a <= 0:
            result.append(p)
        if a * b < 0:
            result.append(p + (q - p) * a / (a - b))
    return result


def clipped_cells(configuration, radii, particles=None, reach=3):
    """Perimeter and area of cells by clipping a large square with every periodic image within `reach` boxes."""
    x, box = configuration.positions, configuration.box
    power = radii[configuration.types - 1] ** 2
    shifts = [np.array(s) * box for s in itertools.product(range(-reach, reach + 1), repeat=2)]
    particles = range(len(x)) if particles is None else particles
    perimeter, area = np.zeros(len(x)), np.zeros(len(x))
    for i in particles:
        size = reach * box.max()
        polygon = [x[i] + size * np.array(c) for c in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        for j, shift in itertools.product(range(len(x)), shifts):
            other = x[j] + shift
            if j != i or shift.any():
                offset = (other @ other - x[i] @ x[i] + power[i] - power[j]) / 2
                polygon = clipped_polygon(polygon, other - x[i], offset)
        if polygon:
            corners = np.array(polygon)
            following = np.roll(corners, -1, axis=0)
            perimeter[i] = np.linalg.norm(following - corners, axis=1).sum()
            area[i] = (corners[:, 0] * following[:, 1] - corners[:, 1] * following[:, 0]).sum() / 2
    return perimeter, area


@pytest.mark.parametrize(("number", "box", "seed"), [(40, (6.0, 5.5), 1), (40, (7.0, 5.0), 2), (7, (2.5, 2.5), 3)])
def test_cells_match_clipping_by_half_planes(number, box, seed):
    configuration = random_configuration(number, np.array(box), 3, seed)
    perimeter, area = radical_cells(configuration, KA2D)
    expected_perimeter, expected_area = clipped_cells(configuration, KA2D.radii)
    np.testing.assert_allclose(perimeter, expected_perimeter, rtol=0, atol=1e-10)
    np.testing.assert_allclose(area, expected_area, rtol=0, atol=1e-10)
    # Radii matter: ordinary cells differ.
    assert np.abs(radical_cells(configuration, EQUAL_2D)[1] - area).max() > 1e-3


def test_empty_cell_is_zero_and_the_others_fill_the_box():
    configuration = random_configuration(30, np.array([5.0, 5.0]), 1, 4)
    positions = np.vstack([configuration.positions, configuration.positions[0] + 0.005])
    configuration = Configuration(positions, np.append(configuration.types, 2), configuration.box)
    perimeter, area = radical_cells(configuration, KA2D)
    assert perimeter[-1] == 0
    assert area[-1] == 0
    assert area.sum() == pytest.approx(25, abs=1e-10)
    np.testing.assert_allclose(area, clipped_cells(configuration, KA2D.radii)[1], atol=1e-10)


@pytest.mark.parametrize("copies", [1, 2, 5])
def test_square_and_triangular_lattice(copies):
    square = tile(Configuration([[0.1, 0.2]], [1], 1.1), copies)
    perimeter, area = radical_cells(square, KA2D)
    np.testing.assert_allclose(perimeter, 4.4, atol=1e-12)
    np.testing.assert_allclose(area, 1.21, atol=1e-12)
    triangular = tile(Configuration([[0.0, 0.0], [0.5, np.sqrt(3) / 2]], [2, 2], [1.0, np.sqrt(3)]), copies)
    perimeter, area = radical_cells(triangular, KA2D)
    np.testing.assert_allclose(perimeter, 2 * np.sqrt(3), atol=1e-12)
    np.testing.assert_allclose(area, np.sqrt(3) / 2, atol=1e-12)


def test_two_types_on_a_chessboard_move_the_sides_to_the_radical_planes():
    # Neighbours a apart: sides at (a^2 + r1^2 - r2^2) / 2a from type 1; the squares keep touching at corners only
    # when the radii are equal, else the larger cells become octagons cut by the diagonal neighbours.
    positions = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    configuration = Configuration(positions, [1, 2, 2, 1], 2.0)
    half = (1 + KA2D.radii[0] ** 2 - KA2D.radii[1] ** 2) / 2
    small = (2 * (1 - half)) ** 2
    perimeter, area = radical_cells(configuration, KA2D)
    cut = 2 * half - 1
    np.testing.assert_allclose(area[[1, 2]], small, atol=1e-12)
    np.testing.assert_allclose(perimeter[[1, 2]], 8 * (1 - half), atol=1e-12)
    np.testing.assert_allclose(area[[0, 3]], 2 - small, atol=1e-12)
    np.testing.assert_allclose(perimeter[0], 8 * (1 - half) + 4 * np.sqrt(2) * cut, atol=1e-12)


@pytest.mark.parametrize(
    ("basis", "surface", "volume"),
    [
        ([[0, 0, 0]], 6.0, 1.0),
        ([[0, 0, 0], [0.5, 0.5, 0.5]], 0.75 * (1 + 2 * np.sqrt(3)), 0.5),
        ([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]], 1.5 * np.sqrt(2), 0.25),
    ],
    ids=["sc", "bcc", "fcc"],
)
@pytest.mark.parametrize("copies", [1, 3])
def test_cubic_lattices(basis, surface, volume, copies):
    lattice = tile(Configuration(np.array(basis) + 0.1, np.ones(len(basis), int), 1.0), copies)
    surfaces, volumes = radical_cells(lattice, KA)
    np.testing.assert_allclose(surfaces, surface, atol=1e-12)
    np.testing.assert_allclose(volumes, volume, atol=1e-12)


def test_caesium_chloride_cells_with_two_radii():
    # Sides towards the 8 unlike neighbours at h from type 1; with nearly equal radii both cells stay truncated
    # octahedra: 6 squares on the planes x = 1/2, 8 planes |x| + |y| + |z| = sqrt(3) h for type 1.
    radii = KA.radii
    bond = np.sqrt(3) / 2
    configuration = Configuration([[0.1, 0, 0], [0.6, 0.5, 0.5]], [1, 2], 1.0)
    _, volume = radical_cells(configuration, KA)
    c = np.sqrt(3) * (bond**2 + radii[0] ** 2 - radii[1] ** 2) / (2 * bond)
    # Octahedron of half diagonal c less six caps of height c - 1/2.
    octahedron = 4 / 3 * c**3 - 6 * (2 / 3) * (c - 0.5) ** 3
    np.testing.assert_allclose(volume, [octahedron, 1 - octahedron], atol=1e-12)


@pytest.mark.parametrize(("system", "box"), [(EQUAL_2D, (8.0, 7.0)), (EQUAL_3D, (5.0, 4.5, 4.0))])
def test_equal_radii_give_ordinary_voronoi_cells(system, box):
    box = np.array(box)
    configuration = random_configuration(60, box, 2, 5)
    boundary, volume = radical_cells(configuration, system)
    shifts = sorted(itertools.product((-1, 0, 1), repeat=len(box)), key=lambda s: np.abs(s).sum())
    diagram = Voronoi(np.concatenate([configuration.positions + np.array(s) * box for s in shifts]))
    faces = np.zeros(60)
    for pair, ridge in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        if -1 not in ridge and pair.min() < 60:
            corners = diagram.vertices[ridge]
            if len(box) == 2:
                face = np.linalg.norm(corners[1] - corners[0])
            else:
                fan = np.cross(corners[1:-1] - corners[0], corners[2:] - corners[0])
                face = np.linalg.norm(fan, axis=1).sum() / 2
            np.add.at(faces, pair[pair < 60], face)
    np.testing.assert_allclose(boundary, faces, atol=1e-9)
    assert volume.sum() == pytest.approx(np.prod(box), abs=1e-10)


@pytest.mark.parametrize(("system", "box"), [(KA2D, (20.0, 20.0)), (KA, (6.0, 6.5, 7.0))])
def test_volumes_fill_the_box_and_survive_translation_wrapping_permutation(system, box):
    box = np.array(box)
    configuration = random_configuration(300, box, system.types, 6)
    expected = radical_cells(configuration, system)
    assert expected[1].sum() == pytest.approx(np.prod(box), abs=1e-10 * np.prod(box))
    rng = np.random.default_rng(7)
    moved = configuration.with_positions(configuration.positions + rng.normal(size=len(box)) * 5)
    unwrapped = configuration.with_positions(configuration.positions + rng.integers(-3, 4, (300, len(box))) * box)
    order = rng.permutation(300)
    permuted = Configuration(configuration.positions[order], configuration.types[order], box)
    for found, index in ((moved, slice(None)), (unwrapped, slice(None)), (permuted, order)):
        for result, reference in zip(radical_cells(found, system), expected, strict=True):
            np.testing.assert_allclose(result, reference[index], atol=1e-9)


@pytest.mark.parametrize("box", [(40.0, 2.0), (9.0, 1.0)])
def test_margin_grows_until_the_cells_are_final(box):
    # A few particles huddled in one corner of a long box: far copies decide.
    rng = np.random.default_rng(8)
    configuration = Configuration(rng.random((12, 2)), rng.integers(1, 4, 12), box)
    perimeter, area = radical_cells(configuration, KA2D)
    repeated = radical_cells(tile(configuration, 3), KA2D)
    np.testing.assert_allclose(np.tile(perimeter, 9), repeated[0], atol=1e-9)
    assert area.sum() == pytest.approx(np.prod(box), abs=1e-10)


def test_real_inherent_structure_fills_its_box():
    file = SHARED / "ka2d_glassbench" / "N1290T0.23_202_tc05.npz"
    if not file.exists():
        pytest.skip("shared reference data are absent")
    with np.load(file, allow_pickle=False) as data:
        configuration = Configuration(data["initial_positions_inherent"], data["types"], data["box"])
    perimeter, area = radical_cells(configuration, KA2D)
    assert area.sum() == pytest.approx(32.8962**2, abs=1e-10 * 32.8962**2)
    extremes = np.argsort(area)[[0, -1]]
    wrapped = configuration.wrap()
    expected_perimeter, expected_area = clipped_cells(wrapped, KA2D.radii, extremes, reach=1)
    np.testing.assert_allclose(perimeter[extremes], expected_perimeter[extremes], atol=1e-10)
    np.testing.assert_allclose(area[extremes], expected_area[extremes], atol=1e-10)


def test_refusals():
    with pytest.raises(DataError, match="dimensions"):
        radical_cells(random_configuration(5, np.ones(3), 2, 9), KA2D)
    with pytest.raises(DataError, match="types reach 3"):
        radical_cells(Configuration(np.eye(3), [1, 2, 3], 4.0), KA)
    with pytest.raises(InputError, match="same position"):
        radical_cells(Configuration([[0.0, 0.0], [2.0, 2.0]], [1, 1], 2.0), KA2D)
