"""Linear algebra of ridge regression: standardise, solve for every penalty at once, choose the penalty."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Solutions:
    """Ridge regressions of T targets on M inputs for A penalties.

    mean, scale : (M,); weights : (A, T, M), on standardised inputs; intercept : (T,), the mean of the targets
    """

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    intercept: np.ndarray

    def squared_error(self, x, y):
        """Sum of squared errors on inputs (n, M) and targets (n, T), (A, T)."""
        z = (x - self.mean) / self.scale
        return np.array([((z @ w.T + self.intercept - y) ** 2).sum(axis=0) for w in self.weights])


def solve(x, y, alphas):
    """Minimise <(y - b - w z)^2> + alpha |w|^2 for targets y (n, T) and inputs x (n, M), for each penalty alpha.

    w = V diag(s / (s^2 + n alpha)) U^T (y - <y>), with the singular value decomposition z = U diag(s) V^T of the
    standardised inputs. Inputs without variance get weight 0; so do directions without, as of equal columns, at
    alpha = 0.
    """
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    varies = deviation > 1e-10 * np.abs(x).max(axis=0)
    scale = np.where(varies, deviation, 1.0)
    z = (x - mean) / scale
    z[:, ~varies] = 0.0
    intercept = y.mean(axis=0)
    u, s, vt = np.linalg.svd(z, full_matrices=False)
    projected = u.T @ (y - intercept)
    # With no varying input s[0] is 0, and so are all weights.
    regular = s > 1e-10 * s[0] if s[0] > 0 else np.zeros(len(s), bool)
    weights = []
    for alpha in alphas:
        factor = np.divide(s, s**2 + len(x) * alpha, out=np.zeros_like(s), where=regular)
        weights.append((vt.T @ (factor[:, None] * projected)).T)
    return Solutions(mean, scale, np.array(weights), intercept)


def fit(train, validation, alphas):
    """Regression on the training sets with the penalty of least squared error for each target.

    train, validation : lists of (x (n, M), y (n, T)), one for each configuration. The error is that on `validation`,
    or where it is empty that on each training configuration of a fit to the others.
    Returns mean (M,), scale (M,), weights (T, M), intercept (T,), alpha (T,).
    """
    solutions = solve(*_stacked(train), alphas)
    error = sum((solutions.squared_error(x, y) for x, y in validation), start=np.zeros(solutions.weights.shape[:2]))
    if not validation and len(alphas) > 1:
        for k, (x, y) in enumerate(train):
            rest = _stacked(train[:k] + train[k + 1 :])
            if len(rest[0]) > 1:
                error += solve(*rest, alphas).squared_error(x, y)
    best = error.argmin(axis=0)
    weights = solutions.weights[best, np.arange(len(best))]
    return solutions.mean, solutions.scale, weights, solutions.intercept, np.asarray(alphas, dtype=np.float64)[best]


def _stacked(sets):
    return np.concatenate([x for x, _ in sets]), np.concatenate([y for _, y in sets])
