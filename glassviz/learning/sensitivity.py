"""How much a prediction of tGlassMLP changes with each of its descriptors."""

import numpy as np

from glassviz.learning import tglass_network as network
from glassviz.learning.mean_attention import chunks, one_network


def sensitivity(model, inputs, temperature, told, number=1):
    """Root mean square over particles of d(prediction)/dS_k, (networks, n_levels, m).

    With S standardised, this is the change of the propensity for one standard deviation of a descriptor alone, the
    input C held. It counts both ways of S_k: into the attention of all descriptors, and through the bottleneck.
    model, inputs (n, m), told (networks, n_levels) : as of `mean_attention`
    """
    found = np.zeros((*told.shape, inputs.shape[1]))
    for member, slot in np.ndindex(told.shape):
        alone, state = one_network(model, temperature, told, member, slot, number)
        for part in chunks(inputs):
            slopes = input_slopes(alone, part, state, model.scaled)
            found[member, slot] += np.einsum("nk,nk->k", slopes, slopes, dtype=np.float64)
    return np.sqrt(found / len(inputs))


def input_slopes(alone, inputs, state, scaled):
    """d(output)/dS_k of one network, (n, m), at inputs S (n, m) and state u (6,).

    With z_b = c_b + sum_k B_bk S_k w_k, w = softmax(S f1 + ...) and g_b = d(output)/dz_b:
    d(output)/dS_k = w_k [(1 + S_k f1_k) sum_b g_b B_bk - f1_k sum_b g_b (z_b - c_b)]
    alone : parameters {name: (1, ...)} as of tglass_network; B M times as large where `scaled`
    """
    attention, sums = (values[0] for values in network.attend(alone, inputs, state, scaled))
    given = _slopes_of_sums(alone, sums.T, state)
    weights = alone["bottleneck.weight"][0] * np.float32(inputs.shape[1] if scaled else 1)
    common = (given * (sums.T - alone["bottleneck.bias"][0])).sum(axis=1, keepdims=True)
    slope = alone["attention.slope"][0]
    return attention * ((1 + inputs * slope) * (given @ weights) - slope * common)


def _slopes_of_sums(alone, sums, state):
    """g (n, 2): d(output)/dz of the bottleneck's sums z (n, 2), back through the layers behind them."""
    joined = network.conditioned(alone, network.JOINED_STATE, state)
    values = np.concatenate([network.elu(sums), np.repeat(joined, len(sums), axis=0)], axis=1)
    layers = [values]
    for name in network.HEAD[:-1]:
        values = network.elu(values @ alone[f"{name}.weight"][0].T + alone[f"{name}.bias"][0])
        layers.append(values)
    slopes = np.broadcast_to(alone[f"{network.HEAD[-1]}.weight"][0], (len(sums), network.HIDDEN))
    for name, output in zip(reversed(network.HEAD[:-1]), reversed(layers[1:]), strict=True):
        # With the ELU's result y its slope is 1 above 0 and y + 1 below.
        slopes = (slopes * (1 + output.clip(max=0))) @ alone[f"{name}.weight"][0]
    return slopes[:, :2] * (1 + layers[0][:, :2].clip(max=0))
