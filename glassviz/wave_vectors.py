"""Wave vectors of a periodic box and sums over particles at them: directly, or by a non-uniform FFT."""

from functools import lru_cache

import numpy as np
from numba import njit

from glassviz.errors import InputError

TOLERANCE = 1e-12
"""Relative error of the non-uniform FFT; finufft reaches no less in double precision without warnings."""
FEW = 100_000
"""Up to so many particles times wave vectors the direct sum is used: it takes some 3 ms then, the FFT 1 ms."""

MOST_VECTORS = 1e8
"""A grid of so many takes some gigabytes of memory."""


@lru_cache(maxsize=8)
def half_space(box, q_max):
    """One of each pair q, -q of the wave vectors (2 pi / L)(n_x, n_y, ...) with 0 < |q| <= q_max.

    box : tuple of d edge lengths
    Returns integer multiples of 2 pi / L (n, d) and lengths (n,), which must not be changed. Raises InputError where
    the box has no such vector.
    """
    step = 2 * np.pi / np.asarray(box, dtype=np.float64)
    if not (np.isfinite(q_max) and q_max >= step.min()):
        raise InputError(f"q_max is {q_max:g}, expected at least the smallest 2 pi / L = {step.min():.4g}")
    reach = (q_max / step * (1 + 1e-12)).astype(int)
    if (number := np.prod(2.0 * reach + 1)) > MOST_VECTORS:
        raise InputError(f"q_max is {q_max:g}: the box has some {number:.0e} wave vectors up to it, at most 1e8 fit")
    ranges = [np.arange(0, reach[0] + 1), *(np.arange(-n, n + 1) for n in reach[1:])]
    vectors = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, len(step))
    # Half of the space: the first number that is not zero is positive.
    leading = np.take_along_axis(vectors, (vectors != 0).argmax(axis=1)[:, None], axis=1)[:, 0]
    lengths = np.sqrt(((vectors * step) ** 2).sum(axis=1))
    kept = (leading > 0) & (lengths <= q_max * (1 + 1e-12))
    result = vectors[kept], lengths[kept]
    for array in result:
        array.flags.writeable = False
    return result


def wave_sums(positions, weights, box, vectors):
    """W(q) = sum_j w_j exp(i q.r_j) for q = (2 pi / L) vectors, (n,) complex, by whichever way is faster.

    positions : (N, d), wrapped or not; weights : (N,) real; box : (d,); vectors : (n, d) int, the first of each >= 0
    Both ways agree to about 1e-11 of sqrt(sum w_j^2).
    """
    way = direct_sums if len(positions) * len(vectors) <= FEW else nonuniform_fft
    return way(positions, weights, box, vectors)


def direct_sums(positions, weights, box, vectors):
    """`wave_sums` particle by particle and vector by vector."""
    result = np.zeros(len(vectors), dtype=np.complex128)
    if len(vectors):
        _add_waves(_fractions(positions, box), np.asarray(weights, dtype=np.float64), vectors, result)
    return result


def nonuniform_fft(positions, weights, box, vectors):
    """`wave_sums` by a non-uniform fast Fourier transform of type 1, on one thread.

    Source: Barnett, Magland, af Klinteberg, SIAM J. Sci. Comput. 41, C479 (2019).
    """
    import finufft

    phases = 2 * np.pi * _fractions(positions, box).T
    reach = np.abs(vectors).max(axis=0)
    # The first number of each vector is 0 ... reach: turning each particle by exp(i middle x) shifts that range to the
    # transform's own, -middle ... reach - middle, and halves the grid.
    middle = (reach[0] + 1) // 2
    turned = weights * np.exp(1j * middle * phases[0])
    modes = (int(reach[0]) + 1, *(2 * int(n) + 1 for n in reach[1:]))
    transform = {2: finufft.nufft2d1, 3: finufft.nufft3d1}[len(modes)]
    grid = transform(*np.ascontiguousarray(phases), turned, modes, isign=1, eps=TOLERANCE, nthreads=1)
    return grid[vectors[:, 0], *(vectors[:, axis] + reach[axis] for axis in range(1, len(modes)))]


def _fractions(positions, box):
    """Positions in units of the box, in [0, 1]: phases of particles far outside would lose digits."""
    fractions = np.asarray(positions, dtype=np.float64) / box
    return np.ascontiguousarray(fractions - np.floor(fractions))


@njit(cache=True, nogil=True)
def _add_waves(fractions, weights, vectors, result):
    """Adds each particle's w exp(i q.r): powers of exp(2 pi i x / L) along each axis, then one product per vector."""
    dimension = fractions.shape[1]
    reach = np.zeros(dimension, dtype=np.int64)
    for axis in range(dimension):
        reach[axis] = np.abs(vectors[:, axis]).max()
    powers = np.empty((dimension, 2 * reach.max() + 1), dtype=np.complex128)
    for i in range(len(fractions)):
        for axis in range(dimension):
            middle, phase = reach[axis], 2 * np.pi * fractions[i, axis]
            turn = complex(np.cos(phase), np.sin(phase))
            powers[axis, middle] = weights[i] if axis == 0 else 1.0
            for n in range(1, middle + 1):
                powers[axis, middle + n] = powers[axis, middle + n - 1] * turn
                powers[axis, middle - n] = np.conj(powers[axis, middle + n])
        for v in range(len(vectors)):
            mode = powers[0, reach[0] + vectors[v, 0]]
            for axis in range(1, dimension):
                mode *= powers[axis, reach[axis] + vectors[v, axis]]
            result[v] += mode
