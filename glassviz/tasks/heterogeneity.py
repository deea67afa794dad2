"""Dynamic heterogeneity at every label time of a state point, of molecular dynamics and of every method."""

from dataclasses import dataclass, replace

import numpy as np

from glassviz.cache import cached_array
from glassviz.dynamics import (
    FourPointRings,
    chord_length_with_error,
    fit_four_point_rings,
    four_point_correlation,
    four_point_rings,
    four_point_susceptibility_with_error,
    mean_cluster_size,
    mean_cluster_size_with_error,
    mobile_clusters,
    overlap,
    pooled_chord_length,
)
from glassviz.dynamics.chord_length import CELL
from glassviz.errors import InputError
from glassviz.learning.score import propensity
from glassviz.tasks.score import predictions_of_seeds

Q_MAX = 3.0
"""Largest wave number of S_4(q): beyond it lies the structure of single particles."""
FIT_RANGE = (0.18, 0.8)
"""Default range of the fit in 1 / sigma_11. The published 0.2..0.6 needs boxes larger than that of N = 1290."""
RESAMPLES = 200
PERMUTATIONS = 4
"""Of the propensities inside every configuration, for what lengths are without any correlation between neighbours."""
SPLITS = ("test", "all")


@dataclass(frozen=True, eq=False)
class Heterogeneity:
    """What is known of one method, or of molecular dynamics, at each label time; nan where there is nothing.

    name : "MD", or the method's; observable; type_number
    places : configurations of the state point that count; values : [(h, n_times, N_1)] of each, h = 2 halves or 1
    times, correlation : (n_times,) label times and mean C_B of the type over all labelled configurations
    chi_4, chord, cluster, and each with _error : (n_times,); cluster is <n^2> / <n> of mobile particles
    chord_permuted, cluster_permuted : (n_times,), the same of propensities permuted among the particles
    configurations : (n_times,) how many have values; rings : [FourPointRings or None] of each time
    positions : thermal ones (N_1, d) of each configuration; box (d,)
    """

    name: str
    observable: str
    type_number: int
    places: tuple
    values: list
    times: np.ndarray
    correlation: np.ndarray
    chi_4: np.ndarray
    chi_4_error: np.ndarray
    chord: np.ndarray
    chord_error: np.ndarray
    cluster: np.ndarray
    cluster_error: np.ndarray
    chord_permuted: np.ndarray
    cluster_permuted: np.ndarray
    configurations: np.ndarray
    rings: list
    positions: list
    box: np.ndarray

    def four_point_correlation(self, slot):
        """G_4(r) / G_4(0) at a label time: (r, value, error), each (n,); None without values.

        Of the same field as S_4(q), about the mean of all configurations, without the replicas' noise.
        """
        present = _complete(self.values, slot)
        if not present:
            return None
        fields = [_field(self.values[k][:, slot], self.observable) for k in present]
        positions = [self.positions[k] for k in present]
        return four_point_correlation(positions, fields, self.box, normalised=True)

    def fit(self, slot, q_range=FIT_RANGE, cubic=True):
        """FourPointFit of S_4(q) at a label time, with errors from the bootstrap; None without S_4.

        Raises InputError for a range that does not rise or goes beyond Q_MAX.
        """
        if not 0 < q_range[0] < q_range[1] <= Q_MAX:
            raise InputError(f"q_range is {list(q_range)}, expected 0 < lowest < highest <= {Q_MAX:g}")
        rings = self.rings[slot]
        if rings is None:
            return None
        resamples = RESAMPLES if len(rings.numbers) > 1 else 0
        return fit_four_point_rings(rings, q_range, cubic, resamples)


def heterogeneity(state_point, entry=None, observable="bond_breaking", type_number=1, split="test", progress=None):
    """Heterogeneity of a method at a state point, or of molecular dynamics where `entry` is None.

    The field is C_B, or for displacements Theta(0.3 - R) in chi_4 and S_4(q), and -R in chords and clusters. Squares
    of molecular dynamics are products of the two halves of the replicas. Mobile is what lies below the median of all
    configurations. Of tGlassMLP every quantity is the mean over its networks, whose mean prediction would vary too
    little, and errors hold their spread; `values` are of the mean prediction.

    entry : a method, as of learning.store.methods_for; split : configurations of molecular dynamics, "test" or "all";
        a method only ever shows its test configurations
    progress : called as progress(done, total, stage); may raise Cancelled
    Raises InputError for an unknown type or split, or without a labelled configuration.
    """
    if not 1 <= type_number <= state_point.system.types:
        raise InputError(f"type is {type_number}, expected 1..{state_point.system.types}")
    if split not in SPLITS:
        raise InputError(f"split is {split!r}, expected one of {', '.join(SPLITS)}")
    name = "MD" if entry is None else entry["name"]
    places, fields = _values(state_point, entry, observable, type_number, split, progress)
    found = []
    for place, values in enumerate(fields):
        tell = None if progress is None else _part_of(progress, place, len(fields))
        found.append(_of_values(name, state_point, places, values, observable, type_number, tell))
    return found[0] if len(found) == 1 else _averaged(found)


def _part_of(progress, place, parts):
    """Progress of one of several equal parts as progress of the whole."""
    return lambda done, total: progress(place * total + done, parts * total, "heterogeneity")


