"""GlassMLP's loss: absolute error, spatial correlation of the mobility, and its variance.

loss = MAE / std + 0.5 sum_k |C_k - C_k^pred| / |C_1 - C_3| + |Var^pred - Var| / Var, for one configuration;
C_k = [sum_i d_i (sum_j w_k(r_ij) d_j / sum_j w_k(r_ij))] / sum_i d_i^2, w_k = exp(-(r - R_k)^2 / 2), j = i included,
R = 2, 5, 8 (2D) or 2, 4, 6 (3D); d_i is the fluctuation of the mobility about its mean in the configuration, 1 - C_B^i
or, for displacements, (1 + tanh(20 (R_i - 0.44))) / 2. All sums run over the particles of one type.
C_k and Var of bond breaking in molecular dynamics are taken without replica noise, and the last two terms count only
where the mobility varies, see Sample.true_values.
Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023), supplement.
"""

from dataclasses import dataclass

import numpy as np
import torch

from glassviz.configuration import minimum_image
from glassviz.learning import spatial_correlation
from glassviz.learning.spatial_correlation import DISTANCES, LEAST, NOISY

CORRELATION, VARIANCE = 0.5, 1.0
SMALLEST = 1e-12
UNIT = torch.ones(1)


def mobility(values, observable):
    """The mobility whose fluctuations are correlated, of the shape of `values` (a tensor)."""
    return spatial_correlation.mobility(values, observable, torch.tanh)


def mobility_slope(values, observable):
    """Derivative of the mobility by the values; a number, or a tensor of their shape."""
    if observable == "bond_breaking":
        return -1.0
    return 10.0 / torch.cosh(20.0 * (values - 0.44)) ** 2


def correlation_weights(positions, box):
    """(W_k + W_k^T) / 2 with W_k,ij = w_k(r_ij) / sum_j w_k(r_ij), float32 (3, n, n); nearest images, periodic box.

    C_k is a quadratic form, in which only the symmetric part counts; its derivative then needs no second product.
    """
    separation = minimum_image(positions[:, None] - positions[None], box)
    distance = np.sqrt((separation**2).sum(axis=2))
    weights = np.stack([np.exp(-0.5 * (distance - r) ** 2) for r in DISTANCES[len(box)]])
    weights /= weights.sum(axis=2, keepdims=True)
    return torch.from_numpy((0.5 * (weights + weights.swapaxes(1, 2))).astype(np.float32))


@dataclass(frozen=True, eq=False)
class Sample:
    """The particles of one type of one configuration as a batch of training.

    inputs : (n, M) standardised, or what else the networks take; targets : (E, n), or (1, n) for all members
    weights : (3, n, n) from `correlation_weights`, or None where only the first term is used
    halves : (2, E, n), the targets of each half of the replicas, or None: the targets count as free of noise
    scale : (E,), or (1,), standard deviation of the training labels, in which errors count
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor | None
    observable: str
    halves: torch.Tensor | None = None
    scale: torch.Tensor = UNIT

    def true_values(self):
        """C_k (E, 3) and variance (E,) of the mobility in molecular dynamics, and whether they count (E,), 1 or 0.

        Squares of fluctuations become products d_a d_b of the halves, whose noise is independent: with 8 replicas noise
        is half of the variance of the labels and more, and a network that is held to it learns to exaggerate. Where
        less than NOISY of the variance is left, no signal can be told, and the labels' own values are taken.
        They do not count where the mobility of displacements has a variance below LEAST: at long times the threshold
        makes all particles mobile, and the terms would divide by what rounding has left.
        """
        own = collective(self.targets, self)
        counts = torch.ones_like(own[1]) if self.observable == "bond_breaking" else (own[1] >= LEAST).to(own[1].dtype)
        if self.halves is None:
            return *own, counts
        first, second = (_fluctuations(half, self.observable) for half in self.halves)
        product = (first * second).sum(dim=1)
        found = (_around(second, self.weights) * first[:, None]).sum(dim=2)
        told = product > NOISY * own[1] * first.shape[1]
        product = torch.where(told, product, torch.ones_like(product))
        correlations = torch.where(told[:, None], found / product[:, None], own[0])
        return correlations, torch.where(told, product / first.shape[1], own[1]), counts


def collective(values, sample):
    """C_k (E, 3) and variance (E,) of the mobility of `values` (E, n)."""
    return _collective(values, sample)[3:]


def _collective(values, sample):
    """Fluctuations d (E, n), S_k d (E, 3, n), d d (E,), C_k (E, 3) and the variance (E,)."""
    fluctuations = _fluctuations(values, sample.observable)
    around = _around(fluctuations, sample.weights)
    squares = (fluctuations**2).sum(dim=1)
    total = squares.clamp_min(SMALLEST)
    found = (around * fluctuations[:, None]).sum(dim=2) / total[:, None]
    return fluctuations, around, total, found, squares / fluctuations.shape[1]


def _fluctuations(values, observable):
    """Mobility of values (E, n) about its mean."""
    moving = mobility(values, observable)
    return moving - moving.mean(dim=1, keepdim=True)


def _around(fluctuations, weights):
    """S_k d, (E, 3, n), of fluctuations d (E, n)."""
    members, number = fluctuations.shape
    return (fluctuations @ weights.reshape(-1, number).T).reshape(members, -1, number)


def error_term(predicted, sample):
    """MAE / std of each member, (E,)."""
    return (predicted - sample.targets).abs().mean(dim=1) / sample.scale


def squared_term(predicted, sample):
    """Mean squared error of each member, (E,), the first phase of tGlassMLP.

    Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), appendix B.
    """
    return (predicted - sample.targets).square().mean(dim=1)


def whole_loss(predicted, sample, true, parts=False):
    """All three terms of each member, (E,); `true` from Sample.true_values. With `parts` also what they are made of."""
    inside = _collective(predicted, sample)
    found, variance = inside[3:]
    known, known_variance, counts = true
    spread = (known[:, 0] - known[:, 2]).abs().clamp_min(SMALLEST)
    shape = (known - found).abs().sum(dim=1) / spread
    width = (variance - known_variance).abs() / known_variance.clamp_min(SMALLEST)
    loss = error_term(predicted, sample) + counts * (CORRELATION * shape + VARIANCE * width)
    return (loss, inside) if parts else loss
