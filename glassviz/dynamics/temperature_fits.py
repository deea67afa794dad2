"""Fits of the relaxation time against temperature: Arrhenius, Vogel-Fulcher-Tammann, parabolic."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from glassviz.errors import InputError


@dataclass(frozen=True)
class TemperatureFit:
    """A law tau(T) with fitted parameters.

    parameters, errors : symbol -> value; standard errors from the covariance
    chi2 : sum of squared residuals of ln tau in units of their errors; temperatures : how many were fitted
    """

    name: str
    formula: str
    parameters: dict
    errors: dict
    chi2: float
    temperatures: int

    def __call__(self, temperature):
        """tau at `temperature`, same shape; nan where the law does not hold (T <= T_0, T >= T_o)."""
        return np.exp(_LAWS[self.name](np.asarray(temperature, dtype=float), *self.parameters.values()))


def fit_arrhenius(temperatures, taus, errors=None):
    """tau = tau_0 exp(E / T) by weighted least squares on ln tau, as a TemperatureFit with tau_0 and E.

    temperatures, taus, errors : (n,), reduced units; errors are standard errors of tau, nan or None where unknown: then
    the median relative error of the others stands in. Errors of the parameters follow from the covariance, enlarged by
    sqrt(chi2 / degrees of freedom) where the scatter exceeds the errors of tau or where none is known.
    Raises InputError for fewer than 3 temperatures.
    """
    T, y, sigma = _prepared("Arrhenius", temperatures, taus, errors, parameters=2)
    slope, intercept = np.polyfit(1 / T, y, 1, w=1 / sigma)
    return _fit("Arrhenius", "tau_0 exp(E / T)", ("tau_0", "E"), T, y, sigma, (np.exp(intercept), slope), errors)


def fit_vft(temperatures, taus, errors=None):
    """tau = tau_0 exp(D T_0 / (T - T_0)) on ln tau, as a TemperatureFit with tau_0, D and T_0 > 0.

    Arguments and errors as in `fit_arrhenius`. Raises InputError for fewer than 4 temperatures, and where the data have
    no such divergence (T_0 falls to zero: Arrhenius).
    Source: Vogel (1921), Fulcher (1925), Tammann, Hesse (1926); D as in Angell, Science 267, 1924 (1995).
    """
    T, y, sigma = _prepared("VFT", temperatures, taus, errors, parameters=3)
    # For a given T_0 the law is linear in the rest: the best of a fine grid starts the search.
    grid = T.min() * np.linspace(0.01, 0.99, 99)
    lines = [np.polyfit(1 / (T - low), y, 1, w=1 / sigma) for low in grid]
    squares = [
        (((np.polyval(line, 1 / (T - low)) - y) / sigma) ** 2).sum() for line, low in zip(lines, grid, strict=True)
    ]
    best = int(np.argmin(squares))
    slope, intercept = lines[best]
    if best == 0 or slope <= 0:
        raise InputError("VFT fit: the relaxation times show no divergence at a temperature above zero")
    start = (np.exp(intercept), slope / grid[best], grid[best])
    return _fit("VFT", "tau_0 exp(D T_0 / (T - T_0))", ("tau_0", "D", "T_0"), T, y, sigma, start, errors)


def fit_parabolic(temperatures, taus, errors=None):
    """tau = tau_0 exp(J^2 (1/T - 1/T_o)^2) for T < T_o, as a TemperatureFit with tau_0, J and the onset T_o.

    Temperatures above the fitted onset are left out, until none is left there. Arguments and errors as in
    `fit_arrhenius`. Raises InputError for fewer than 4 temperatures below the onset, and where ln tau is not convex
    in 1/T.
    Source: Elmatad, Chandler, Garrahan, J. Phys. Chem. B 113, 5563 (2009).
    """
    T, y, sigma = _prepared("parabolic", temperatures, taus, errors, parameters=3)
    while True:
        curvature, slope, constant = np.polyfit(1 / T, y, 2, w=1 / sigma)
        if curvature <= 0:
            raise InputError("parabolic fit: ln tau is not convex in 1/T")
        onset = -2 * curvature / slope if slope < 0 else np.inf
        below = onset > T
        if below.all():
            break
        T, y, sigma = T[below], y[below], sigma[below]
        _require("parabolic", len(T), 3, " below the onset")
    if not np.isfinite(onset):
        raise InputError("parabolic fit: the onset lies at no finite temperature")
    start = (np.exp(constant - curvature / onset**2), np.sqrt(curvature), onset)
    names = ("tau_0", "J", "T_o")
    return _fit("parabolic", "tau_0 exp(J^2 (1/T - 1/T_o)^2)", names, T, y, sigma, start, errors)


FITS = {"Arrhenius": fit_arrhenius, "VFT": fit_vft, "parabolic": fit_parabolic}
"""Name -> function (temperatures, taus, errors) -> TemperatureFit."""


def _arrhenius(T, tau_0, E):
    return np.log(tau_0) + E / T


def _vft(T, tau_0, D, T_0):
    return np.log(tau_0) + D * T_0 / np.where(T > T_0, T - T_0, np.nan)


def _parabolic(T, tau_0, J, T_o):
    return np.log(tau_0) + J**2 * np.where(T_o > T, 1 / T - 1 / T_o, np.nan) ** 2


_LAWS = {"Arrhenius": _arrhenius, "VFT": _vft, "parabolic": _parabolic}


def _require(name, number, parameters, where=""):
    if number < parameters + 1:
        raise InputError(f"{name} fit needs {parameters + 1} temperatures with a relaxation time{where}, has {number}")


def _prepared(name, temperatures, taus, errors, parameters):
    """Temperatures in ascending order, ln tau and its error, of the points that have a relaxation time."""
    T, tau = np.asarray(temperatures, dtype=float), np.asarray(taus, dtype=float)
    error = np.full(T.shape, np.nan) if errors is None else np.asarray(errors, dtype=float)
    if not T.shape == tau.shape == error.shape:
        raise InputError(f"there are {T.size} temperatures, {tau.size} times and {error.size} errors, expected as many")
    known = np.isfinite(T) & np.isfinite(tau)
    if (T[known] <= 0).any() or (tau[known] <= 0).any():
        raise InputError("temperatures and relaxation times must be positive")
    _require(name, len(np.unique(T[known])), parameters)
    order = np.flatnonzero(known)[np.argsort(T[known])]
    T, tau, sigma = T[order], tau[order], (error / tau)[order]
    measured = np.isfinite(sigma) & (sigma > 0)
    return T, np.log(tau), np.where(measured, sigma, np.median(sigma[measured]) if measured.any() else 1.0)


def _fit(name, formula, symbols, T, y, sigma, start, errors):
    """Least squares from `start`, in ln tau_0 (it spans decades) and in ratios of the others to their start."""
    law, scale = _LAWS[name], np.array(start[1:])

    def residuals(numbers):
        distance = (law(T, start[0] * np.exp(numbers[0]), *(numbers[1:] * scale)) - y) / sigma
        # Beyond a divergence the law has no value: the search turns back.
        return np.where(np.isfinite(distance), distance, 1e6)

    found = least_squares(residuals, np.append(0.0, np.ones(len(scale))), x_scale="jac", xtol=1e-12, ftol=1e-12)
    values = np.append(start[0] * np.exp(found.x[0]), found.x[1:] * scale)
    chi2 = float((found.fun**2).sum())
    excess = chi2 / (len(T) - len(start))
    unknown = errors is None or not np.isfinite(np.asarray(errors, dtype=float)).any()
    covariance = np.linalg.pinv(found.jac.T @ found.jac) * (excess if unknown else max(1.0, excess))
    spread = np.sqrt(np.diag(covariance)) * np.append(values[0], np.abs(scale))
    named = (dict(zip(symbols, map(float, numbers), strict=True)) for numbers in (values, spread))
    return TemperatureFit(name, formula, *named, chi2, len(T))
