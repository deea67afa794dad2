"""A chain of dense layers of an ensemble with its derivatives written out; columns are particles."""

import torch


class Dense:
    """Layers `names` of E networks, an ELU behind each but a `linear` last one.

    parameters, slopes : {name.weight: (E, out, in), name.bias: (E, out)}; `backward` fills the slopes
    """

    def __init__(self, parameters, slopes, names, linear=True):
        self._parameters, self._slopes, self._names, self._linear = parameters, slopes, names, linear

    def forward(self, values):
        """Output (E, out, n) for inputs (E, in, n), or (in, n) that all members share; kept for `backward`."""
        self._inputs = []
        for name in self._names:
            weight, bias = self._layer(self._parameters, name)
            self._inputs.append(values)
            if values.dim() == 2:
                # All members see the same inputs: one product of matrices instead of E.
                members, width = weight.shape[:2]
                values = torch.addmm(bias.view(-1, 1), weight.view(members * width, -1), values)
                values = values.view(members, width, -1)
            else:
                values = torch.baddbmm(bias, weight, values)
            if not (self._linear and name == self._names[-1]):
                values = torch.nn.functional.elu_(values)
        self._output = values
        return values

    def backward(self, slopes):
        """Derivative (E, in, n) by the inputs of sum(slopes * output), slopes (E, out, n); None for shared inputs."""
        outputs = [*self._inputs[1:], self._output]
        for name, values, output in zip(*map(reversed, (self._names, self._inputs, outputs)), strict=True):
            if not (self._linear and name == self._names[-1]):
                # With the ELU's result y its slope is 1 above 0 and y + 1 below.
                slopes = torch.ops.aten.elu_backward(slopes, 1, 1, 1, True, output)
            weight, bias = self._layer(self._slopes, name)
            torch.sum(slopes, 2, keepdim=True, out=bias)
            if values.dim() == 2:
                torch.mm(slopes.reshape(-1, values.shape[1]), values.T, out=weight.view(-1, weight.shape[-1]))
                return None
            torch.bmm(slopes, values.mT, out=weight)
            slopes = torch.bmm(self._parameters[f"{name}.weight"].mT, slopes)
        return slopes

    @staticmethod
    def _layer(tensors, name):
        """Weight (E, out, in) and bias (E, out, 1)."""
        return tensors[f"{name}.weight"], tensors[f"{name}.bias"].unsqueeze(2)
