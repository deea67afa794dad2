"""Whether whole configurations differ in a prediction as much as in molecular dynamics."""

import numpy as np

from glassviz.dynamics.four_point_susceptibility import covariance
from glassviz.dynamics.resampling import jackknife, ratio

TOLD = 1.5
"""By how many of its errors the chi_4 of molecular dynamics must exceed zero for a ratio to it."""


def susceptibility_ratio(predicted, halves):
    """chi_4 of a prediction, chi_4 of molecular dynamics, and their ratio with its jackknife error.

    chi_4 = N_1 Var over configurations of the configuration's mean; that of molecular dynamics is the covariance of the
    means of the two halves of the replicas, free of their noise; both without bias, as
    dynamics.four_point_susceptibility_with_error gives them.

    predicted : a list of (N_1,), one for each configuration; halves : a list of (2, N_1)
    Returns (predicted, molecular dynamics, ratio, error). From fewer than 2 configurations all are nan, from 2 ratio
    and error, for each chi_4 is then a single squared difference. They are nan too where the chi_4 of molecular
    dynamics is below TOLD of its errors: a ratio to what may be zero says nothing. Configurations with a missing value
    are left out.
    """
    whole = [
        (np.mean(p), *np.mean(h, axis=1))
        for p, h in zip(predicted, halves, strict=True)
        if np.isfinite(p).all() and np.isfinite(h).all() and len(p)
    ]
    means = np.array(whole).reshape(-1, 3)
    if len(means) < 2:
        return (np.nan,) * 4
    number = max(map(len, predicted))
    own, measured = _susceptibilities(means)
    if len(means) < 3:
        return number * own, number * measured, np.nan, np.nan
    told, uncertain = jackknife(lambda rows: _susceptibilities(rows)[1], means)
    if not told > TOLD * uncertain:
        return number * own, number * measured, np.nan, np.nan
    value, error = jackknife(lambda rows: ratio(*_susceptibilities(rows)), means)
    return number * own, number * measured, value if np.isfinite(error) else np.nan, error


def _susceptibilities(means):
    """chi_4 / N_1 of prediction and of molecular dynamics from the means (n, 3) of p, a and b."""
    p, a, b = means.T
    return covariance(p, p), covariance(a, b)
