"""The time axis of films: when the mean propensity of a data set's liquid at a temperature falls to a value."""

import numpy as np

from glassviz.dynamics.decay_time import decay_times, shared_decay
from glassviz.dynamics.estimated_relaxation_time import estimated_relaxation_time
from glassviz.dynamics.relaxation_time import SHORT, relaxation_time
from glassviz.errors import InputError


def measured_relaxation_time(state_point):
    """tau_alpha^BB of a state point's labels, continued a little beyond the last one; nan where they end earlier."""
    if len(state_point.times) < 2:
        return float("nan")
    times, curves = state_point.shared_decay()
    return relaxation_time(times, curves.mean(axis=0), beyond=SHORT) if len(curves) else float("nan")


class FilmClock:
    """Times of mean propensities at every temperature of a data set: labels where there are, else the shared shape.

    The shape of C(t / tau) is that of all labels of the set together.
    """

    def __init__(self, data):
        self.data = data
        points = [data[T] for T in data.temperatures if len(data[T].times)]
        measured = {point.temperature: measured_relaxation_time(point) for point in points}
        self.measured = {T: tau for T, tau in measured.items() if np.isfinite(tau)}
        try:
            self.shape = shared_decay([(point.times, point.decay()) for point in points])
        except InputError:
            self.shape = None

    def tau(self, temperature):
        """(tau_alpha^BB, whether it is an estimate); nan where nothing tells."""
        return estimated_relaxation_time(temperature, self.measured, self.data.system.name)

    def times(self, temperature, levels):
        """Times of mean propensities (n,), and which of them labels tell, (n,) bool; nan where nothing tells."""
        point = self.data[temperature]
        correlation = point.decay() if len(point.times) else ()
        return decay_times(levels, point.times, correlation, self.tau(temperature)[0], self.shape)
