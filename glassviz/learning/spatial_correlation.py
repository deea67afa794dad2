"""Spatial correlation of the mobility: whether what moves together in a prediction does so in molecular dynamics."""

import numpy as np
from scipy.spatial import cKDTree

from glassviz.dynamics.resampling import jackknife, ratio

DISTANCES = {2: (2.0, 5.0, 8.0), 3: (2.0, 4.0, 6.0)}
"""Dimensions -> the distances R_k, in sigma_11."""
REACH = 6.0
"""Beyond R_k + 6 a weight is below 2e-8."""
LEAST = 1e-4
"""Variance of the mobility of displacements, 1/4 at most, below which all particles count as frozen or as mobile."""
NOISY = 0.1
"""Share of the labels' variance that products of halves must keep to be told from noise."""


def mobility(values, observable, tanh=np.tanh):
    """1 - C_B^i, or for displacements (1 + tanh(20 (R_i - 0.44))) / 2, of the shape of `values`.

    tanh : the function for the kind of array that `values` is
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023), supplement.
    """
    if observable == "bond_breaking":
        return 1.0 - values
    return 0.5 * (1.0 + tanh(20.0 * (values - 0.44)))


def surroundings(positions, box, fluctuations):
    """sum_j w_k(r_ij) d_j / sum_j w_k(r_ij) around each particle, for each R_k: (3, F, n).

    w_k = exp(-(r - R_k)^2 / 2), nearest images, j = i included
    positions : (n, d); fluctuations d : (F, n)
    """
    box = np.asarray(box, dtype=np.float64)
    points = positions - box * np.floor(positions / box)
    # A coordinate just below zero can round up to the edge itself, which is the edge 0.
    tree = cKDTree(np.where(points >= box, 0.0, points), boxsize=box)
    distances = DISTANCES[len(box)]
    pairs = tree.sparse_distance_matrix(tree, max(distances) + REACH, output_type="coo_matrix").tocsr()
    separation, result = pairs.data.copy(), []
    for distance in distances:
        pairs.data = np.exp(-0.5 * (separation - distance) ** 2)
        result.append((pairs @ fluctuations.T).T / np.asarray(pairs.sum(axis=1)).ravel())
    return np.array(result)


def spatial_correlation(structures, predicted, halves, observable):
    """C_k of a prediction and of molecular dynamics, pooled over configurations, with jackknife errors.

    C_k = sum_i d_i (sum_j w_k(r_ij) d_j / sum_j w_k(r_ij)) / sum_i d_i^2, d_i the fluctuation of the mobility about its
    mean in the configuration; both sums run over all configurations. Of molecular dynamics each product is one of the
    two halves of the replicas, d_i d_j -> (d_i^a d_j^b + d_i^b d_j^a) / 2 and d_i^2 -> d_i^a d_i^b, whose noise is
    independent: without the noise of finite replicas, which would lower C_k. (For displacements the mobility is not
    linear in R_i, and a small bias remains.) It is nan where noise hides it, sum d_i^a d_i^b < NOISY sum d_i^2, and
    where a mobility of displacements hardly varies, sum d_i^a d_i^b < LEAST N, at very short and at long times.

    structures : Configurations of the particles of one type; predicted : a list of (n,); halves : a list of (2, n)
    Returns (predicted, its error, molecular dynamics, its error), each (3,), for R = DISTANCES[d]; nan where undefined.
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023), supplement.
    """
    sums = [_sums(*given, observable) for given in zip(structures, predicted, halves, strict=True)]
    known = np.array([s for s in sums if s is not None])
    result = np.full((4, 3), np.nan)
    if len(known):
        least = LEAST if observable == "displacement" else 0.0
        hidden = known[:, 7].sum() < max(NOISY * known[:, 8].sum(), least * known[:, 9].sum())
        # Sums of the prediction, then of molecular dynamics: three numerators and a denominator each.
        for k in range(3):
            for row, (above, below) in enumerate(((k, 3), (4 + k, 7))[: 1 if hidden else 2]):
                pair = known[:, [above, below]]
                result[2 * row : 2 * row + 2, k] = jackknife(lambda rows: ratio(*rows.sum(axis=0)), pair)
    return tuple(result)


def _sums(structure, predicted, halves, observable):
    """Numerators (3,) and denominator of prediction and of MD, sum of d^2 of MD and N, (10,); None: one is missing."""
    values = np.stack([predicted, *halves]).astype(np.float64)
    if not np.isfinite(values).all() or values.shape[1] == 0:
        return None
    moving = mobility(values, observable)
    p, a, b = moving - moving.mean(axis=1, keepdims=True)
    around = surroundings(structure.positions, structure.box, np.stack([p, a, b]))
    measured = [0.5 * (a @ near[2] + b @ near[1]) for near in around]
    return *(p @ near[0] for near in around), p @ p, *measured, a @ b, (a + b) @ (a + b) / 4, values.shape[1]
