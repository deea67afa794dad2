"""Four-point susceptibility: how far the mean propensity of whole configurations scatters."""

import numpy as np

from glassviz.dynamics.resampling import jackknife
from glassviz.errors import InputError


def four_point_susceptibility(propensity, other_half=None):
    """chi_4 = N_1 (<C^2> - <C>^2), C the mean propensity of a configuration, <> the mean over configurations.

    propensity : (n_configurations, N_1), the particles of one type
    other_half : the same of other replicas; then chi_4 = N_1 (<C C'> - <C> <C'>), which the noise of finite replicas
        does not raise, for that of C and of C' is independent. With noise alone it scatters about 0.
    The squares are those of the given configurations: times n / (n - 1) it estimates that of all without bias. From
    n configurations its relative error is sqrt(2 / (n - 1)).
    Raises InputError for other shapes or fewer than 2 configurations.
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023).
    """
    first = np.asarray(propensity, dtype=np.float64)
    second = first if other_half is None else np.asarray(other_half, dtype=np.float64)
    if first.ndim != 2 or len(first) < 2 or first.shape[1] == 0:
        raise InputError(f"propensity has shape {first.shape}, expected (2 or more configurations, N_1)")
    if second.shape != first.shape:
        raise InputError(f"other_half has shape {second.shape}, expected {first.shape} like propensity")
    means, others = first.mean(axis=1), second.mean(axis=1)
    return float(first.shape[1] * ((means - means.mean()) * (others - others.mean())).mean())


def four_point_susceptibility_with_error(halves):
    """chi_4(t) of many configurations without bias, and its jackknife error, each (n_times,).

    chi_4 = N_1 n / (n - 1) (<C^a C^b> - <C^a> <C^b>), C^a and C^b a configuration's mean propensities in the halves of
    its replicas, <> the mean over n configurations

    halves : (n_configurations, 2, n_times, N_1), the particles of one type: C_B, or Theta(0.3 - R) of each half
        (dynamics.overlap); or (n_configurations, 1, n_times, N_1) of a prediction, which has no noise
    The noise of the halves is independent and leaves no trace in the product. (Theta is not linear: that of a half's
    propensity is not the Theta of infinitely many replicas, whatever the product.) At each time the configurations
    without a value for every particle are left out; from fewer than 2 chi_4 is nan. From few
    configurations the error is uncertain itself: sqrt(2 / (n - 1)) of chi_4 is what to expect (53 % for n = 8), and
    what is given for n = 2, of which no jackknife is left.
    Raises InputError on another shape.
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023); Jung et al., Roadmap on machine learning glassy dynamics
    (2025).
    """
    halves = np.asarray(halves, dtype=np.float64)
    if halves.ndim != 4 or halves.shape[1] not in (1, 2) or halves.shape[3] == 0:
        raise InputError(f"halves have shape {halves.shape}, expected (n_configurations, 2 or 1, n_times, N_1)")
    # nan where one particle has none: such a configuration's mean would be that of another set of particles.
    means = halves.mean(axis=3)[:, [0, -1]]
    known = [rows[np.isfinite(rows).all(axis=1)] for rows in np.moveaxis(means, 2, 0)]
    found = [jackknife(lambda rows: halves.shape[3] * covariance(*rows.T), rows) for rows in known]
    value, error = np.array(found).reshape(-1, 2).T
    two = np.array([len(rows) == 2 for rows in known], dtype=bool)
    return value, np.where(two, np.sqrt(2) * np.abs(value), error)


def covariance(first, second):
    """Covariance of two quantities of configurations (n,) without bias, chi_4 / N_1 of mean propensities; nan if n < 2.

    n / (n - 1) (<x y> - <x> <y>)
    """
    number = len(first)
    if number < 2:
        return np.nan
    return number / (number - 1) * four_point_susceptibility(first[:, None], second[:, None])
