"""tGlassMLP's network: its parameters, its definition by loops, and the derivatives against torch's own."""

import numpy as np
import pytest
import torch

from glassviz.learning import attention, tglass_network
from glassviz.learning.tglass_gradients import TransferNetworks
from glassviz.learning.tglass_network import forward, initial_parameters, number_of_parameters, state_inputs

M, N, E = 7, 11, 3


def elu(x):
    return x if x > 0 else np.exp(x) - 1


def dense(parameters, member, name, values, linear=False):
    result = parameters[f"{name}.weight"][member].astype(float) @ values + parameters[f"{name}.bias"][member]
    return result if linear else np.array([elu(x) for x in result])


def by_hand(parameters, member, inputs, temperature, level, scaled):
    """The network of one member, particle by particle, as it is written in the paper."""
    u = np.array([(0.3 / temperature) ** k for k in (1, 2, 3)] + [level**k for k in (1, 2, 3)])
    states = {}
    for which in ("attention", "joined"):
        values = dense(parameters, member, f"{which}_state1", u)
        values = dense(parameters, member, f"{which}_state2", values)
        states[which] = dense(parameters, member, f"{which}_state3", values, linear=True)
    f = [parameters[f"attention.{name}"][member].astype(float) for name in ("slope", "by_first", "by_second", "shift")]
    found = []
    for own in inputs.astype(float):
        a = own * f[0] + states["attention"][0] * f[1] + states["attention"][1] * f[2] + f[3]
        w = np.exp(a) / np.exp(a).sum()
        values = dense(parameters, member, "bottleneck", own * w * (len(own) if scaled else 1))
        values = np.concatenate([values, states["joined"]])
        values = dense(parameters, member, "second", dense(parameters, member, "first", values))
        found.append(dense(parameters, member, "output", values, linear=True)[0])
    return np.array(found)


@pytest.fixture
def networks():
    random = np.random.default_rng(4)
    parameters = initial_parameters(M, [(1, k) for k in range(E)])
    # Larger than at the start of training, so that attention differs between particles.
    parameters = {name: (3 * value).astype(np.float32) for name, value in parameters.items()}
    return parameters, (2 * random.normal(size=(N, M))).astype(np.float32)


@pytest.mark.parametrize("inputs", [164, 172, 176])
def test_number_of_parameters(inputs):
    assert number_of_parameters(inputs) == 6 * inputs + 428
    drawn = initial_parameters(inputs, [(0,)])
    assert sum(value.size for value in drawn.values()) == {164: 1412, 172: 1460, 176: 1484}[inputs]


def test_a_member_does_not_depend_on_the_others():
    whole, alone = initial_parameters(M, [(0, 1), (0, 2)]), initial_parameters(M, [(0, 2)])
    for name, value in alone.items():
        np.testing.assert_array_equal(whole[name][1], value[0])
    assert np.abs(whole["attention.slope"]).max() <= M**-0.5
    assert np.abs(whole["attention_state2.bias"]).max() <= 6**-0.5


@pytest.mark.parametrize("scaled", [False, True])
def test_it_is_the_network_of_the_paper(networks, scaled):
    parameters, inputs = networks
    found = forward(parameters, inputs, state_inputs(0.35, 0.8), scaled)
    for member in range(E):
        np.testing.assert_allclose(found[member], by_hand(parameters, member, inputs, 0.35, 0.8, scaled), atol=1e-5)
    assert np.ptp(found, axis=1).min() > 1e-3


def test_attention_is_normalised_and_does_not_know_the_order_of_particles(networks):
    parameters, inputs = networks
    state = state_inputs(0.4, 0.5)
    weights, sums = tglass_network.attend(parameters, inputs, state, True)
    np.testing.assert_allclose(weights.sum(axis=2), 1, atol=1e-5)
    order = np.random.default_rng(0).permutation(N)
    again = tglass_network.attend(parameters, inputs[order], state, True)
    np.testing.assert_allclose(again[0], weights[:, order], atol=1e-6)
    np.testing.assert_allclose(again[1], sums[:, :, order], atol=1e-5)