def _of_values(name, state_point, places, values, observable, type_number, progress):
    """Heterogeneity of one field: values [(h, n_times, N_1)] of each configuration."""
    positions = [_of_type(state_point, k, type_number) for k in places]
    box = state_point.configurations[0].box
    rows, rings = [], []
    for slot in range(len(state_point.times)):
        present = _complete(values, slot)
        own = [values[k][:, slot] for k in present], [positions[k] for k in present]
        rings.append(_rings(*own, box, observable) if present else None)
        rows.append([*_lengths(*own, box, observable), len(present)] if present else [np.nan] * 6 + [0])
        if progress is not None:
            progress(slot + 1, len(state_point.times))
    *lengths, configurations = np.array(rows).T
    names = ("chord", "chord_error", "cluster", "cluster_error", "chord_permuted", "cluster_permuted")
    chi_4 = four_point_susceptibility_with_error(np.array([_field(v, observable) for v in values]))
    return Heterogeneity(
        name=name,
        observable=observable,
        type_number=type_number,
        places=tuple(places),
        values=values,
        times=np.asarray(state_point.times),
        correlation=state_point.decay(type_number),
        chi_4=chi_4[0],
        chi_4_error=chi_4[1],
        **dict(zip(names, lengths, strict=True)),
        configurations=configurations.astype(int),
        rings=rings,
        positions=positions,
        box=box,
    )


def _averaged(found):
    """Mean over the networks of a model, the spread between them added to the errors in quadrature."""
    means = {}
    for name in ("chi_4", "chord", "cluster"):
        each = np.array([getattr(one, name) for one in found])
        errors = np.array([getattr(one, f"{name}_error") for one in found]).mean(axis=0)
        means[name], means[f"{name}_error"] = each.mean(axis=0), np.hypot(errors, each.std(axis=0, ddof=1))
    for name in ("chord_permuted", "cluster_permuted"):
        means[name] = np.mean([getattr(one, name) for one in found], axis=0)
    values = [np.mean(own, axis=0) for own in zip(*(one.values for one in found), strict=True)]
    rings = [_averaged_rings(own) for own in zip(*(one.rings for one in found), strict=True)]
    return replace(found[0], **means, values=values, rings=rings)


def _averaged_rings(rings):
    """S_4(q) averaged over the networks of a model; None where there is none."""
    if rings[0] is None:
        return None
    sums, noise = (np.mean([getattr(r, name) for r in rings], axis=0) for name in ("sums", "noise_sums"))
    return replace(rings[0], sums=sums, noise_sums=noise)


def _values(point, entry, observable, type_number, split, progress):
    """Places of the configurations that count, and for each field to judge the values (h, n_times, N_1) of each."""
    halves = propensity(point, f"{observable}_halves")
    every = split == "all" and entry is None
    places = [k for k, own in enumerate(point.split) if (every or own == "test") and np.isfinite(halves[k]).any()]
    if not places:
        what = "labels" if every else "labels of the test split"
        raise InputError(f"no configuration at T = {point.temperature:g} has {what}; glassviz simulate makes them")
    own = {k: point.configurations[k].types == type_number for k in places}
    if entry is None:
        return places, [[np.asarray(halves[k][:, :, own[k]], dtype=np.float64) for k in places]]
    each = predictions_of_seeds(entry, point, progress)
    if not getattr(entry["model"], "collective_of_each", False):
        each = each.mean(axis=0, keepdims=True)
    return places, [[predicted[k][None][:, :, own[k]] for k in places] for predicted in each]


def _complete(values, slot):
    """Which of the configurations have a value for every particle at a time."""
    return [k for k, v in enumerate(values) if np.isfinite(v[:, slot]).all()]


def _of_type(point, place, type_number):
    """Thermal positions of the particles of one type, (N_1, d)."""
    configuration = point.configurations[place]
    return configuration.positions[configuration.types == type_number]


def _field(values, observable):
    """What chi_4 and S_4 are taken of, of the shape of `values`."""
    return values if observable == "bond_breaking" else overlap(values)


def _rings(values, positions, box, observable):
    """FourPointRings of one time, from disk where they were worked out before."""
    halves = [_field(v, observable) for v in values]

    def compute():
        others = [h[1] for h in halves] if len(halves[0]) == 2 else None
        found = four_point_rings(positions, [h[0] for h in halves], box, Q_MAX, other_half=others)
        return np.vstack([found.q, found.modes, found.sums, found.noise_sums])

    table = cached_array("four_point_rings-1", [Q_MAX, box, *positions, *halves], compute)
    sums, noise_sums = np.split(table[2:], 2)
    return FourPointRings(table[0], table[1], sums, noise_sums, np.array([len(p) for p in positions]))


def _lengths(values, positions, box, observable):
    """Chord length, its error, mean cluster size, its error, and both of permuted fields, of one time.

    From disk where they are known.
    """
    sign = 1.0 if observable == "bond_breaking" else -1.0
    fields = [sign * v.mean(axis=0) for v in values]

    def compute():
        chord = chord_length_with_error(positions, fields, box, CELL)
        cluster = mean_cluster_size_with_error(_sizes(positions, fields, box))
        return np.array([*chord, *cluster, *_permuted_lengths(positions, fields, box)])

    return cached_array("mobile_lengths-3", [CELL, box, *positions, *fields], compute)


def _sizes(positions, fields, box):
    """Sizes of the clusters of what lies below the median of all configurations, [(n_clusters,)] of each."""
    median = np.median(np.concatenate(fields))
    return [mobile_clusters(x, f, box, median) for x, f in zip(positions, fields, strict=True)]


def _permuted_lengths(positions, fields, box):
    """(chord length, mean cluster size) of values permuted inside every configuration, means over PERMUTATIONS."""
    found = []
    for seed in range(PERMUTATIONS):
        rng = np.random.default_rng(seed)
        shuffled = [rng.permutation(field) for field in fields]
        sizes = np.concatenate(_sizes(positions, shuffled, box))
        found.append((pooled_chord_length(positions, shuffled, box, CELL), mean_cluster_size(sizes)))
    return np.mean(found, axis=0)
