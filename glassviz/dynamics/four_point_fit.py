"""Fit of the four-point structure factor: strength, length and shape of the dynamic correlations."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import chdtrc

from glassviz.errors import InputError

SYMBOLS = ("chi", "xi", "A")
EXPONENTS = (0, 2, 3)
"""Powers of q in 1 / S."""
MOST_STEPS = 200
WORST_CONDITION = 1e13
"""Of the equations, beyond which their solution is rounding."""
DECAY = 13.8
"""The coefficients of q^2 and q^3 in 1 / S must differ from zero by this chi^2 (probability 0.001) for S to decay."""
PLATEAU, QUADRATIC = 3.0, 2.0
"""By how many of their errors 1/chi and xi^2/chi must exceed zero."""
LEAST_LIKELY = 1e-3
"""Probability of a larger chi^2 by chance below which the form does not describe the data."""
BARELY = 5.0
"""Below this many of its errors a 1/chi just passed: of weak data only draws get here whose 1/chi came out large."""
CENTRAL = (15.87, 84.13)
"""Percentiles that enclose one standard error on either side of a normal distribution."""


@dataclass(frozen=True, eq=False)
class FourPointFit:
    """S_4(q) = chi / [1 + (xi q)^2 + A (xi q)^3], fitted.

    chi, xi, A : the parameters, xi in sigma_11; nan where the data do not identify all three: then `message` says why
    errors : symbol -> standard error from the covariance
    bootstrap_errors : symbol -> half the width of the central 68 % over resampled configurations; nan if not asked for,
        or where more than 16 % of the resamples leave a parameter without a value
    covariance : (3, 3) of chi, xi, A
    q_range : lowest and highest q that could count; rings : how many did
    chi2 : sum of squared residuals in units of their expected error; about rings - 3 where form and modes are right
    reason : "" or why there is no number, as words that go on from "the fit"
    """

    chi: float
    xi: float
    A: float
    errors: dict
    bootstrap_errors: dict
    covariance: np.ndarray
    q_range: tuple
    rings: int
    chi2: float
    reason: str

    def error(self, symbol):
        """The larger of the errors from covariance and bootstrap; nan where neither is known."""
        return float(np.fmax(self.errors[symbol], self.bootstrap_errors[symbol]))

    @property
    def barely(self):
        """Whether 1/chi hardly exceeds its error: chi and xi of such fits tend to be too small."""
        return bool(self.errors["chi"] * BARELY > self.chi)

    @property
    def message(self):
        """ "" or a sentence that says why there is no number."""
        low, high = self.q_range
        return f"The fit in {low:g} <= q <= {high:g} {self.reason}." if self.reason else ""

    def __call__(self, q):
        """S_4 at `q`, same shape; nan where there is no fit."""
        x = self.xi * np.asarray(q, dtype=float)
        return self.chi / (1 + x**2 + self.A * x**3)


def fit_four_point_structure_factor(q, s4, q_range=(0.2, 0.6), modes=None, noise=0.0, cubic=True):
    """chi / [1 + (xi q)^2 + A (xi q)^3] by iteratively reweighted least squares, as a FourPointFit.

    q, s4 : (n,) rings and S_4; those with q_range[0] <= q <= q_range[1] count
    modes : (n,) independent modes in each average, all configurations together (`FourPointRings.all_modes`). |W|^2 of a
        Gaussian field is exponential: the variance of an average over m modes is S^2 / m. None: as many in each ring,
        and errors from the scatter about the fit.
    noise : what the replicas' noise adds to |W|^2 / N_1 of one half, for S_4 from halves (`FourPointRings.noise`); the
        variance is then [S^2 + (S + noise)^2] / (2 m). A number or (n,)
    cubic : False keeps A = 0, Ornstein and Zernike's form, whose xi fewer data identify

    Weights come from the fitted S, never from the data: rings that happen to lie low would weigh too much. Fitted are
    the three coefficients of 1 / S = a + b q^2 + c q^3 by Fisher scoring, the largest likelihood for noise 0;
    chi = 1/a, xi = sqrt(b/a), A = c sqrt(a) / b^(3/2), errors by propagation. A may be negative.
    Data that do not identify the parameters give no number but nan and a message: too few rings in the range, S_4
    without a positive mean, no convergence, no decay (at a chance of 0.001), no plateau (1/chi below 3 of its standard
    errors), or xi^2/chi below 2 of its own: then the cubic term alone would do; and, where `modes` are given, a chi^2
    that chance exceeds in less than one case of a thousand. Weak data pass only where 1/chi came out large by chance,
    and their chi and xi are too small on average: `barely` marks fits whose 1/chi is below 5 of its errors.
    Raises InputError for other shapes, values that are not finite, or an impossible range.
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023).
    """
    problem = _Problem.of(q, s4, q_range, modes, noise)
    parameters = 3 if cubic else 2
    if len(np.unique(problem.q)) <= parameters:
        return problem.refused(f"needs {parameters + 1} rings for {parameters} parameters, has {len(problem.q)}")
    coefficients, spread = problem.solved(parameters)
    if coefficients is None:
        return problem.refused("does not converge to a positive S_4")
    chi2 = problem.chi2(coefficients)
    if modes is None:
        spread = spread * chi2 / (len(problem.q) - parameters)
    freedom = len(problem.q) - parameters
    if reason := _unidentified(coefficients, spread) or (modes is not None and _undescribed(chi2, freedom)):
        return problem.refused(reason, chi2)
    values, slopes = _parameters(coefficients)
    covariance = slopes @ spread @ slopes.T
    errors, none = _by_symbol(np.sqrt(np.diag(covariance))), _by_symbol(np.full(3, np.nan))
    if not cubic:
        errors["A"] = np.nan
    return FourPointFit(*map(float, values), errors, none, covariance, problem.q_range, len(problem.q), chi2, "")


def fit_four_point_rings(rings, q_range=(0.2, 0.6), cubic=True, resamples=0, seed=0):
    """The same fit of FourPointRings, with their numbers of modes and their noise; also by bootstrap.

    resamples : how many times the configurations are drawn anew, with replacement, for `bootstrap_errors`; 200 or more.
        Correlations beyond those of a Gaussian field count in these errors, not in those of the covariance.
    Raises InputError for a bootstrap of fewer than 2 configurations.
    """
    noise = _smooth_noise(rings, q_range)
    fit = fit_four_point_structure_factor(rings.q, rings.s4, q_range, rings.all_modes, noise, cubic)
    if resamples == 0 or fit.message:
        return fit
    number = len(rings.numbers)
    if number < 2 or resamples < 2:
        raise InputError(f"{resamples} resamples of {number} configurations, expected 2 or more of each")
    random = np.random.default_rng(seed)
    draws = [rings[random.integers(0, number, number)] for _ in range(resamples)]
    found = np.array([_resampled(drawn, q_range, noise, cubic) for drawn in draws])
    # A parameter without a value counts as infinite, so that it can't make the rest look precise.
    low, high = np.percentile(np.where(np.isfinite(found), found, np.inf), CENTRAL, axis=0, method="nearest")
    spread = np.where(np.isfinite(high), (high - low) / 2, np.nan)
    spread[2] = spread[2] if cubic else np.nan
    return replace(fit, bootstrap_errors=_by_symbol(spread))


@dataclass(frozen=True, eq=False)
class _Problem:
    """The rings in the range: q, S_4, their weights m and noise, all (n,)."""

    q: np.ndarray
    s4: np.ndarray
    weights: np.ndarray
    noise: np.ndarray
    q_range: tuple

    @classmethod
    def of(cls, q, s4, q_range, modes, noise):
        """The rings that count; InputError for what can't be fitted."""
        q = np.asarray(q, dtype=np.float64)
        if q.ndim != 1:
            raise InputError(f"q has shape {q.shape}, expected (n,)")
        columns = []
        for name, values in (("s4", s4), ("modes", 1.0 if modes is None else modes), ("noise", noise)):
            values = np.asarray(values, dtype=np.float64)
            if values.shape != q.shape and (name == "s4" or values.shape):
                raise InputError(f"{name} has shape {values.shape}, expected {q.shape} like q")
            columns.append(np.broadcast_to(values, q.shape))
        low, high = map(float, q_range)
        if not 0 < low < high < np.inf:
            raise InputError(f"q_range is {q_range}, expected 0 < lowest < highest")
        inside = (q >= low) & (q <= high)
        s4, modes, noise = (column[inside] for column in columns)
        for name, wrong in (("s4", ~np.isfinite(s4)), ("modes", ~(modes > 0)), ("noise", ~(noise >= 0))):
            if wrong.any():
                value = {"s4": s4, "modes": modes, "noise": noise}[name][wrong][0]
                raise InputError(f"{name} at q = {q[inside][wrong][0]:.4g} is {value}, expected a number{_KIND[name]}")
        return cls(q[inside], s4, modes, noise, (low, high))

    def _precision(self, fitted):
        """Inverse variance of S_4 where the fit says `fitted`, (n,)."""
        return 2 * self.weights / (fitted**2 + (fitted + self.noise) ** 2)

    def chi2(self, coefficients):
        """Sum of squared residuals in units of their expected error."""
        fitted = _form(self.q, coefficients)
        return float((self._precision(fitted) * (self.s4 - fitted) ** 2).sum())

    def solved(self, parameters):
        """The first coefficients of 1 / S by Fisher scoring, others 0, (3,), and their covariance; or (None, None)."""
        scale, level = self.q.mean(), np.average(self.s4, weights=self.weights)
        if level <= 0:
            return None, None
        powers = np.stack([(self.q / scale) ** k for k in EXPONENTS[:parameters]], axis=1)
        found = np.append(1 / level, np.zeros(parameters - 1))
        for _ in range(MOST_STEPS):
            fitted = 1 / (powers @ found)
            # dS / d(a, b, c) = -S^2 (1, q^2, q^3); the weights are those of the fitted S.
            slopes = -(fitted**2)[:, None] * powers
            weighted = slopes * self._precision(fitted)[:, None]
            information = slopes.T @ weighted
            if not np.linalg.cond(information) < WORST_CONDITION:
                return None, None
            step = np.linalg.solve(information, weighted.T @ (self.s4 - fitted))
            near = step @ information @ step < 1e-16 * self.weights.sum()
            while not (powers @ (found + step) > 0).all():
                step /= 2
            found = found + step
            if near:
                spread, units = np.zeros((3, 3)), scale ** -np.array(EXPONENTS, dtype=float)
                spread[:parameters, :parameters] = np.linalg.inv(information)
                return np.append(found, np.zeros(3 - parameters)) * units, spread * np.outer(units, units)
        return None, None

    def refused(self, reason, chi2=np.nan):
        """The fit that gives no number, and why."""
        none = _by_symbol(np.full(3, np.nan))
        return FourPointFit(*[np.nan] * 3, none, none, np.full((3, 3), np.nan), self.q_range, len(self.q), chi2, reason)


