"""Four-point susceptibility: how far the mean propensity of whole configurations scatters."""

import numpy as np

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
