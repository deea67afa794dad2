"""How well each structural descriptor alone tells where a liquid relaxes: the simplest of all methods."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from glassviz.errors import InputError
from glassviz.learning.inputs import describe
from glassviz.learning.score import OBSERVABLES, propensity, scored_places
from glassviz.structure import glassmlp_descriptor_names
from glassviz.structure.coarse_graining import LENGTHS
from glassviz.structure.coarse_graining import OBSERVABLES as DESCRIPTORS

_sums = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class SingleDescriptors:
    """Pearson correlation of each descriptor with the labels.

    names : [M], as of structure.glassmlp_descriptor_names; times : (n_times,)
    pearson, errors : (n_times, M) on the test split, bootstrap errors over configurations
    training : (n_times, M) on training and validation together
    Undefined entries, as of descriptors without variance, are nan.
    """

    names: list
    times: np.ndarray
    pearson: np.ndarray
    errors: np.ndarray
    training: np.ndarray

    def best(self, kind=""):
        """The descriptor that correlates most on training and validation, at each time: a list of dicts or None.

        kind : one of density, energy, perimeter or surface (3D), energy_variance; empty: of all
        Each has time, descriptor, pearson and error (test split) and training. The sign of the correlation is that
        which training and validation give, so that pearson is below 0 where the test contradicts them. None where
        there is nothing to choose by.
        """
        own = np.array([name.startswith(f"{kind} ") or not kind for name in self.names])
        if not own.any():
            known = sorted({name.split(" ")[0] for name in self.names})
            raise InputError(f"descriptor {kind!r} is unknown, expected one of {', '.join(known)}")
        return [self._best(slot, own) for slot in range(len(self.times))]

    def _best(self, slot, own):
        strength = np.where(own, np.abs(self.training[slot]), np.nan)
        if not np.isfinite(strength).any():
            return None
        chosen = int(np.nanargmax(strength))
        sign = float(np.sign(self.training[slot, chosen]))
        return {
            "time": float(self.times[slot]),
            "descriptor": self.names[chosen],
            "pearson": sign * float(self.pearson[slot, chosen]),
            "error": float(self.errors[slot, chosen]),
            "training": sign * float(self.training[slot, chosen]),
        }


def single_descriptors(state_point, observable="bond_breaking", type=1, progress=None):  # noqa: A002 - a particle's type
    """SingleDescriptors of GlassMLP's descriptors for one type; the test split plays no part in what `best` chooses.

    progress : called as progress(done, total, stage) after each configuration; may raise Cancelled. Each configuration
    is described once, whatever observable and type are asked for.
    Raises InputError for an unknown observable or without a test configuration.
    """
    propensity(state_point, observable)
    scored_places(state_point)
    split = state_point.split
    collected = {True: [], False: []}
    for done, (record, kind) in enumerate(zip(state_point.records, split, strict=True), 1):
        collected[kind == "test"].append(_placed(record, state_point, observable, type))
        if progress is not None:
            progress(done, len(split), "descriptors")
    pearson = _correlation(sum(collected[True]))
    used = sum(collected[False]) if collected[False] else np.zeros_like(collected[True][0])
    return SingleDescriptors(
        names=glassmlp_descriptor_names(state_point.system),
        times=np.asarray(state_point.times),
        pearson=pearson,
        errors=_bootstrap(np.array(collected[True])),
        training=_correlation(used),
    )


def _placed(record, state_point, observable, number):
    """Sums of a record, (6, n_times of the state point, M): 0 at times without a label."""
    if record not in _sums:
        _sums[record] = _sums_of(record, state_point.system)
    own = _sums[record][observable, number]
    result = np.zeros((own.shape[0], len(state_point.times), own.shape[2]))
    for slot, time in enumerate(record.times):
        result[:, np.abs(state_point.times - time).argmin()] = own[:, slot]
    return result


def _sums_of(record, system):
    """{(observable, type): n and the sums of x, y, x^2, y^2 and x y, (6, n_times, M)} for descriptors x, labels y."""
    described = describe(record.thermal, system, LENGTHS, DESCRIPTORS, record.inherent)
    found = {}
    for number in range(1, system.types + 1):
        own = record.thermal.types == number
        x = described[own] - _centre(system, number, described[own])
        for observable in OBSERVABLES:
            y = np.asarray(getattr(record, f"{observable}_halves"), dtype=np.float64).mean(axis=0)[:, own]
            shape = (len(y), x.shape[1])
            rows = (len(x), x.sum(axis=0), y.sum(axis=1)[:, None], (x**2).sum(axis=0), (y**2).sum(axis=1)[:, None])
            found[observable, number] = np.stack([np.broadcast_to(row, shape) for row in (*rows, y @ x)])
    return found


_centres = {}


def _centre(system, number, described):
    """A fixed value near the mean of each descriptor, (M,): sums of squares about it lose no digits."""
    return _centres.setdefault((system.name, number), described.mean(axis=0))


def _correlation(sums):
    """Pearson correlation from sums (6, ...); nan without variance beyond rounding."""
    n, x, y, xx, yy, xy = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        spread, width = xx - x * x / n, yy - y * y / n
        defined = (n > 2) & (spread > 1e-12 * xx) & (width > 1e-12 * yy)
        return np.where(defined, (xy - x * y / n) / np.sqrt(spread * width), np.nan)


def _bootstrap(sums, samples=400, seed=0):
    """Standard error (n_times, M) over configurations drawn with replacement, from sums (n, 6, n_times, M)."""
    number = len(sums)
    if number < 2:
        return np.full(sums.shape[2:], np.nan)
    drawn = np.random.default_rng(seed).integers(0, number, (samples, number))
    weights = np.stack([np.bincount(row, minlength=number) for row in drawn]).astype(np.float64)
    errors = []
    for slot in range(sums.shape[2]):
        totals = np.tensordot(weights, sums[:, :, slot], axes=1)
        r = _correlation(totals.transpose(1, 0, 2))
        known = np.isfinite(r)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(known, r, 0).sum(axis=0) / known.sum(axis=0)
            squares = np.where(known, (r - mean) ** 2, 0).sum(axis=0) / (known.sum(axis=0) - 1)
        errors.append(np.sqrt(np.where(known.sum(axis=0) > 1, squares, np.nan) * number / (number - 1)))
    return np.array(errors)
