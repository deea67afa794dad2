"""tGlassMLP's networks of an ensemble with the derivatives written out, for training; `tglass_network` defines them."""

import torch

from glassviz.learning import attention
from glassviz.learning.dense import Dense
from glassviz.learning.gradients import split
from glassviz.learning.tglass_network import ATTENTION, ATTENTION_STATE, HEAD, JOINED_STATE


class TransferNetworks:
    """E networks; their parameters in one vector `flat`, of which `parameters` {name: (E, ...)} are views.

    gradient : vector like `flat`, filled by `backward`; scaled : as in `tglass_network`
    """

    def __init__(self, parameters, scaled):
        self.flat = torch.cat([value.reshape(-1) for value in parameters.values()])
        self.gradient = torch.zeros_like(self.flat)
        self.parameters, self._slopes = split(self.flat, parameters), split(self.gradient, parameters)
        self._factor = self.parameters["bottleneck.weight"].shape[-1] if scaled else 1
        self._for_attention, self._for_head, self._head = (
            Dense(self.parameters, self._slopes, names) for names in (ATTENTION_STATE, JOINED_STATE, HEAD)
        )
        self._rooms = {}

    def forward(self, inputs):
        """Output (E, n) for inputs = (descriptors S (n, M), state u (6, 1)); `backward` uses what it leaves behind."""
        self._inputs, state = inputs
        slope, by_first, by_second, shift = (self.parameters[name] for name in ATTENTION)
        self._outputs = self._for_attention.forward(state)
        shifts = torch.addcmul(shift, self._outputs[:, 0], by_first).addcmul_(self._outputs[:, 1], by_second)
        self._weights = self.parameters["bottleneck.weight"] * self._factor
        weights, sums = self._room(len(slope), *self._inputs.shape)
        _attend(self._inputs, slope, shifts, self._weights, self.parameters["bottleneck.bias"], weights, sums)
        self._attention, self._sums, self._values = weights, sums, torch.nn.functional.elu(sums)
        joined = self._for_head.forward(state).expand(-1, -1, len(self._inputs))
        return self._head.forward(torch.cat([self._values, joined], dim=1))[:, 0]

    def backward(self, slopes):
        """Fill `gradient` with that of sum(slopes * output), slopes (E, n), after `forward`."""
        given = self._head.backward(slopes[:, None])
        self._for_head.backward(given[:, 2:].sum(dim=2, keepdim=True))
        by_sums = torch.ops.aten.elu_backward(given[:, :2].contiguous(), 1, 1, 1, True, self._values)
        torch.sum(by_sums, 2, out=self._slopes["bottleneck.bias"])
        by_slope, by_first, by_second, by_shift = (self._slopes[name] for name in ATTENTION)
        by_weight = self._slopes["bottleneck.weight"]
        bias = self.parameters["bottleneck.bias"]
        _attend_back(
            self._inputs, self._weights, bias, self._attention, self._sums, by_sums, by_slope, by_shift, by_weight
        )
        by_weight.mul_(self._factor)
        torch.mul(by_shift, self._outputs[:, 0], out=by_first)
        torch.mul(by_shift, self._outputs[:, 1], out=by_second)
        both = [(by_shift * self.parameters[name]).sum(dim=1) for name in ATTENTION[1:3]]
        self._for_attention.backward(torch.stack(both, dim=1)[..., None])

    def _room(self, members, particles, width):
        """Attention weights (E, n, M) and sums (E, 2, n) to be filled, the same for each number of particles."""
        if particles not in self._rooms:
            shapes = (members, particles, width), (members, 2, particles)
            self._rooms[particles] = [self.flat.new_empty(shape) for shape in shapes]
        return self._rooms[particles]


def _attend(inputs, slope, shifts, weights, bias, attention_weights, sums):
    """`attention.forward` on tensors: compiled on a processor, torch's own operations on a GPU."""
    if inputs.device.type == "cpu" and inputs.dtype == torch.float32:
        attention.forward(*(value.numpy() for value in (inputs, slope, shifts, weights, bias, attention_weights, sums)))
        return
    torch.softmax(torch.addcmul(shifts[:, None], slope[:, None], inputs), dim=2, out=attention_weights)
    torch.baddbmm(bias[..., None], weights, (attention_weights * inputs).mT, out=sums)


def _attend_back(inputs, weights, bias, attention_weights, sums, given, by_slope, by_shift, by_weight):
    """`attention.backward` on tensors, as `_attend`."""
    if inputs.device.type == "cpu" and inputs.dtype == torch.float32:
        values = (inputs, weights, bias, attention_weights, sums, given, by_slope, by_shift, by_weight)
        attention.backward(*(value.numpy() for value in values))
        return
    torch.bmm(given, attention_weights * inputs, out=by_weight)
    common = (given * (sums - bias[..., None])).sum(dim=1)
    by_attention = torch.bmm(given.mT, weights).mul_(inputs).sub_(common[..., None]).mul_(attention_weights)
    torch.sum(by_attention, 1, out=by_shift)
    torch.sum(by_attention.mul_(inputs), 1, out=by_slope)
