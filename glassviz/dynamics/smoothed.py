"""A field of particle values, smoothed on a regular grid."""

import numpy as np
from scipy.spatial import cKDTree

from glassviz.dynamics.fields import check_field
from glassviz.errors import InputError

NODES = 128
"""Default number of grid nodes along the longest edge."""
_MOST_NODES = 2**24
_AT_ONCE = 1024
_WIDTHS = 6.0


def smoothed(positions, values, box, length, nodes=NODES):
    """Gaussian-weighted mean of particle values at the nodes of a regular grid, (n_1, ..., n_d).

    f(x) = sum_j v_j g(x - r_j) / sum_j g(x - r_j),  g(r) = exp(-r^2 / (2 length^2)) summed over all periodic images

    positions (N, d), wrapped or not; values (N,); box (d,); length in sigma_11, at most the shortest edge of the box
    nodes : along the longest edge, in proportion along the others; node k of an edge lies at (k + 1/2) L / n, and axis
        k of the result runs along axis k of the positions

    Of a field that varies as cos(q x) on dense points, exp(-q^2 length^2 / 2) is left. Weights below 1e-8, beyond 6
    lengths along an axis, count as 0. At length 0, and where no weight is left, the value is that of the nearest
    particle, which is the limit of the mean.
    Raises InputError on impossible shapes and values.
    """
    positions, values, box = check_field(positions, values, box, "values")
    if values.ndim != 1:
        raise InputError(f"values have shape {values.shape}, expected one for each particle")
    if not 0 <= length <= box.min():
        raise InputError(f"length is {length}, expected 0 to {box.min():g}, the shortest edge of the box")
    most = round(_MOST_NODES ** (1 / len(box)))
    if not 2 <= nodes <= most:
        raise InputError(f"nodes is {nodes}, expected 2 to {most}")
    shape = tuple(np.maximum(np.rint(nodes * box / box.max()), 1).astype(int))
    axes = [(np.arange(n) + 0.5) * edge / n for n, edge in zip(shape, box, strict=True)]
    weights, sums = np.zeros((2, *shape))
    if length > 0:
        _add_gaussians(positions, values, box, length, axes, weights, sums)
    empty = weights == 0
    weights[empty] = 1.0
    field = sums / weights
    places = np.stack([axis[k] for axis, k in zip(axes, np.nonzero(empty), strict=True)], axis=1)
    field[empty] = values[cKDTree(positions, boxsize=box).query(places)[1]]
    return field


def _add_gaussians(positions, values, box, length, axes, weights, sums):
    """Add every particle's Gaussian to `weights`, and times its value to `sums`, each of the grid's shape.

    A Gaussian is a product of one factor along each axis, so that the sums over particles are products of matrices,
    taken for some neighbours along the first axis at a time, which concern few rows of the grid.
    """
    order = np.argsort(positions[:, 0])
    for begin in range(0, len(order), _AT_ONCE):
        some = order[begin : begin + _AT_ONCE]
        first = _near_rows(positions[some, 0], box[0], length, axes[0])
        factors = [
            _factors(positions[some, k], edge, length, axes[k][first] if k == 0 else axes[k])
            for k, edge in enumerate(box)
        ]
        others = factors[1]
        for factor in factors[2:]:
            others = (others[:, :, None] * factor[:, None, :]).reshape(len(some), -1)
        shape = (len(first), *weights.shape[1:])
        weights[first] += (factors[0].T @ others).reshape(shape)
        sums[first] += ((factors[0] * values[some, None]).T @ others).reshape(shape)


def _near_rows(coordinates, edge, length, axis):
    """Which nodes of the first axis lie within 6 lengths of sorted coordinates."""
    reach = _WIDTHS * length
    low, high = coordinates[0] - reach, coordinates[-1] + reach
    return np.flatnonzero((axis - low) % edge <= high - low) if high - low < edge else np.arange(len(axis))


def _factors(coordinates, edge, length, axis):
    """Gaussian of each coordinate at each node, summed over images and 0 beyond 6 lengths, (n, n_nodes)."""
    apart = coordinates[:, None] - axis
    apart -= edge * np.rint(apart / edge)
    images = int(np.ceil(_WIDTHS * length / edge - 0.5)) if 2 * _WIDTHS * length > edge else 0
    total = 0.0
    for image in range(-images, images + 1):
        scaled = (apart + image * edge) / length
        total = total + np.where(np.abs(scaled) <= _WIDTHS, np.exp(-0.5 * scaled**2), 0.0)
    return total
