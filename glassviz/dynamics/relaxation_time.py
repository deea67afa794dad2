"""Structural relaxation time from the mean bond-breaking correlation."""

import numpy as np

from glassviz.errors import InputError

SHORT = 1.25
"""A set whose labels end near tau_alpha still has one: its curve may be continued by this factor."""


def relaxation_time(times, correlation, level=0.5, beyond=1.0):
    """First time at which `correlation` (n_times,) falls to `level`; nan if it does not.

    Between points the correlation is taken as linear in log t. Where it ends above the level, the last two points are
    continued up to `beyond` times the last time (1: not at all).

    With the mean C_B of type 1 and level 0.5 this is tau_alpha^BB (PRL 130, 238202).
    Raises InputError when lengths differ, times do not increase or are not positive.
    """
    times, correlation = np.asarray(times, dtype=float), np.asarray(correlation, dtype=float)
    if times.shape != correlation.shape or times.ndim != 1:
        raise InputError(f"times have shape {times.shape}, correlation {correlation.shape}, expected two equal lengths")
    if (times <= 0).any() or (np.diff(times) <= 0).any():
        raise InputError("times must be positive and increase")
    below = np.flatnonzero(correlation <= level)
    after = below[0] if len(below) else len(times) - 1
    if after == 0 or not correlation[after] < correlation[after - 1]:
        return float("nan")
    upper, lower = correlation[after - 1], correlation[after]
    fraction = (upper - level) / (upper - lower)
    tau = float(np.exp((1 - fraction) * np.log(times[after - 1]) + fraction * np.log(times[after])))
    return tau if tau <= beyond * times[-1] else float("nan")


def relaxation_time_with_error(times, correlations, level=0.5, beyond=1.0):
    """relaxation_time of the mean over configurations and its jackknife error; `correlations` (n, n_times).

    error^2 = (n - 1) / n sum_k (tau_k - <tau_k>)^2, tau_k without configuration k; nan for a single configuration.
    """
    correlations = np.asarray(correlations, dtype=float)
    tau = relaxation_time(times, correlations.mean(axis=0), level, beyond)
    number = len(correlations)
    if number < 2:
        return tau, float("nan")
    left_out = (correlations.sum(axis=0) - correlations) / (number - 1)
    taus = np.array([relaxation_time(times, curve, level, beyond) for curve in left_out])
    return tau, float(np.sqrt((number - 1) / number * ((taus - taus.mean()) ** 2).sum()))
