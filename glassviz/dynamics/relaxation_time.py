"""Structural relaxation time from the mean bond-breaking correlation."""

import numpy as np

from glassviz.errors import InputError


def relaxation_time(times, correlation, level=0.5):
    """First time at which `correlation` (n_times,) falls to `level`; nan if it does not.

    Between points the correlation is taken as linear in log t.

    With the mean C_B of type 1 and level 0.5 this is tau_alpha^BB (PRL 130, 238202).
    Raises InputError when lengths differ, times do not increase or are not positive.
    """
    times, correlation = np.asarray(times, dtype=float), np.asarray(correlation, dtype=float)
    if times.shape != correlation.shape or times.ndim != 1:
        raise InputError(f"times have shape {times.shape}, correlation {correlation.shape}, expected two equal lengths")
    if (times <= 0).any() or (np.diff(times) <= 0).any():
        raise InputError("times must be positive and increase")
    below = np.flatnonzero(correlation <= level)
    if len(below) == 0 or below[0] == 0:
        return float("nan")
    after = below[0]
    upper, lower = correlation[after - 1], correlation[after]
    fraction = (upper - level) / (upper - lower)
    return float(np.exp((1 - fraction) * np.log(times[after - 1]) + fraction * np.log(times[after])))


def relaxation_time_with_error(times, correlations, level=0.5):
    """relaxation_time of the mean over configurations and its jackknife error; `correlations` (n, n_times).

    error^2 = (n - 1) / n sum_k (tau_k - <tau_k>)^2, tau_k without configuration k; nan for a single configuration.
    """
    correlations = np.asarray(correlations, dtype=float)
    tau = relaxation_time(times, correlations.mean(axis=0), level)
    number = len(correlations)
    if number < 2:
        return tau, float("nan")
    left_out = (correlations.sum(axis=0) - correlations) / (number - 1)
    taus = np.array([relaxation_time(times, curve, level) for curve in left_out])
    return tau, float(np.sqrt((number - 1) / number * ((taus - taus.mean()) ** 2).sum()))
