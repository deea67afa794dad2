"""Structure factor S(q) by direct summation over the wave vectors of the periodic box."""

from functools import lru_cache

import numpy as np

from glassviz.errors import InputError
from glassviz.structure.averages import as_list, check_pair, mean_and_error
from glassviz.wave_vectors import direct_sums, half_space


def structure_factor(configurations, pair=None, q_max=15.0, width=0.1, most=200):
    """S(q) = < |rho(q)|^2 > / N, or S_ab(q) = Re < rho_a(q) rho_b(-q) > / sqrt(N_a N_b); rho(q) = sum_j exp(i q.r_j).

    pair : (a, b), types from 1; None: all particles alike. S_aa goes to 1 and S_ab to 0 at large q (Ashcroft-Langreth).
    q_max, width : of the bins, in 1 / sigma_11
    most : wave vectors summed in a bin; where a large box has more, that many are taken, spread evenly

    Returns (q (n,), the mean length in each bin; S (n,); standard error over configurations (n,), nan for one). Bins
    without a wave vector are left out. freud has no direct sum in two dimensions, and its Debye sum is not that of a
    periodic box.
    Raises InputError for an unknown pair or an impossible q_max or width.
    """
    configurations = as_list(configurations)
    vectors, lengths, bins = wave_vectors(tuple(configurations[0].box), q_max, width, most)
    counts = np.bincount(bins)
    filled = counts > 0
    curves = [
        np.bincount(bins, weights=_correlated_modes(configuration, pair, vectors))[filled] / counts[filled]
        for configuration in configurations
    ]
    return np.bincount(bins, weights=lengths)[filled] / counts[filled], *mean_and_error(curves)


def _correlated_modes(configuration, pair, vectors):
    """Re rho_a(q) rho_b(-q) / sqrt(N_a N_b) of one configuration at each wave vector, (n,)."""
    first, second = check_pair(configuration, pair)
    positions, box = configuration.positions, configuration.box
    density = direct_sums(positions[first], np.ones(first.sum()), box, vectors)
    other = density if second is first else direct_sums(positions[second], np.ones(second.sum()), box, vectors)
    return (density * other.conj()).real / np.sqrt(float(first.sum()) * second.sum())


@lru_cache(maxsize=8)
def wave_vectors(box, q_max, width, most):
    """One of each pair q, -q of the box's wave vectors up to q_max, grouped in bins of `width`.

    Returns integer multiples of 2 pi / box (n, d), lengths (n,), bins (n,).
    """
    step = 2 * np.pi / np.asarray(box)
    if not 0 < width < q_max or q_max < step.min():
        raise InputError(f"q_max is {q_max:g} and width is {width:g}, expected 0 < width < q_max and q_max >= 2 pi / L")
    if most < 1:
        raise InputError(f"most is {most}, expected at least 1")
    vectors, lengths = half_space(box, q_max)
    bins = (lengths / width).astype(int)
    chosen = np.concatenate([_thinned(np.flatnonzero(bins == one), most) for one in np.unique(bins)])
    result = vectors[chosen], lengths[chosen], bins[chosen]
    for array in result:
        array.flags.writeable = False
    return result


def _thinned(indices, most):
    """At most `most` of the indices, evenly spread: meshgrid orders them by direction."""
    return indices[np.linspace(0, len(indices) - 1, min(most, len(indices))).astype(int)]
