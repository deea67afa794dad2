"""Errors of statistics of whole configurations, whose particles are not independent."""

import numpy as np


def jackknife(statistic, sums):
    """A statistic of sums over configurations and its standard error, leaving out one configuration at a time.

    error^2 = (n - 1) / n sum_k (s_k - <s_k>)^2, s_k without configuration k

    sums : (n, K), what each configuration contributes; statistic : rows (n, K) -> float, nan where it is undefined.
    The error is nan for fewer than 2 configurations, and where the statistic is undefined without one of them.
    Source: B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans (1982).
    """
    sums = np.asarray(sums, dtype=np.float64)
    number, value = len(sums), float(statistic(sums)) if len(sums) else np.nan
    if number < 2:
        return value, np.nan
    without = np.array([statistic(np.delete(sums, k, axis=0)) for k in range(number)])
    return value, float(np.sqrt((number - 1) / number * ((without - without.mean()) ** 2).sum()))


def ratio(above, below):
    """above / below; nan unless below is positive, as for a variance that noise has made negative."""
    return float(above / below) if below > 0 else np.nan
