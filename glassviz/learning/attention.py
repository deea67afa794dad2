"""tGlassMLP's attention and the two bottleneck values behind it, one pass over the descriptors of a particle.

a_k = S_k f_k + g_k, w = softmax(a), z_b = c_b + sum_k B_bk S_k w_k; k runs over all descriptors of one particle.
With d = dLoss/dz: dLoss/da_k = w_k [S_k sum_b d_b B_bk - sum_b d_b (z_b - c_b)], so the way back needs no other sum.
Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), Eqs. (5)-(7).
"""

import numpy as np
from numba import njit

f4 = np.float32
LOWEST = f4(-87.0)
"""Below it exp is taken as 1e-38."""


@njit(fastmath=True, inline="always")
def _exponential(x):
    """exp(x) to 2e-7 for -87 <= x <= 0: 2^n times a polynomial. Written out, for a loop of it runs in vectors."""
    x = max(x, LOWEST)
    n = np.floor(x * f4(1.44269504) + f4(0.5))
    r = x - n * f4(0.693359375) + n * f4(2.12194440e-4)
    p = f4(1.98756915e-4)
    for c in (f4(1.39819995e-3), f4(8.33345191e-3), f4(4.16657959e-2), f4(1.66666655e-1), f4(5.00000012e-1)):
        p = p * r + c
    power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
    return (p * r * r + r + f4(1)) * power


@njit(fastmath=True, nogil=True, cache=True)
def forward(inputs, slopes, shifts, weights, bias, attention, values):
    """Fill attention (E, n, M) with w and values (E, 2, n) with z.

    inputs (n, M) S; slopes (E, M) f; shifts (E, M) g; weights (E, 2, M) B; bias (E, 2) c; all float32
    """
    for e in range(len(slopes)):
        f, g, first, second = slopes[e], shifts[e], weights[e, 0], weights[e, 1]
        for i in range(len(inputs)):
            s, w = inputs[i], attention[e, i]
            top = f4(-1e30)
            for k in range(len(s)):
                w[k] = s[k] * f[k] + g[k]
                top = max(top, w[k])
            for k in range(len(s)):
                w[k] = _exponential(w[k] - top)
            total, z0, z1 = f4(0), f4(0), f4(0)
            for k in range(len(s)):
                q = w[k] * s[k]
                total += w[k]
                z0 += q * first[k]
                z1 += q * second[k]
            norm = f4(1) / total
            for k in range(len(s)):
                w[k] *= norm
            values[e, 0, i] = z0 * norm + bias[e, 0]
            values[e, 1, i] = z1 * norm + bias[e, 1]


@njit(fastmath=True, nogil=True, cache=True)
def backward(inputs, weights, bias, attention, values, given, slopes, shifts, weight_slopes):
    """Fill the derivatives by f, slopes (E, M), by g, shifts (E, M), and by B, weight_slopes (E, 2, M).

    given : (E, 2, n) dLoss/dz; the others as `forward` left them
    """
    for e in range(len(attention)):
        by_f, by_g, by_first, by_second = slopes[e], shifts[e], weight_slopes[e, 0], weight_slopes[e, 1]
        first, second = weights[e, 0], weights[e, 1]
        by_f[:], by_g[:], by_first[:], by_second[:] = 0, 0, 0, 0
        for i in range(len(inputs)):
            s, w = inputs[i], attention[e, i]
            d0, d1 = given[e, 0, i], given[e, 1, i]
            common = d0 * (values[e, 0, i] - bias[e, 0]) + d1 * (values[e, 1, i] - bias[e, 1])
            for k in range(len(s)):
                by_a = w[k] * (s[k] * (d0 * first[k] + d1 * second[k]) - common)
                by_g[k] += by_a
                by_f[k] += by_a * s[k]
                q = w[k] * s[k]
                by_first[k] += d0 * q
                by_second[k] += d1 * q
