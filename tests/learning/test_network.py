import numpy as np
import pytest
import torch

from glassviz.learning.network import bottleneck, forward, head, initial_parameters, number_of_parameters


@pytest.mark.parametrize(("inputs", "parameters"), [(244, 641), (306, 765), (184, 521), (231, 615)])
def test_numbers_of_parameters_are_the_published_ones(inputs, parameters):
    assert number_of_parameters(inputs) == parameters
    made = initial_parameters(inputs, [(0,)])
    assert sum(value[0].size for value in made.values()) == parameters


def test_members_depend_on_their_own_key_alone():
    both, one = initial_parameters(7, [(1, 2), (3, 4)]), initial_parameters(7, [(3, 4)])
    for name in both:
        np.testing.assert_array_equal(both[name][1], one[name][0])
        assert (both[name][0] != both[name][1]).any()


def test_batched_network_is_the_plain_one_in_numpy_and_torch():
    inputs = np.random.default_rng(0).normal(size=(13, 9)).astype(np.float32)
    parameters = initial_parameters(9, [(0, k) for k in range(5)])
    together = forward(parameters, inputs)
    tensors = {name: torch.from_numpy(value) for name, value in parameters.items()}
    np.testing.assert_allclose(forward(tensors, torch.from_numpy(inputs)).numpy(), together, atol=1e-5)
    for member in range(5):
        layers = []
        for name, (out, into) in zip(
            ("bottleneck", "first", "second", "output"), ((2, 9), (10, 2), (10, 10), (1, 10)), strict=True
        ):
            layer = torch.nn.Linear(into, out)
            layer.weight.data = tensors[f"{name}.weight"][member]
            layer.bias.data = tensors[f"{name}.bias"][member]
            layers += [layer, torch.nn.ELU()]
        plain = torch.nn.Sequential(*layers[:-1])(torch.from_numpy(inputs)).detach().numpy()[:, 0]
        np.testing.assert_allclose(together[member], plain, atol=1e-5)


def test_the_head_follows_the_bottleneck():
    inputs = np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32)
    parameters = initial_parameters(4, [(0,), (1,)])
    values = bottleneck(parameters, inputs)
    assert values.shape == (2, 6, 2)
    np.testing.assert_allclose(head(parameters, values), forward(parameters, inputs), atol=1e-6)