def test_scaling_only_gives_the_bottleneck_its_weights_back(networks):
    parameters, inputs = networks
    own = {**parameters, "bottleneck.weight": parameters["bottleneck.weight"] * np.float32(M)}
    state = state_inputs(0.4, 0.5)
    np.testing.assert_allclose(forward(parameters, inputs, state, True), forward(own, inputs, state, False), atol=1e-5)


def test_large_inputs_neither_overflow_nor_lose_the_largest(networks):
    parameters, inputs = networks
    inputs = inputs.copy()
    inputs[0, 3] = 4e4
    weights, _ = tglass_network.attend(parameters, inputs, state_inputs(0.15, 0.99), False)
    assert np.isfinite(weights).all()
    np.testing.assert_allclose(weights.sum(axis=2), 1, atol=1e-5)


def torch_output(parameters, inputs, state, scaled):
    """The same in plain torch, for its derivatives."""

    def layer(name, values, linear=False):
        result = values @ parameters[f"{name}.weight"].mT + parameters[f"{name}.bias"][:, None]
        return result if linear else torch.nn.functional.elu(result)

    def state_network(names):
        values = state.expand(E, 1, 6)
        for name in names[:-1]:
            values = layer(name, values)
        return layer(names[-1], values, linear=True)

    f1, f2, f3, f4 = (parameters[name][:, None] for name in tglass_network.ATTENTION)
    o = state_network(tglass_network.ATTENTION_STATE)
    a = inputs * f1 + o[..., :1] * f2 + o[..., 1:] * f3 + f4
    values = layer("bottleneck", inputs * torch.softmax(a, dim=2) * (M if scaled else 1))
    joined = state_network(tglass_network.JOINED_STATE).expand(E, len(inputs), 4)
    values = layer("second", layer("first", torch.cat([values, joined], dim=2)))
    return layer("output", values, linear=True)[..., 0]


@pytest.mark.parametrize(("kind", "rtol", "atol"), [(torch.float64, 1e-9, 1e-12), (torch.float32, 2e-3, 2e-5)])
@pytest.mark.parametrize("scaled", [False, True])
def test_derivatives(networks, kind, rtol, atol, scaled):
    """In float64 the operations of a GPU, in float32 the compiled ones of a processor."""
    parameters, inputs = networks
    own = {name: torch.from_numpy(value).to(kind).requires_grad_() for name, value in parameters.items()}
    inputs, state = torch.from_numpy(inputs).to(kind), torch.from_numpy(state_inputs(0.35, 0.7)).to(kind)
    slopes = torch.from_numpy(np.random.default_rng(2).normal(size=(E, N))).to(kind)
    expected = torch_output(own, inputs, state, scaled)
    expected.backward(slopes)
    with torch.no_grad():
        run = TransferNetworks({name: value.detach() for name, value in own.items()}, scaled)
        for _ in range(2):  # what is kept between calls must not leak into the next
            found = run.forward((inputs, state[:, None]))
            run.backward(slopes)
    torch.testing.assert_close(found, expected.detach(), rtol=rtol, atol=atol)
    gradient = torch.cat([value.grad.reshape(-1) for value in own.values()])
    assert (gradient != 0).all()
    torch.testing.assert_close(run.gradient, gradient, rtol=rtol, atol=atol)


def test_the_exponential_is_exact_to_single_precision():
    slopes, inputs = np.ones((1, 400), np.float32), -np.linspace(0, 80, 400, dtype=np.float32)[None]
    weights, sums = np.empty((1, 1, 400), np.float32), np.empty((1, 2, 1), np.float32)
    zeros = np.zeros((1, 400), np.float32)
    attention.forward(
        inputs, slopes, zeros, np.ones((1, 2, 400), np.float32), np.zeros((1, 2), np.float32), weights, sums
    )
    expected = np.exp(inputs[0].astype(float))
    np.testing.assert_allclose(weights[0, 0], expected / expected.sum(), rtol=3e-6)
