"""Pair correlation function g(r): how much likelier than at random a particle lies at distance r from another."""

import numpy as np

from glassviz.errors import InputError
from glassviz.structure.averages import as_list, check_pair, mean_and_error

REACH = 8.0
"""Default of the largest distance: beyond it a liquid's g(r) is 1 within a line's width."""


def pair_correlation(configurations, pair=None, r_max=None, width=0.02):
    """g(r), or g_ab(r) = V / (N_a N_b) < sum_i^a sum_j^b delta(r - r_ij) > / shell, of one or more configurations.

    pair : (a, b), types from 1; None: all particles alike
    r_max : largest distance in sigma_11, less than half the shortest box edge (default: REACH, if the box has room)
    width : of a bin

    Returns (r (n,), g (n,), standard error over configurations (n,), nan for one). Normalised so that an ideal gas has
    g = 1 in a finite box. Counted by freud (Ramasubramani et al., Comput. Phys. Commun. 254, 107275).
    Raises InputError for an unknown pair or an impossible r_max or width.
    """
    import freud

    configurations = as_list(configurations)
    # At half the box itself freud refuses.
    half = float(configurations[0].box.min()) / 2 * (1 - 1e-6)
    r_max = min(REACH, half) if r_max is None else r_max
    if not 0 < width < r_max <= half:
        raise InputError(f"r_max is {r_max:g} and width is {width:g}, expected 0 < width < r_max < {half:g}")
    bins = int(r_max / width * (1 + 1e-9))
    # One counter for all: making one takes freud a time that grows with the third power of the bins.
    counter = freud.density.RDF(bins, bins * width)
    values = [_counted(counter, configuration, pair) for configuration in configurations]
    return np.array(counter.bin_centers, dtype=float), *mean_and_error(values)


def _counted(counter, configuration, pair):
    """g of one configuration, (n,)."""
    import freud

    first, second = check_pair(configuration, pair)
    # freud's box is centred on the origin; in two dimensions its third edge is 0.
    box = freud.box.Box(*configuration.box, is2D=configuration.dimension == 2)
    points = np.zeros((configuration.number, 3))
    points[:, : configuration.dimension] = configuration.wrap().positions - configuration.box / 2
    same = first is second
    query = {"mode": "ball", "r_max": counter.r_max, "exclude_ii": same}
    counter.compute((box, points[first]), query_points=points[second], neighbors=query)
    # freud divides by N, but a particle has N - 1 others.
    number = int(first.sum())
    return np.array(counter.rdf, dtype=float) * (number / (number - 1) if same else 1.0)
