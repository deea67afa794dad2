"""GlassMLP's loss: absolute error, spatial correlation of the mobility, and its variance.

loss = MAE / std + 0.5 sum_k |C_k - C_k^pred| / |C_1 - C_3| + |Var^pred - Var| / Var, for one configuration;
C_k = [sum_i d_i (sum_j w_k(r_ij) d_j / sum_j w_k(r_ij))] / sum_i d_i^2, w_k = exp(-(r - R_k)^2 / 2), j = i included,
R = 2, 5, 8 (2D) or 2, 4, 6 (3D); d_i is the fluctuation of the mobility about its mean in the configuration, 1 - C_B^i
or, for displacements, (1 + tanh(20 (R_i - 0.44))) / 2. All sums run over the particles of one type.
Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023), supplement.
"""

from dataclasses import dataclass

import numpy as np
import torch

from glassviz.configuration import minimum_image
from glassviz.learning import spatial_correlation
from glassviz.learning.spatial_correlation import DISTANCES

CORRELATION, VARIANCE = 0.5, 1.0
SMALLEST = 1e-12


def mobility(values, observable):
    """The mobility whose fluctuations are correlated, of the shape of `values` (a tensor)."""
    return spatial_correlation.mobility(values, observable, torch.tanh)


def correlation_weights(positions, box):
    """w_k(r_ij) / sum_j w_k(r_ij) between particles (n, d) in a periodic box, float32 (3, n, n); nearest images."""
    separation = minimum_image(positions[:, None] - positions[None], box)
    distance = np.sqrt((separation**2).sum(axis=2))
    weights = np.stack([np.exp(-0.5 * (distance - r) ** 2) for r in DISTANCES[len(box)]])
    return torch.from_numpy((weights / weights.sum(axis=2, keepdims=True)).astype(np.float32))


def correlations(fluctuations, weights):
    """C_k of fluctuations (E, n), (E, 3)."""
    number = fluctuations.shape[1]
    around = (fluctuations @ weights.reshape(-1, number).T).reshape(len(fluctuations), -1, number)
    total = (fluctuations**2).sum(dim=1).clamp_min(SMALLEST)
    return (around * fluctuations[:, None]).sum(dim=2) / total[:, None]


@dataclass(frozen=True, eq=False)
class Sample:
    """The particles of one type of one configuration as a batch of training.

    inputs : (n, M) standardised; targets : (E, n); weights : (3, n, n), or None where only the first term is used
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor | None
    observable: str

    def true_values(self):
        """C_k (E, 3) and variance (E,) of the targets' mobility."""
        return collective(self.targets, self)


def collective(values, sample):
    """C_k (E, 3) and variance (E,) of the mobility of `values` (E, n)."""
    moving = mobility(values, sample.observable)
    fluctuations = moving - moving.mean(dim=1, keepdim=True)
    return correlations(fluctuations, sample.weights), (fluctuations**2).mean(dim=1)


def error_term(predicted, sample, scale):
    """MAE / std of each member, (E,); scale (E,) is the standard deviation of the training labels."""
    return (predicted - sample.targets).abs().mean(dim=1) / scale


def whole_loss(predicted, sample, scale, true):
    """All three terms of each member, (E,); `true` from Sample.true_values."""
    found, variance = collective(predicted, sample)
    known, known_variance = true
    spread = (known[:, 0] - known[:, 2]).abs().clamp_min(SMALLEST)
    shape = (known - found).abs().sum(dim=1) / spread
    width = (variance - known_variance).abs() / known_variance.clamp_min(SMALLEST)
    return error_term(predicted, sample, scale) + CORRELATION * shape + VARIANCE * width