_KIND = {"s4": "", "modes": " above 0", "noise": " of 0 or more"}


def _form(q, coefficients):
    """S = 1 / (a + b q^2 + c q^3), of the shape of q."""
    return 1 / (np.stack([q**k for k in EXPONENTS], axis=-1) @ coefficients)


def _unidentified(coefficients, spread):
    """Why the coefficients of 1 / S don't give chi, xi and A; "" where they do."""
    (a, b, _), (a_error, b_error, _) = coefficients, np.sqrt(np.diag(spread))
    # Without the cubic term its row is 0. Data without scatter have no spread at all, and are certain.
    fitted = slice(1, 2 + bool(spread[2, 2]))
    if spread.any() and coefficients[fitted] @ np.linalg.solve(spread[fitted, fitted], coefficients[fitted]) < DECAY:
        return "does not identify xi: S_4 shows no decay beyond its errors"
    if not a > PLATEAU * a_error:
        return f"does not identify chi and xi: S_4 shows no plateau, 1 / chi is {a:.2g} ± {a_error:.2g}"
    if not b > QUADRATIC * b_error:
        return f"does not identify xi and A: xi^2 / chi is {b:.2g} ± {b_error:.2g}"
    return ""


def _undescribed(chi2, freedom):
    """Why the form does not describe the data; "" where it does."""
    if chdtrc(freedom, chi2) < LEAST_LIKELY:
        return f"does not describe the data: chi^2 is {chi2:.3g} for {freedom} degrees of freedom"
    return ""


