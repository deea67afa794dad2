"""Propensities of particles at any mean propensity C, between those at which they are known."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from glassviz.errors import InputError


class PropensityAtLevel:
    """Each particle's propensity as a function of the mean propensity C: call it with C to get (N,).

    levels : (n,) C, in any order; values : (n, N), nan for particles without a value
    Between the levels each particle follows a monotone piecewise cubic (PCHIP) in C, which never leaves the range of
    the two values around it; at C = 1 nothing has moved and every particle is at 1. nan below the lowest level.
    Levels within 1e-6 of one another, or of 1, count once. Raises InputError where no level is left.
    Source: Fritsch, Butland, SIAM J. Sci. Stat. Comput. 5, 300 (1984).
    """

    def __init__(self, levels, values):
        levels, values = np.asarray(levels, dtype=float), np.asarray(values, dtype=float)
        if levels.shape != values.shape[:1] or values.ndim != 2:
            raise InputError(f"levels have shape {levels.shape}, values {values.shape}, expected (n,) and (n, N)")
        order = np.argsort(levels, kind="stable")
        order = order[np.isfinite(levels[order]) & (levels[order] < 1 - 1e-6)]
        distinct = np.concatenate([[True], np.diff(levels[order]) > 1e-6]) if len(order) else []
        order = order[np.asarray(distinct, dtype=bool)]
        if len(order) == 0:
            raise InputError(f"levels are {levels.tolist()}, expected one or more below 1")
        self.number, self.lowest = values.shape[1], float(levels[order[0]])
        self._known = np.isfinite(values[order]).all(axis=0)
        knots = np.concatenate([values[order][:, self._known], np.ones((1, int(self._known.sum())))])
        self._curves = PchipInterpolator(np.append(levels[order], 1.0), knots, axis=0)

    def __call__(self, level):
        """Propensity of every particle, (N,)."""
        result = np.full(self.number, np.nan)
        if self.lowest - 1e-9 <= level <= 1:
            result[self._known] = self._curves(max(level, self.lowest))
        return result
