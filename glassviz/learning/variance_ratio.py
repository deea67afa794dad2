"""Whether a prediction spreads as widely as the propensity."""

import numpy as np

from glassviz.learning.resampling import jackknife, ratio


def variance_ratio(predicted, halves):
    """Var_pred / Var_true over the pooled particles, and the same against the variance without replica noise.

    Var is about the mean of all particles given. Labels of finite replicas, y = (a + b) / 2 with a and b the means of
    the two halves, spread by their noise too: Var(y) = Cov(a, b) + noise, and the noise of the halves is independent,
    so that Cov(a, b) = <a b> - <a> <b> is the variance that infinitely many replicas would have. A perfect prediction
    has the ratio 1 to Cov(a, b), and to Var(y) the ratio Cov(a, b) / Var(y), the square of the ceiling where both
    halves have one variance. Ratios below these tell of a prediction that hedges towards the mean.

    predicted : a list of (n,), one for each configuration; halves : a list of (2, n)
    Returns (ratio to Var(y), its error, ratio to Cov(a, b), its error), jackknife errors over configurations; nan where
    undefined. Particles without prediction or label are left out.
    """
    sums = np.array([_sums(p, h) for p, h in zip(predicted, halves, strict=True)]).reshape(-1, 8)
    return (*jackknife(_to_labels, sums), *jackknife(_to_signal, sums))


def _sums(predicted, halves):
    """Number of particles and the sums of p, a, b, p^2, a^2, b^2 and a b."""
    values = np.stack([predicted, *halves]).astype(np.float64)
    p, a, b = values[:, np.isfinite(values).all(axis=0)]
    return len(p), p.sum(), a.sum(), b.sum(), p @ p, a @ a, b @ b, a @ b


def _moments(sums):
    """Var(p), Var(y) and Cov(a, b)."""
    n, p, a, b, pp, aa, bb, ab = sums.sum(axis=0)
    if n < 2:
        return np.nan, np.nan, np.nan
    product = ab / n - a * b / n**2
    label = ((aa + bb) / n - (a**2 + b**2) / n**2 + 2 * product) / 4
    return pp / n - (p / n) ** 2, label, product


def _to_labels(sums):
    predicted, label, _ = _moments(sums)
    return ratio(predicted, label)


def _to_signal(sums):
    predicted, _, signal = _moments(sums)
    return ratio(predicted, signal)
