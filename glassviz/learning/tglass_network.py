"""tGlassMLP's network, many of them as one: every parameter carries the members of an ensemble in front.

For each particle with descriptors S (M), at a state point (T, C), C the mean bond-breaking propensity:
u = (T_0/T, (T_0/T)^2, (T_0/T)^3, C, C^2, C^3); (o_1, o_2) = MLP1(u), 6-6-6-2;
A_k = S_k f1_k + o_1 f2_k + o_2 f3_k + f4_k, w = softmax(A) over all descriptors; z = ELU(B (w S) + c), two nodes;
(z, MLP2(u)), MLP2 6-7-7-4, -> 10 -> 10 -> 1. ELU in hidden layers, linear outputs; 6 M + 428 parameters.
S w is multiplied by M where `scaled`: softmax divides by about M, which that only gives back to B.
Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), section II and appendix B. The scaling T_0 is not published.
"""

import numpy as np

from glassviz.learning import attention
from glassviz.learning.network import drawn_parameters, elu, head

STATE, JOINED, HIDDEN = 6, 4, 10
"""Widths of the state u, of MLP2's output and of the hidden layers."""
ATTENTION = ("attention.slope", "attention.by_first", "attention.by_second", "attention.shift")
"""f1, f2, f3, f4."""
ATTENTION_STATE = ("attention_state1", "attention_state2", "attention_state3")
"""Layers of MLP1."""
JOINED_STATE = ("joined_state1", "joined_state2", "joined_state3")
"""Layers of MLP2."""
HEAD = ("first", "second", "output")
REFERENCE = 0.3
"""T_0, by which temperatures are divided."""


def parameter_shapes(inputs):
    """Shape of each parameter of one network with M inputs, in order."""
    shapes = dict.fromkeys(ATTENTION, (inputs,))
    widths = {
        **dict(zip(ATTENTION_STATE, [(STATE, 6), (6, 6), (6, 2)], strict=True)),
        **dict(zip(JOINED_STATE, [(STATE, 7), (7, 7), (7, JOINED)], strict=True)),
        "bottleneck": (inputs, 2),
        **dict(zip(HEAD, [(2 + JOINED, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, 1)], strict=True)),
    }
    for name, (into, out) in widths.items():
        shapes |= {f"{name}.weight": (out, into), f"{name}.bias": (out,)}
    return shapes


def number_of_parameters(inputs):
    """Parameters of one network with M inputs: 6 M + 428."""
    return sum(int(np.prod(shape)) for shape in parameter_shapes(inputs).values())


def initial_parameters(inputs, keys):
    """Parameters {name: (E, ...)} of a network for each of `keys`, uniform within +-1/sqrt(width of the input)."""
    shapes = parameter_shapes(inputs)
    bounds = {name: (inputs if name in ATTENTION else _width(shapes, name)) ** -0.5 for name in shapes}
    return drawn_parameters(shapes, bounds, keys)


def _width(shapes, name):
    """Width of the input of a parameter's layer."""
    return shapes[f"{name.rpartition('.')[0]}.weight"][1]


def state_inputs(temperature, mean_propensity, reference=REFERENCE):
    """u (6,) of a state point; temperature and reference T_0 in reduced units, 0 <= mean_propensity <= 1."""
    inverse, level = reference / temperature, float(mean_propensity)
    return np.array([inverse, inverse**2, inverse**3, level, level**2, level**3], dtype=np.float32)


def conditioned(parameters, names, state):
    """Output (E, out) of one of the networks of the state point, MLP1 or MLP2, for u (6,)."""
    values = np.broadcast_to(state, (len(parameters["output.bias"]), 1, STATE))
    for name in names:
        values = values @ parameters[f"{name}.weight"].mT + parameters[f"{name}.bias"][:, None]
        values = values if name == names[-1] else elu(values)
    return values[:, 0]


def attend(parameters, inputs, state, scaled):
    """Attention w (E, n, M) and the bottleneck's sums before its ELU (E, 2, n), for inputs S (n, M); float32."""
    slope, by_first, by_second, shift = (parameters[name] for name in ATTENTION)
    outputs = conditioned(parameters, ATTENTION_STATE, state)
    shifts = shift + outputs[:, :1] * by_first + outputs[:, 1:] * by_second
    weights = parameters["bottleneck.weight"] * np.float32(inputs.shape[1] if scaled else 1)
    members = len(slope)
    found = np.empty((members, *inputs.shape), np.float32), np.empty((members, 2, len(inputs)), np.float32)
    attention.forward(inputs, slope, shifts.astype(np.float32), weights, parameters["bottleneck.bias"], *found)
    return found


def bottleneck(parameters, inputs, state, scaled):
    """Values of the two-node bottleneck after its ELU, (E, n, 2), of inputs (n, M)."""
    return elu(attend(parameters, inputs, state, scaled)[1].mT)


def output(parameters, values, state):
    """Output (E, n) from bottleneck values (E, n, 2): MLP2 joined to them, and the layers behind."""
    joined = conditioned(parameters, JOINED_STATE, state)[:, None]
    joined = np.broadcast_to(joined, (*values.shape[:2], JOINED))
    return head(parameters, np.concatenate([values, joined], axis=2))


def forward(parameters, inputs, state, scaled):
    """Output of every member, (E, n), for inputs (n, M) at the state point u (6,)."""
    return output(parameters, bottleneck(parameters, inputs, state, scaled), state)
