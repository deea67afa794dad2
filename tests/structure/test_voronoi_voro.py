"""Radical Voronoi cells against voro++, which builds them by cutting planes, one cell after another."""

import numpy as np
import pytest

import glassviz as gv
from glassviz.configuration import Configuration
from glassviz.dataset import EMBEDDED
from glassviz.structure import radical_cells
from glassviz.systems import KA, KA2D

pyvoro = pytest.importorskip("pyvoro")


def test_a_simulated_liquid_in_two_dimensions():
    inherent = gv.open(EMBEDDED / "ka2d")[0.4].inherent[0].wrap()
    limits = [[0.0, edge] for edge in inherent.box]
    radii = KA2D.radii[inherent.types - 1]
    cells = pyvoro.compute_2d_voronoi(inherent.positions, limits, 2.0, radii=radii, periodic=[True, True])
    corners = [np.array(cell["vertices"]) for cell in cells]
    edges = [np.array([face["vertices"] for face in cell["faces"]]) for cell in cells]
    lengths = [np.linalg.norm(c[e[:, 0]] - c[e[:, 1]], axis=1).sum() for c, e in zip(corners, edges, strict=True)]
    perimeter, area = radical_cells(inherent, KA2D)
    np.testing.assert_allclose(perimeter, lengths, rtol=1e-8)
    np.testing.assert_allclose(area, [cell["volume"] for cell in cells], rtol=1e-8)


def test_random_points_in_three_dimensions():
    rng = np.random.default_rng(4)
    box = np.array([6.0, 7.0, 6.5])
    points = Configuration(rng.random((300, 3)) * box, rng.integers(1, 3, 300), box)
    cells = pyvoro.compute_voronoi(
        points.positions, [[0.0, edge] for edge in box], 2.0, radii=KA.radii[points.types - 1], periodic=[True] * 3
    )
    surface, volume = radical_cells(points, KA)
    # A point that is nowhere the nearest has no cell, and voro++ leaves it out.
    own = volume > 1e-9
    found = {i: cell for i, cell in enumerate(cells) if cell is not None and cell["volume"] > 1e-9}
    assert sorted(found) == np.flatnonzero(own).tolist()
    np.testing.assert_allclose(volume[own], [found[i]["volume"] for i in sorted(found)], rtol=1e-7)
    np.testing.assert_allclose(surface[own], [area_of(found[i]) for i in sorted(found)], rtol=1e-7)


def area_of(cell):
    """Sum of the areas of a polyhedron's faces."""
    corners = np.array(cell["vertices"])
    total = 0.0
    for face in cell["faces"]:
        ring = corners[face["vertices"]]
        total += np.linalg.norm(np.cross(ring[1:-1] - ring[0], ring[2:] - ring[0]).sum(axis=0)) / 2
    return total
