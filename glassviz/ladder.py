"""The ladder of temperatures: a structure at each, measured and predicted by one tGlassMLP, from frozen to relaxed."""

from functools import partial

import numpy as np

from glassviz.errors import Cancelled, GlassvizError
from glassviz.learning.score import scored_places
from glassviz.learning.store import methods_for
from glassviz.tasks.film_curves import (
    HIGHEST,
    KNOTS,
    LOWEST,
    conditioned,
    learnt_word,
    measured_curves,
    predicted_curves,
)

PICTURES = {20_000: 31, np.inf: 16}
"""Most particles -> pictures from C = 1 to LOWEST that are worked out; between them a browser mixes two."""


def ladder_entry(session):
    """The tGlassMLP chosen for the ladder, else the one in the bar, or the first; None without one."""
    models = session.library.models_of_all_temperatures(session.data)
    return models.get(session.ladder_model) or models.get(session.model) or next(iter(models.values()), None)


def ladder_place(session, temperature):
    """Place of the configuration that a temperature shows: the chosen one, elsewhere the same rank of the same split.

    Structures of different temperatures have nothing in common; but test stays with test.
    """
    if temperature == session.temperature:
        return session.configuration
    split, point = session.record.split, session.data[temperature]
    rank = session.point.split[: session.configuration].count(split)
    same = [k for k, other in enumerate(point.split) if other == split] or list(range(len(point)))
    return same[rank % len(same)]


class Rung:
    """One temperature of the ladder, worked out: curves of every particle, times, scores and self-consistency.

    levels (K,) from 1 down to LOWEST; times (K,), told (K,) as of FilmClock.times; tau, estimated
    predicted, measured : values (K, N) at the levels, below the lowest label its own; measured None without labels
    lowest : level of the last label
    deviations (K,) : mean over the networks of |X - C|, each told C itself; left (K,) : what the iteration leaves of it
    scores : [(C, Pearson, error)] of the test split at the label times
    """

    def __init__(self, library, entry, point, place, clock, progress=None):
        model = entry["model"]
        self.point, self.place, self.number = point, place, model.types[0]
        self.label = learnt_word(model, point.temperature)
        most = next(n for size, n in PICTURES.items() if point.records[place].thermal.number <= size)
        self.levels = np.linspace(HIGHEST, LOWEST, most)
        self.times, self.told = clock.times(point.temperature, self.levels)
        self.tau, self.estimated = clock.tau(point.temperature)
        self.predicted = self._fields(predicted_curves(model, point, place))
        measured = measured_curves(point, place, self.number)
        self.measured, self.lowest = (None, None) if measured is None else (self._fields(measured), measured.lowest)
        _go_on(progress)
        at = conditioned(model, point)
        self.deviations, self.left = self._off(at.deviations), self._off(at.reached - at.levels)
        _go_on(progress)
        self.scores = self._scores(library, entry)

    @property
    def nbytes(self):
        """Bytes of the fields."""
        return self.predicted.nbytes + (0 if self.measured is None else self.measured.nbytes)

    def _fields(self, curves):
        return np.array([curves(max(level, curves.lowest)) for level in self.levels])

    def _off(self, deviations):
        """Mean size (K,) of deviations (networks, n_knots) at the levels; none at C = 1, where nothing is predicted."""
        return np.interp(-self.levels, [-1.0, *(-c for c in KNOTS)], [0.0, *np.abs(deviations).mean(axis=0)])

    def _scores(self, library, entry):
        if not len(self.point.times):
            return []
        try:
            scored_places(self.point)
        except GlassvizError:
            return []
        (at,) = (e for e in methods_for([entry], self.point, "bond_breaking") if e["kind"] == "tglassmlp")
        rows = library.score(at, self.point, self.number)
        means = self.point.decay(self.number)
        found = zip(means, rows, strict=True)
        return [(float(c), r["pearson"], r["error"]) for c, r in found if np.isfinite(r["pearson"])]


def _go_on(progress):
    if progress is not None:
        progress(0, 1, "ladder")


class Ladder:
    """The rungs of a session's ladder, which all visitors of its library share."""

    def __init__(self, session):
        self.session = session

    def temperatures(self):
        """From high to low."""
        return sorted(self.session.data.temperatures, reverse=True)

    def key(self, temperature):
        """What decides a rung."""
        entry, data = ladder_entry(self.session), self.session.data
        return entry and entry["model"], data[temperature], ladder_place(self.session, temperature), data.generation

    def rung(self, temperature):
        """The Rung of a temperature, the sentence that says why there is none, or None where it is not known yet."""
        return self.session.library.kept.get(("rung", *self.key(temperature)))

    def jobs(self):
        """Functions of `progress` that work out what is missing: the chosen temperature first."""
        if ladder_entry(self.session) is None:
            return []
        missing = [T for T in self.temperatures() if self.rung(T) is None]
        ordered = sorted(missing, key=lambda T: self.session.temperature != T)
        return [partial(self._work_out, self.session.data, ladder_entry(self.session), self.key(T)) for T in ordered]

    def _work_out(self, data, entry, key, progress=None):
        library = self.session.library
        clock = library.film_clock(data)

        def compute():
            try:
                return Rung(library, entry, *key[1:3], clock, progress)
            except Cancelled:
                raise
            except GlassvizError as error:
                return str(error)

        library.kept.once(("rung", *key), compute)
