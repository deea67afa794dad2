"""What tGlassMLP looks at on average: its attention, and that times the weights of the bottleneck."""

import numpy as np

from glassviz.learning import tglass_network as network

CHUNK = 8192
"""Particles of one pass: their attention takes a few MB."""


def mean_attention(model, inputs, temperature, told, number=1):
    """Attention w averaged over particles, (networks, n_levels, m), whose sum over descriptors is 1.

    model : TGlassMLP with its networks for type `number`; inputs (n, m) standardised descriptors of particles of that
        type; told (networks, n_levels) the input C of each network at a temperature
    Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), section VI A.
    """
    found = np.zeros((*told.shape, inputs.shape[1]))
    for member, slot in np.ndindex(told.shape):
        alone, state = one_network(model, temperature, told, member, slot, number)
        for part in chunks(inputs):
            weights = network.attend(alone, part, state, model.scaled)[0]
            found[member, slot] += weights[0].sum(axis=0, dtype=np.float64)
    return found / len(inputs)


def through_bottleneck(model, attention, number=1):
    """|B| w, normalised like w, (..., networks, n_levels, m): attention times the bottleneck's weights behind it.

    |B_k| = sqrt(B_1k^2 + B_2k^2) over the two nodes. The network sees w and B only as the product w B, so that the
    size of w alone is settled by the softmax, not by what it learnt.
    """
    weights = np.linalg.norm(model.parameters[number]["bottleneck.weight"].astype(float), axis=1)
    product = attention * weights[:, None]
    return product / product.sum(axis=-1, keepdims=True)


def one_network(model, temperature, told, member, slot, number):
    """Parameters of one network as an ensemble of one, and its state u (6,)."""
    alone = {name: values[[member]] for name, values in model.parameters[number].items()}
    return alone, network.state_inputs(temperature, told[member, slot], model.reference)


def chunks(inputs):
    """Parts of inputs (n, m) of at most CHUNK particles."""
    return np.array_split(inputs, max(1, -(-len(inputs) // CHUNK)))
