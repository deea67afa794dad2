"""Whether a prediction spreads as widely as the propensity."""

import numpy as np

from glassviz.dynamics.resampling import jackknife, ratio


def variance_ratio(predicted, halves):
    """Var_pred / Var_true within configurations, and the same against the variance without replica noise.

    Var is about each configuration's own mean, as in GlassMLP's loss: how far the means of configurations differ is
    what chi_4 tells (learning.susceptibility_ratio). Labels of finite replicas, y = (a + b) / 2 with a and b the
    means of the two halves, spread by their noise too: Var(y) = Cov(a, b) + noise, and the noise of the halves is
    independent, so that Cov(a, b) is the variance that infinitely many replicas would have. A perfect prediction has
    the ratio 1 to Cov(a, b), and to Var(y) the ratio Cov(a, b) / Var(y), about the square of the ceiling. Ratios
    below these tell of a prediction that hedges towards the mean.

    predicted : a list of (n,), one for each configuration; halves : a list of (2, n)
    Returns (ratio to Var(y), its error, ratio to Cov(a, b), its error), jackknife errors over configurations; nan where
    undefined. Particles without prediction or label are left out.
    """
    sums = np.array([_sums(p, h) for p, h in zip(predicted, halves, strict=True)]).reshape(-1, 3)
    return (
        *jackknife(lambda rows: ratio(rows[:, 0].sum(), rows[:, 1].sum()), sums),
        *jackknife(lambda rows: ratio(rows[:, 0].sum(), rows[:, 2].sum()), sums),
    )


def _sums(predicted, halves):
    """Sums of p^2, y^2 and a b over the particles of a configuration, all about their means."""
    values = np.stack([predicted, *halves]).astype(np.float64)
    values = values[:, np.isfinite(values).all(axis=0)]
    if values.shape[1] < 2:
        return 0.0, 0.0, 0.0
    p, a, b = values - values.mean(axis=1, keepdims=True)
    return p @ p, (a + b) @ (a + b) / 4, a @ b
