"""Four-point correlation in real space: how alike two particles at a distance r move."""

import numpy as np
from numba import njit

from glassviz.dynamics.fields import check_fields
from glassviz.dynamics.resampling import jackknife, ratio
from glassviz.errors import InputError
from glassviz.interactions.neighbours import adjacent_cells, distance2, fill_cells

REACH = 20.0
"""Default of the largest distance, in sigma_11, if the box has room."""
ABOUT = ("ensemble", "configuration")
"""Whose mean the fluctuations are taken about."""


def four_point_correlation(positions, halves, box, r_max=None, width=0.5, about="ensemble", normalised=False):
    """G_4(r) = sum_ij dC_i dC_j delta(r - r_ij) / sum_ij delta(r - r_ij), i != j, over all configurations.

    dC_i dC_j -> (dC_i^a dC_j^b + dC_i^b dC_j^a) / 2 with the halves a, b of the replicas: their noise is independent,
    so that also noise which neighbours share, for they feel the same replica, leaves no trace.

    positions : a list of (N_1, d), wrapped or not, the particles of one type; box (d,)
    halves : a list of (2, N_1), or (1, N_1) of a prediction, which has no noise
    r_max : at most half the shortest edge (default: that or 20); width : of a bin, sigma_11
    about : dC is the fluctuation about the mean over all configurations ("ensemble"), or about each "configuration"'s
        own, which takes away what whole configurations have in common. Both means are those of the given particles:
        of n configurations this lowers G_4 by about chi_4 / (n N_1), or by chi_4 / N_1.
    normalised : divide by the noise-free variance <dC^a dC^b> of single particles; nan where that is not positive

    Returns (r (n_bins,) centres, G_4 (n_bins,), jackknife error over configurations (n_bins,)); nan in empty bins, and
    the error of fewer than 3 configurations ("ensemble") or 2 is nan.
    Raises InputError on impossible shapes, values, r_max or width.
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023), supplement.
    """
    if about not in ABOUT:
        raise InputError(f"about is {about!r}, expected one of {', '.join(ABOUT)}")
    positions, halves, box = check_fields(positions, halves, box, "halves")
    if any(values.ndim != 2 or len(values) not in (1, 2) for values in halves):
        raise InputError(f"halves have shape {halves[0].shape}, expected (2, N_1), or (1, N_1) of a prediction")
    half = box.min() / 2
    r_max = min(REACH, half) if r_max is None else r_max
    if not 0 < width < r_max <= half:
        raise InputError(f"r_max is {r_max:g} and width is {width:g}, expected 0 < width < r_max <= {half:g}")
    bins = int(r_max / width * (1 + 1e-9))
    level = np.mean([values.mean() for values in halves])
    sums = []
    for x, values in zip(positions, halves, strict=True):
        a, b = values[[0, -1]] - (level if about == "ensemble" else values.mean(axis=1, keepdims=True)[[0, -1]])
        pairs = _pair_sums(x, a, b, tuple(box), float(width), bins)
        single = np.array([a.sum(), b.sum(), a @ b, len(a)])
        sums.append(np.concatenate([pairs, np.tile(single, (bins, 1))], axis=1))
    # From 2 configurations each one left out is its own ensemble.
    few = about == "ensemble" and len(sums) < 3
    found = [jackknife(lambda rows: _correlation(rows, normalised), rows) for rows in np.swapaxes(sums, 0, 1)]
    value, error = np.array(found).T
    return width * (np.arange(bins) + 0.5), value, np.full(bins, np.nan) if few else error


def _correlation(rows, normalised):
    """G_4 of one bin from the sums of configurations, (n, 8): four over pairs, then those over single particles."""
    ab, a, b, pairs, all_a, all_b, all_ab, number = rows.sum(axis=0)
    mean_a, mean_b = all_a / number, all_b / number
    value = ratio(ab - mean_b * a - mean_a * b + mean_a * mean_b * pairs, pairs)
    return ratio(value, all_ab / number - mean_a * mean_b) if normalised else value


@njit(cache=True, nogil=True)
def _pair_sums(positions, first, second, box, width, bins):
    """Sums over the pairs of each bin of (a_i b_j + a_j b_i) / 2, (a_i + a_j) / 2, (b_i + b_j) / 2 and 1, (bins, 4).

    One pass over cells instead of a list of pairs, which at N = 82,560 and r = 20 has 6e7 entries.
    """
    reach = width * bins
    grid, order, start = fill_cells(positions, box, reach)
    x, a, b = positions[order], first[order], second[order]
    adjacent = np.empty(3 ** len(box), np.int64)
    sums = np.zeros((bins, 4))
    for cell in range(len(start) - 1):
        for m in range(adjacent_cells(cell, grid, adjacent)):
            other = adjacent[m]
            # Each pair of cells is visited from its lower one, so that each pair of particles is met once.
            if other < cell:
                continue
            for i in range(start[cell], start[cell + 1]):
                for j in range(i + 1 if other == cell else start[other], start[other + 1]):
                    r2 = distance2(x, i, j, box)
                    if r2 < reach * reach:
                        k = min(int(np.sqrt(r2) / width), bins - 1)
                        sums[k, 0] += 0.5 * (a[i] * b[j] + a[j] * b[i])
                        sums[k, 1] += 0.5 * (a[i] + a[j])
                        sums[k, 2] += 0.5 * (b[i] + b[j])
                        sums[k, 3] += 1.0
    return sums
