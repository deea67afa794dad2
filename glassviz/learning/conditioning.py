"""What the two small networks of tGlassMLP make of a state point."""

import numpy as np

from glassviz.learning import tglass_network as network


def conditioning(model, temperatures, levels, number=1):
    """Outputs of MLP1, (networks, n, 2), and of MLP2, (networks, n, 4), at n state points (T, C).

    temperatures, levels : numbers or (n,), of the same length; levels are the inputs C as they are
    (o_1, o_2) of MLP1 shift the attention of descriptor k by o_1 f2_k + o_2 f3_k; the four of MLP2 join the bottleneck.
    What an output means is each network's own: only `attention_shift` compares them.
    """
    pairs = np.broadcast_arrays(np.atleast_1d(temperatures), np.atleast_1d(levels))
    states = [network.state_inputs(T, C, model.reference) for T, C in zip(*pairs, strict=True)]
    parameters = model.parameters[number]
    return tuple(
        np.stack([network.conditioned(parameters, names, state) for state in states], axis=1)
        for names in (network.ATTENTION_STATE, network.JOINED_STATE)
    )


def attention_shift(model, outputs, number=1):
    """By how much the state point reorders attention: the deviation over descriptors of o_1 f2_k + o_2 f3_k.

    outputs : (networks, n, 2) of MLP1; returns (networks, n). What shifts all descriptors alike changes nothing.
    """
    parameters = model.parameters[number]
    shifts = outputs[..., :1] * parameters["attention.by_first"][:, None]
    shifts = shifts + outputs[..., 1:] * parameters["attention.by_second"][:, None]
    return shifts.std(axis=-1)
