"""Radical (Laguerre) Voronoi cells in a periodic box, in two and three dimensions."""

import numpy as np
from scipy.spatial import ConvexHull

from glassviz.errors import InputError
from glassviz.structure.periodic import periodic_copies

# First guess of how far the periodic copies reach beyond the box, in mean particle distances. Enough for dense
# liquids; a result that could depend on particles further away is computed again with a larger margin.
_MARGIN = 2.0


def radical_cells(configuration, system):
    """Perimeter (d = 2) or surface (d = 3), and area or volume, of each particle's radical Voronoi cell.

    cell_i = {x : |x - r_i|^2 - a_i^2 <= |x - r_j|^2 - a_j^2 for every j and every periodic image}

    a_i = sigma_aa / 2 is the radius of particle i's type, `system.radii`.
    Returns two arrays (N,): boundary in sigma_11^(d-1), volume in sigma_11^d; the volumes add up to the box.
    A particle that is nowhere the nearest in this sense has an empty cell: both numbers are 0.
    Raises DataError when dimension or types are not `system`'s, InputError when two particles coincide.
    Source: Aurenhammer, SIAM J. Comput. 16, 78 (1987): the cells are the lower hull of the points lifted to
    (r, |r|^2 - a^2). GlassMLP's perimeter: Jung, Biroli, Berthier, Phys. Rev. Lett. 130, 238202 (2023).
    """
    system.check(configuration, density_tolerance=np.inf)
    box = configuration.box
    # Centred coordinates keep the lifted ones, which grow like r^2, small.
    positions = configuration.wrap().positions - box / 2
    if len(np.unique(positions, axis=0)) < len(positions):
        raise InputError("two particles have the same position, expected distinct ones to divide space between")
    radii = system.radii[configuration.types - 1]
    margin = _MARGIN * configuration.density ** (-1 / configuration.dimension)
    while True:
        points, owner = periodic_copies(positions, box, margin)
        weights = radii[owner] ** 2
        simplices, neighbours, centres = _power_diagram(points, weights)
        needed = _needed_margin(points, weights, simplices, neighbours, centres, box, configuration.number)
        if needed <= margin:
            break
        margin = min(needed * 1.01, 2 * margin + box.max())
    cells = _polygons if configuration.dimension == 2 else _polyhedra
    return cells(points, weights, simplices, neighbours, centres, configuration.number)


def _power_diagram(points, weights):
    """Dual of the radical cells: simplices (K, d+1), their neighbours (K, d+1) or -1, and power centres (K, d)."""
    lifted = np.column_stack([points, (points**2).sum(axis=1) - weights])
    hull = ConvexHull(lifted)
    lower = hull.equations[:, -2] < -1e-12
    number = np.where(lower, np.cumsum(lower) - 1, -1)
    simplices = hull.simplices[lower]
    equations = hull.equations[lower]
    from_plane = -equations[:, :-2] / (2 * equations[:, -2:-1])
    return simplices, number[hull.neighbors[lower]], _power_centres(points, weights, simplices, from_plane)


def _power_centres(points, weights, simplices, from_plane):
    """Point of equal power |x - r|^2 - a^2 to all corners of each simplex.

    Solved in coordinates relative to a corner, which is exact to rounding; flat simplices, as Qhull makes of
    degenerate facets, take the centre given by the facet's plane.
    """
    origin = points[simplices[:, 0]]
    edges = points[simplices[:, 1:]] - origin[:, None, :]
    gap = weights[simplices[:, 1:]] - weights[simplices[:, :1]]
    right = ((edges**2).sum(axis=2) - gap) / 2
    size = np.prod(np.linalg.norm(edges, axis=2), axis=1)
    flat = np.abs(np.linalg.det(edges)) < 1e-6 * size
    edges[flat] = np.eye(edges.shape[2])
    centres = origin + np.linalg.solve(edges, right[:, :, None])[:, :, 0]
    return np.where(flat[:, None], from_plane, centres)


