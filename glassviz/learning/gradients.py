"""The networks of an ensemble and their loss with the derivatives written out: where training spends its time.

`network` and `loss` hold the definitions, which torch could differentiate by itself. For networks this small its
bookkeeping takes longer than the arithmetic; tests compare the two, `benchmarks/training.py` measures them.
"""

import torch

from glassviz.learning.loss import CORRELATION, SMALLEST, VARIANCE, error_term, mobility_slope, whole_loss
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
        self.parameters, self._slopes = split(self.flat, parameters), split(self.gradient, parameters)

    def forward(self, inputs):
        """Output (E, n) for inputs (n, M), as `network.forward`; `backward` uses what it leaves behind."""
        weight, bias = self._layer(self.parameters, LAYERS[0])
        members, width = bias.shape[:2]
        # All members see the same inputs: one product of matrices instead of E.
        together = torch.addmm(bias.view(-1, 1), weight.view(members * width, -1), inputs.T)
        values = torch.nn.functional.elu_(together).view(members, width, -1)
        self._inputs, self._values = inputs, [values]
        for name in LAYERS[1:]:
            weight, bias = self._layer(self.parameters, name)
            values = torch.baddbmm(bias, weight, values)
            if name != LAYERS[-1]:
                self._values.append(torch.nn.functional.elu_(values))
        return values[:, 0]

    def backward(self, slopes):
        """Fill `gradient` with that of sum(slopes * output), slopes (E, n), after `forward`."""
        slopes = slopes[:, None]
        for name, values in zip(reversed(LAYERS[1:]), reversed(self._values), strict=True):
            weight, bias = self._layer(self._slopes, name)
            torch.bmm(slopes, values.mT, out=weight)
            torch.sum(slopes, 2, keepdim=True, out=bias)
            slopes = torch.bmm(self.parameters[f"{name}.weight"].mT, slopes)
            # With the ELU's result y its slope is 1 above 0 and y + 1 below.
            slopes = torch.ops.aten.elu_backward(slopes, 1, 1, 1, True, values)
        weight, bias = self._layer(self._slopes, LAYERS[0])
        torch.mm(slopes.view(-1, len(self._inputs)), self._inputs, out=weight.view(-1, weight.shape[-1]))
        torch.sum(slopes, 2, keepdim=True, out=bias)

    @staticmethod
    def _layer(tensors, name):
        """Weight (E, out, in) and bias (E, out, 1)."""
        return tensors[f"{name}.weight"], tensors[f"{name}.bias"].unsqueeze(2)


def error_slopes(predicted, sample, scale):
    """`error_term` (E,) and its derivative by the prediction (E, n)."""
    each = (1 / (predicted.shape[1] * scale))[:, None]
    return error_term(predicted, sample, scale), torch.sign(predicted - sample.targets) * each


def whole_slopes(predicted, sample, scale, true):
    """`whole_loss` (E,) and its derivative by the prediction (E, n).

    With C_k = d S_k d / d d, S_k symmetric, dC_k/dd = 2 (S_k d - C_k d) / d d: the product S_k d gives both.
    """
    known, known_variance, counts = true
    loss, (fluctuations, around, total, found, variance) = whole_loss(predicted, sample, scale, true, parts=True)
    spread = (known[:, 0] - known[:, 2]).abs().clamp_min(SMALLEST)
    by_found = torch.sign(found - known) * (counts * CORRELATION / spread)[:, None]
    by_variance = torch.sign(variance - known_variance) * counts * VARIANCE / known_variance.clamp_min(SMALLEST)
    by_fluctuation = torch.bmm((2 * by_found / total[:, None])[:, None], around)[:, 0]
    along = 2 * by_variance / predicted.shape[1] - 2 * (by_found * found).sum(dim=1) / total
    by_fluctuation.addcmul_(fluctuations, along[:, None])
    by_mobility = by_fluctuation - by_fluctuation.mean(dim=1, keepdim=True)
    slopes = by_mobility * mobility_slope(predicted, sample.observable)
    return loss, slopes.add_(error_slopes(predicted, sample, scale)[1])
