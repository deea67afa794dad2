"""Distribution of propensities: how many particles move how much."""

import numpy as np

from glassviz.dynamics.resampling import jackknife, ratio
from glassviz.errors import InputError

EDGES = np.linspace(-0.0137, 1.0263, 27)
"""Default edges of the bins, for bond-breaking propensities: of few replicas these are fractions such as 4/5, on which
no edge lies."""


def propensity_distribution(propensities, edges=EDGES):
    """Probability density P(C) in each bin, its jackknife error over configurations, and counts, each (n_bins,).

    P = counts / (number of all values x width), so that its integral is the share inside the bins; a model's values may
    lie outside. The last bin holds its upper edge. Missing values (nan) do not count.

    propensities : a list of (N_1,), one for each configuration; edges : (n_bins + 1,), rising
    The propensity of R replicas has their noise inside: its distribution is that of the noise-free propensity made
    wider (C_B also falls on few values), and no product of halves mends it. A model that is right about infinitely many
    replicas comes out narrower. The error of one configuration is nan.
    Raises InputError without configurations or on edges that do not rise.
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023), figure 2b.
    """
    edges = np.asarray(edges, dtype=np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise InputError(f"edges have shape {edges.shape}, expected two or more rising numbers")
    known = [values[~np.isnan(values)] for values in (np.asarray(p, dtype=np.float64).ravel() for p in propensities)]
    if not known:
        raise InputError("there is no configuration, expected at least one")
    counts = np.array([np.histogram(values, edges)[0] for values in known])
    totals = np.array([len(values) for values in known])
    density, error = np.array(
        [
            jackknife(lambda rows: ratio(*rows.sum(axis=0)), np.stack([column, totals * width], axis=1))
            for column, width in zip(counts.T, np.diff(edges), strict=True)
        ]
    ).T
    return density, error, counts.sum(axis=0)
