"""When the mean propensity falls to a value: from labels, beyond them from the shape that all temperatures share."""

from dataclasses import dataclass

import numpy as np

from glassviz.errors import InputError

STEPS = 400
"""Points of the shared curve."""


@dataclass(frozen=True, eq=False)
class SharedDecay:
    """The shape C(t / tau) of the decay of <C_B>, the same at every temperature: call it with C to get t / tau.

    levels : (n,) C from high to low; logs : (n,) ln(t / tau) at them, rising
    Above the highest level t / tau falls linearly to 0 at C = 1; below the lowest it is nan.
    """

    levels: np.ndarray
    logs: np.ndarray

    def __call__(self, levels):
        """t / tau at mean propensities C of any shape."""
        c = np.asarray(levels, dtype=float)
        found = np.exp(np.interp(-c, -self.levels, self.logs))
        found = np.where(c > self.levels[0], found * (1 - np.minimum(c, 1)) / (1 - self.levels[0]), found)
        return np.where(c >= self.levels[-1] - 1e-12, found, np.nan)


def shared_decay(curves, level=0.5):
    """The collapse of several decays as a SharedDecay, with t = tau at `level`.

    curves : [(times (n,), <C_B> (n,))]; their tau need not be known
    ln t is linear in C between labels; the slopes d ln t / dC of all curves that have a C are averaged and summed up
    from `level` on, so that the result is continuous where a curve ends, and rises. Where the longest curve ends above
    `level`, its last slope leads there.
    Raises InputError where no curve surrounds `level`.
    Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), appendix A and Fig. 13.
    """
    falling = [_falling(*curve) for curve in curves]
    falling = [(times, values) for times, values in falling if len(times) > 1]
    if not any(values[0] > level for _, values in falling):
        raise InputError(f"no decay starts above C = {level:g}, expected one or more with labels there")
    high, low = max(v[0] for _, v in falling), min(*(v[-1] for _, v in falling), level)
    levels = np.linspace(high, low, STEPS)
    logs = np.full((len(falling), STEPS), np.nan)
    for row, (times, values) in zip(logs, falling, strict=True):
        inside = (levels <= values[0]) & (levels >= values[-1])
        row[inside] = np.interp(-levels[inside], -values, np.log(times))
    steps = np.diff(logs, axis=1)
    known = np.isfinite(steps)
    count = known.sum(axis=0)
    mean = np.where(known, steps, 0).sum(axis=0) / np.maximum(count, 1)
    # A gap between the last label of all curves and `level` is bridged by the slope before it.
    filled = np.interp(np.arange(STEPS - 1), np.flatnonzero(count), mean[count > 0])
    total = np.concatenate([[0.0], np.cumsum(filled)])
    return SharedDecay(levels, total - np.interp(-level, -levels, total))


def decay_times(levels, times, correlation, tau, shape, level=0.5):
    """Times at which <C_B> is `levels`, (n,), and which of them labels tell, (n,) bool.

    times, correlation : (m,) labels and their <C_B>, m = 0 without labels; tau : relaxation time, nan where unknown
    shape : SharedDecay or None
    Within the labels ln t is interpolated in C; C = 1 is t = 0. Below the last label's C_l > `level` the time is
    tau (t / tau)^s with the shape's t / tau and s such that it goes on from the last label and is tau at `level`;
    where it has passed `level`, or contradicts tau, the shape is shifted to it. nan where neither tells.
    """
    c = np.asarray(levels, dtype=float)
    times, values = _falling(np.asarray(times, dtype=float), np.asarray(correlation, dtype=float))
    if len(times) == 0:
        return (np.full(c.shape, np.nan) if shape is None else tau * shape(c)), np.zeros(c.shape, dtype=bool)
    told = c >= values[-1] - 1e-12
    found = np.exp(np.interp(-c, -values, np.log(times)))
    found = np.where(c > values[0], times[0] * (1 - np.minimum(c, 1)) / (1 - values[0]), found)
    if shape is None:
        return np.where(told, found, np.nan), told
    last = np.log(shape(values[-1]))
    strength = (np.log(times[-1]) - np.log(tau)) / last if last else np.nan
    # Short of tau the stretched shape leads from the last label to it, and rises.
    meets = values[-1] > level and np.isfinite(strength) and strength > 0
    stretched = tau * shape(c) ** np.where(c > level, strength, 1.0) if meets else times[-1] * shape(c) / np.exp(last)
    return np.where(told, found, stretched), told


def _falling(times, values):
    """The labels at which the decay is lower than at every one before, and below 1."""
    kept, lowest = [], 1 - 1e-9
    for place, value in enumerate(values):
        if np.isfinite(value) and value < lowest and times[place] > 0:
            kept.append(place)
            lowest = value
    return np.asarray(times, dtype=float)[kept], np.asarray(values, dtype=float)[kept]
