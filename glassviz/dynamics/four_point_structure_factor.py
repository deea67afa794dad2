"""Four-point structure factor: over which distances the propensities of particles are correlated."""

from dataclasses import dataclass

import numpy as np

from glassviz.configuration import Configuration
from glassviz.errors import InputError
from glassviz.wave_vectors import half_space, wave_sums

FEW = 6
"""Fewer configurations than these have errors that their scatter alone does not tell."""
WIDTH = 0.05
"""Relative width of a ring: below |n|^2 = 10 every ring is one value of |n|^2."""


@dataclass(frozen=True, eq=False)
class FourPointRings:
    """S_4(q) of configurations in one box, as sums over the wave vectors of each ring; ascending in q.

    q : (n,) mean |q| of each ring, in 1 / sigma_11
    modes : (n,) independent modes of each ring in one configuration: q and -q are one
    sums : (n_configurations, n) sum of W_A W_B* over those modes, real part; |W|^2 without halves
    noise_sums : (n_configurations, n) sum of |W_A - W_B|^2 / 2; 0 without halves
    numbers : (n_configurations,) particles N_1
    """

    q: np.ndarray
    modes: np.ndarray
    sums: np.ndarray
    noise_sums: np.ndarray
    numbers: np.ndarray

    @property
    def s4(self):
        """S_4(q) = sum_k sums_k / (modes sum_k N_1), (n,): configurations weigh as their particles."""
        return self.sums.sum(axis=0) / (self.modes * self.numbers.sum())

    @property
    def all_modes(self):
        """Independent modes of each ring in all configurations together, (n,); what a fit takes as `modes`."""
        return self.modes * self.numbers.sum() ** 2 / (self.numbers**2).sum()

    @property
    def noise(self):
        """What the replicas' noise adds to |W|^2 / N_1 of one half, (n,); 0 without halves."""
        return self.noise_sums.sum(axis=0) / (self.modes * self.numbers.sum())

    @property
    def errors(self):
        """Standard error of s4, (n,), over configurations; of FEW at least what their modes give if they are Gaussian.

        Then Re W_A W_B* has the variance [S_4^2 + (S_4 + noise)^2] / 2. The scatter of few may be small by chance.
        """
        count = len(self.numbers)
        gaussian = np.sqrt((self.s4**2 + (self.s4 + self.noise) ** 2) / 2 / self.all_modes)
        if count == 1:
            return gaussian
        scatter = self.sums / self.modes - self.numbers[:, None] * self.s4
        found = np.sqrt(count / (count - 1) * (scatter**2).sum(axis=0)) / self.numbers.sum()
        return np.maximum(found, gaussian) if count < FEW else found

    def __getitem__(self, chosen):
        """The same rings of some configurations: indices (any number of times each), a mask or a slice."""
        parts = self.sums[chosen], self.noise_sums[chosen], self.numbers[chosen]
        if parts[0].ndim != 2 or len(parts[0]) == 0:
            raise InputError(f"configurations {chosen!r} are chosen, expected a list of one or more of them")
        return FourPointRings(self.q, self.modes, *parts)


def four_point_structure_factor(positions, propensity, box, q_max, *, other_half=None, mean=None, width=WIDTH):
    """S_4(q) = W(q) W(-q) / N_1 of one configuration, W(q) = sum_i (C^i - <C>) exp(i q.r_i), averaged over rings.

    positions : (N_1, d) thermal positions R_i(0) of the particles of one type, wrapped or not, d = 2 or 3
    propensity : (N_1,) their propensities C^i; box : (d,) or one edge length; q_max : in 1 / sigma_11
    other_half : (N_1,) the same of other replicas; then Re W W'* / N_1, which the noise of finite replicas does not
        raise, for that of C and of C' is independent. With noise alone it scatters about 0.
    mean : <C>, the mean over all configurations; default that of the given particles (of each half its own)
    width : rings join wave vectors (2 pi / L)(n_x, n_y) within q ... (1 + width) q; 0: only those of equal |q|

    Returns (q (n,), the mean length in each ring; S_4 (n,)). `four_point_rings` gives counts and errors as well.
    Raises InputError for other shapes, values that are not finite, or a q_max below 2 pi / L.
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023).
    """
    others = None if other_half is None else [other_half]
    rings = four_point_rings([positions], [propensity], box, q_max, other_half=others, mean=mean, width=width)
    return rings.q, rings.s4


def four_point_rings(positions, propensity, box, q_max, *, other_half=None, mean=None, width=WIDTH, progress=None):
    """S_4(q) of several configurations in one box, with what errors, fits and averages need, as FourPointRings.

    positions, propensity, other_half : one array for each configuration, as in `four_point_structure_factor`
    mean : <C>; default the mean over the particles of all configurations (of each half its own)
    progress : called with (configurations done, all)
    """
    first = _checked(positions, propensity, "propensity")
    halves = [first] if other_half is None else [first, _checked(positions, other_half, "other_half")]
    edges = Configuration(positions[0], np.ones(len(first[0]), dtype=int), box).box
    vectors, lengths = half_space(tuple(edges), float(q_max))
    owner = _rings(lengths, width)
    means = [np.concatenate(half).mean() if mean is None else float(mean) for half in halves]
    if not np.isfinite(means).all():
        raise InputError(f"mean is {mean}, expected a finite number")
    sums, noise_sums = [], []
    for index, places in enumerate(positions):
        places = Configuration(places, np.ones(len(first[index]), dtype=int), edges).positions
        waves = [
            wave_sums(places, half[index] - middle, edges, vectors) for half, middle in zip(halves, means, strict=True)
        ]
        sums.append(np.bincount(owner, (waves[0] * waves[-1].conj()).real))
        noise_sums.append(np.bincount(owner, np.abs(waves[0] - waves[-1]) ** 2 / 2))
        if progress is not None:
            progress(index + 1, len(positions))
    modes = np.bincount(owner)
    numbers = np.array([len(values) for values in first])
    return FourPointRings(np.bincount(owner, lengths) / modes, modes, np.array(sums), np.array(noise_sums), numbers)


def _checked(positions, propensity, name):
    """Propensities as a list of arrays (N_1,); InputError unless they belong to the positions."""
    if len(positions) == 0 or len(propensity) != len(positions):
        raise InputError(f"there are {len(positions)} configurations and {len(propensity)} of {name}, expected as many")
    result = [np.asarray(values, dtype=np.float64) for values in propensity]
    for index, (places, values) in enumerate(zip(positions, result, strict=True)):
        if np.ndim(places) != 2 or values.shape != (len(places),):
            raise InputError(
                f"configuration {index}: positions have shape {np.shape(places)} and {name} has {values.shape}, "
                "expected (N_1, d) and (N_1,)"
            )
        if not np.isfinite(values).all():
            bad = int(np.flatnonzero(~np.isfinite(values))[0])
            raise InputError(f"configuration {index}: {name} of particle {bad} is {values[bad]}, expected a number")
    return result


def _rings(lengths, width):
    """Number of the ring of each wave vector (n,): a ring begins at a length q and goes on to (1 + width) q."""
    if not 0 <= width < 1:
        raise InputError(f"width is {width}, expected a relative width from 0 to below 1")
    order = np.argsort(lengths)
    ascending, starts = lengths[order], [0]
    # Lengths that are equal but for rounding belong together.
    while (end := np.searchsorted(ascending, ascending[starts[-1]] * (1 + width) * (1 + 1e-9))) < len(ascending):
        starts.append(end)
    owner = np.empty(len(lengths), dtype=np.int64)
    owner[order] = np.searchsorted(starts, np.arange(len(lengths)), side="right") - 1
    return owner