def _parameters(coefficients):
    """chi, xi, A of 1 / S = a + b q^2 + c q^3 with a, b > 0, (3,), and their derivatives by a, b, c, (3, 3)."""
    a, b, c = coefficients
    chi, xi, A = 1 / a, np.sqrt(b / a), c * np.sqrt(a) / b**1.5
    slopes = [[-(chi**2), 0, 0], [-xi / (2 * a), xi / (2 * b), 0], [A / (2 * a), -1.5 * A / b, np.sqrt(a) / b**1.5]]
    return np.array([chi, xi, A]), np.array(slopes)


def _resampled(rings, q_range, noise, cubic):
    """chi, xi, A of rings without asking how sure they are, (3,); infinite where they have no value."""
    problem = _Problem.of(rings.q, rings.s4, q_range, rings.all_modes, noise)
    coefficients, _ = problem.solved(3 if cubic else 2)
    if coefficients is None or not (coefficients[:2] > 0).all():
        return np.full(3, np.inf)
    return _parameters(coefficients)[0]


def _smooth_noise(rings, q_range):
    """Noise of one half at each ring, (n,), by the same form: that of a ring itself is high where its S_4 is low.

    The mean of the rings in the range where this form does not fit.
    """
    problem = _Problem.of(rings.q, rings.noise, q_range, rings.all_modes, 0.0)
    if len(problem.q) == 0 or not problem.s4.any():
        return np.zeros(len(rings.q))
    coefficients, _ = problem.solved(3) if len(np.unique(problem.q)) > 3 else (None, None)
    if coefficients is None:
        coefficients = np.array([1 / np.average(problem.s4, weights=problem.weights), 0.0, 0.0])
    # Outside the range nothing is fitted, and there the form may have no value.
    inside = (rings.q >= q_range[0]) & (rings.q <= q_range[1])
    return np.where(inside, _form(rings.q, coefficients), 0.0)


def _by_symbol(values):
    return dict(zip(SYMBOLS, map(float, values), strict=True))
