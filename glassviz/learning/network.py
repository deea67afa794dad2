"""GlassMLP's network, many of them as one: every parameter carries the members of an ensemble in front.

inputs -> 2 (bottleneck) -> 10 -> 10 -> 1, ELU after the bottleneck and both hidden layers, linear output. The functions
take NumPy arrays, so that the app predicts without loading torch, or torch tensors, through which training goes back.
Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023), supplement.
"""

from itertools import pairwise

import numpy as np

BOTTLENECK, HIDDEN = 2, 10
LAYERS = ("bottleneck", "first", "second", "output")


def parameter_shapes(inputs):
    """Shape of each parameter of one network, in order: {"bottleneck.weight": (2, M), "bottleneck.bias": (2,), ...}."""
    shapes = {}
    for name, (into, out) in zip(LAYERS, pairwise((inputs, BOTTLENECK, HIDDEN, HIDDEN, 1)), strict=True):
        shapes |= {f"{name}.weight": (out, into), f"{name}.bias": (out,)}
    return shapes


def number_of_parameters(inputs):
    """Parameters of one network with M inputs: 2 M + 153."""
    return sum(int(np.prod(shape)) for shape in parameter_shapes(inputs).values())


def initial_parameters(inputs, keys):
    """Parameters {name: (E, ...)} of a network for each of `keys`, uniform within +-1/sqrt(width of the input).

    keys : E sequences of integers that seed one network each, so that a member does not depend on the others.
    """
    shapes = parameter_shapes(inputs)
    return drawn_parameters(shapes, {name: shapes[f"{name.split('.')[0]}.weight"][1] ** -0.5 for name in shapes}, keys)


def drawn_parameters(shapes, bounds, keys):
    """{name: (E, ...)} of these shapes, uniform within +-bounds[name], for each of E `keys`."""
    members = []
    for key in keys:
        generator = np.random.default_rng(list(key))
        members.append({name: generator.uniform(-bounds[name], bounds[name], shape) for name, shape in shapes.items()})
    return {name: np.stack([member[name] for member in members]).astype(np.float32) for name in shapes}


def elu(x):
    """x above 0, exp(x) - 1 below."""
    below = x.clip(max=0)
    return x.clip(min=0) + (np.expm1(below) if isinstance(x, np.ndarray) else below.expm1())


def bottleneck(parameters, inputs):
    """Values of the two-node bottleneck after its ELU, (E, n, 2), of inputs (n, M)."""
    weight, bias = parameters["bottleneck.weight"], parameters["bottleneck.bias"]
    # All members see the same inputs: one product of matrices instead of E.
    together = inputs @ weight.reshape(-1, weight.shape[-1]).T
    return elu(together.reshape(len(inputs), *bias.shape).swapaxes(0, 1) + bias[:, None])


def head(parameters, values):
    """Output (E, n) from bottleneck values (E, n, 2)."""
    for name in LAYERS[1:]:
        values = values @ parameters[f"{name}.weight"].mT + parameters[f"{name}.bias"][:, None]
        values = values if name == "output" else elu(values)
    return values[..., 0]


def forward(parameters, inputs):
    """Output of every member, (E, n), for inputs (n, M)."""
    return head(parameters, bottleneck(parameters, inputs))