def _needed_margin(points, weights, simplices, neighbours, centres, box, number):
    """Margin beyond which no particle can change the cells of the first `number` points, those inside the box.

    A simplex is final when no other point has a lower power at its centre; such a point would lie within
    sqrt(power + largest weight) of it.
    """
    inside = simplices < number
    # A side of the hull opposite to another corner holds the particle: its cell is open, the copies are too few.
    if ((neighbours < 0) & (inside.sum(axis=1, keepdims=True) > inside)).any():
        return np.inf
    own = inside.any(axis=1)
    corner = simplices[own, 0]
    power = ((centres[own] - points[corner]) ** 2).sum(axis=1) - weights[corner]
    reach = np.sqrt(np.maximum(power + weights.max(), 0.0))
    return float((np.abs(centres[own]) + reach[:, None] - box / 2).max(initial=0.0)) if own.any() else np.inf


def _heights(points, weights, first, second):
    """Signed distance from point `first` to its radical plane with `second`, and the distance of the two points."""
    distance = np.linalg.norm(points[second] - points[first], axis=1)
    return (distance**2 + weights[first] - weights[second]) / (2 * distance), distance


def _ridges(simplices, neighbours, number):
    """Pairs of adjacent simplices, once each: their common corners (R, d), and the two simplices (R,), (R,).

    Only those that touch one of the first `number` points.
    """
    corners, ones, others = [], [], []
    for k in range(simplices.shape[1]):
        common = np.delete(simplices, k, axis=1)
        other = neighbours[:, k]
        keep = (other > np.arange(len(simplices))) & (common < number).any(axis=1)
        corners.append(common[keep])
        ones.append(np.flatnonzero(keep))
        others.append(other[keep])
    return np.concatenate(corners), np.concatenate(ones), np.concatenate(others)


def _add_faces(points, weights, first, second, face, number):
    """Sum of the faces, and of the pyramids on them, for each of the first `number` points."""
    dimension = points.shape[1]
    height, distance = _heights(points, weights, first, second)
    boundary, volume = np.zeros(number), np.zeros(number)
    for point, h in ((first, height), (second, distance - height)):
        own = point < number
        boundary += np.bincount(point[own], face[own], minlength=number)
        volume += np.bincount(point[own], (h * face)[own], minlength=number) / dimension
    return boundary, volume


def _polygons(points, weights, simplices, neighbours, centres, number):
    """Perimeter and area of the cells in two dimensions: a side joins the centres of adjacent triangles."""
    corners, one, other = _ridges(simplices, neighbours, number)
    side = np.linalg.norm(centres[one] - centres[other], axis=1)
    return _add_faces(points, weights, corners[:, 0], corners[:, 1], side, number)


def _polyhedra(points, weights, simplices, neighbours, centres, number):
    """Surface and volume of the cells in three dimensions.

    The face between two particles is the convex polygon of the centres of the tetrahedra around their edge; its
    sides belong to the triangles that share the edge. It is summed up from triangles to a point inside it, so that
    neither the order of the sides nor the orientation of flat tetrahedra matters.
    """
    corners, one, other = _ridges(simplices, neighbours, number)
    edges = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [0, 2]], corners[:, [1, 2]]]), axis=1)
    one, other = np.tile(one, 3), np.tile(other, 3)
    own = edges[:, 0] < number
    edges, one, other = edges[own], one[own], other[own]
    keys, face = np.unique(edges[:, 0] * len(points) + edges[:, 1], return_inverse=True)
    start, end = centres[one], centres[other]
    middles = [np.bincount(face, column) for column in ((start + end) / 2).T]
    middle = (np.stack(middles, axis=1) / np.bincount(face)[:, None])[face]
    triangles = np.linalg.norm(np.cross(start - middle, end - middle), axis=1) / 2
    area = np.bincount(face, triangles)
    return _add_faces(points, weights, keys // len(points), keys % len(points), area, number)
