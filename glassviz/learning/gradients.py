"""The networks of an ensemble and their loss with the derivatives written out: where training spends its time.

`network` and `loss` hold the definitions, which torch could differentiate by itself. For networks this small its
bookkeeping takes longer than the arithmetic; tests compare the two, `benchmarks/training.py` measures them.
"""

import torch

from glassviz.learning.dense import Dense
from glassviz.learning.loss import CORRELATION, SMALLEST, VARIANCE, error_term, mobility_slope, squared_term, whole_loss
from glassviz.learning.network import LAYERS


def split(flat, like):
    """Views of a vector as the tensors of `like` {name: tensor}, one after another."""
    parts = flat.split([value.numel() for value in like.values()])
    return {name: part.view(like[name].shape) for name, part in zip(like, parts, strict=True)}


class Networks:
    """E networks; their parameters in one vector `flat`, of which `parameters` {name: (E, ...)} are views.

    gradient : vector like `flat`, filled by `backward`
    """

    def __init__(self, parameters):
        self.flat = torch.cat([value.reshape(-1) for value in parameters.values()])
        self.gradient = torch.zeros_like(self.flat)
        self.parameters, slopes = split(self.flat, parameters), split(self.gradient, parameters)
        self._layers = Dense(self.parameters, slopes, LAYERS)

    def forward(self, inputs):
        """Output (E, n) for inputs (n, M), as `network.forward`; `backward` uses what it leaves behind."""
        return self._layers.forward(inputs.T)[:, 0]

    def backward(self, slopes):
        """Fill `gradient` with that of sum(slopes * output), slopes (E, n), after `forward`."""
        self._layers.backward(slopes[:, None])


def error_slopes(predicted, sample):
    """`error_term` (E,) and its derivative by the prediction (E, n)."""
    each = (1 / (predicted.shape[1] * sample.scale))[:, None]
    return error_term(predicted, sample), torch.sign(predicted - sample.targets) * each


def squared_slopes(predicted, sample):
    """`squared_term` (E,) and its derivative by the prediction (E, n)."""
    return squared_term(predicted, sample), (predicted - sample.targets).mul_(2 / predicted.shape[1])


def whole_slopes(predicted, sample, true):
    """`whole_loss` (E,) and its derivative by the prediction (E, n).

    With C_k = d S_k d / d d, S_k symmetric, dC_k/dd = 2 (S_k d - C_k d) / d d: the product S_k d gives both.
    """
    known, known_variance, counts = true
    loss, (fluctuations, around, total, found, variance) = whole_loss(predicted, sample, true, parts=True)
    spread = (known[:, 0] - known[:, 2]).abs().clamp_min(SMALLEST)
    by_found = torch.sign(found - known) * (counts * CORRELATION / spread)[:, None]
    by_variance = torch.sign(variance - known_variance) * counts * VARIANCE / known_variance.clamp_min(SMALLEST)
    by_fluctuation = torch.bmm((2 * by_found / total[:, None])[:, None], around)[:, 0]
    along = 2 * by_variance / predicted.shape[1] - 2 * (by_found * found).sum(dim=1) / total
    by_fluctuation.addcmul_(fluctuations, along[:, None])
    by_mobility = by_fluctuation - by_fluctuation.mean(dim=1, keepdim=True)
    slopes = by_mobility * mobility_slope(predicted, sample.observable)
    return loss, slopes.add_(error_slopes(predicted, sample)[1])
