"""Clusters of mobile particles: how many that move lie next to each other."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from glassviz.dynamics.fields import check_field
from glassviz.dynamics.resampling import jackknife, ratio
from glassviz.errors import InputError
from glassviz.interactions.neighbours import require_nearest_images

NEIGHBOURS = 1.5
"""Default distance of neighbours in sigma_11: behind the first peak of g_11(r) of KA2D."""


def mobile_clusters(positions, propensity, box, threshold=None, cutoff=NEIGHBOURS):
    """Sizes of the clusters of mobile particles of one configuration, the largest first, (n_clusters,) int.

    mobile : propensity below `threshold` (default: the median of this configuration; give that of the state point to
        compare configurations); neighbours : nearest images up to `cutoff` apart, in sigma_11

    positions (N_1, d), wrapped or not, propensity (N_1,), low where particles move, box (d,). Half of the particles at
    random form clusters too: compare with shuffled propensities before reading a length from the sizes.
    Raises InputError on impossible shapes and values, or a cutoff beyond half the box.
    """
    positions, propensity, box = check_field(positions, propensity, box)
    if propensity.ndim != 1:
        raise InputError(f"propensity has shape {propensity.shape}, expected one value for each particle")
    if not cutoff > 0:
        raise InputError(f"cutoff is {cutoff}, expected a positive distance")
    require_nearest_images(box, cutoff)
    mobile = positions[propensity < (np.median(propensity) if threshold is None else threshold)]
    if len(mobile) == 0:
        return np.zeros(0, dtype=np.int64)
    pairs = cKDTree(mobile, boxsize=box).query_pairs(cutoff, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs), dtype=bool), pairs.T), shape=(len(mobile),) * 2)
    sizes = np.bincount(connected_components(graph, directed=False)[1])
    return np.sort(sizes)[::-1]


def mean_cluster_size(sizes):
    """<n^2> / <n>, the mean size of the cluster that a mobile particle belongs to; nan without clusters.

    sizes : (n_clusters,), of one configuration or of several joined
    Source: Stauffer and Aharony, Introduction to Percolation Theory (1994).
    """
    return mean_cluster_size_with_error([sizes])[0]


def mean_cluster_size_with_error(sizes):
    """`mean_cluster_size` of all configurations together and its jackknife error over them.

    sizes : a list of (n_clusters,), one for each configuration. The error is nan for fewer than 2 of them.
    """
    sums = np.array([[(np.asarray(own, dtype=np.float64) ** 2).sum(), np.sum(own)] for own in sizes])
    return jackknife(lambda rows: ratio(*rows.sum(axis=0)), sums)
