"""What models tell about their insides: bottleneck, head and weights belong to the prediction."""

import numpy as np
import pytest

from glassviz.errors import InputError
from glassviz.learning import GlassMLP, Ridge
from glassviz.learning.training import Stage
from tests.learning.planted import make_state_point

FEW = (Stage(2, 1e-2, 1),)


@pytest.fixture(scope="module")
def point():
    return make_state_point(["train", "validation"])


@pytest.fixture(scope="module")
def net(point):
    choice = {"lengths": (0.0, 1.0), "observables": ("density", "energy"), "seeds": 2, "types": (1, 2)}
    return GlassMLP.fit(point, schedule=FEW, **choice)


def standardised(net, point, number):
    """Descriptors (n, M) of the particles of a type, with the constant ones left as they are."""
    x = net.describe(point.configurations[0], point.inherent[0])[point.configurations[0].types == number]
    z = x.copy()
    z[:, net.kept[number]] = (x[:, net.kept[number]] - net.means[number]) / net.scales[number]
    return z


def test_the_head_of_the_bottleneck_is_the_prediction_of_that_seed(net, point):
    thermal, inherent = point.configurations[0], point.inherent[0]
    each = net.predict_each(thermal, inherent)
    for slot, time in enumerate(net.times):
        for seed in range(2):
            values = net.bottleneck(thermal, time, inherent, seed)
            for number in (1, 2):
                own = thermal.types == number
                np.testing.assert_allclose(
                    net.output(values[own], time, number, seed), each[seed, slot, own], rtol=1e-4, atol=1e-5
                )
            assert np.isnan(values[thermal.types == 3]).all()
    assert np.abs(each[0] - each[1])[:, thermal.types < 3].max() > 1e-3


def test_input_weights_make_the_bottleneck(net, point):
    thermal, inherent = point.configurations[0], point.inherent[0]
    for seed in range(2):
        weights = net.input_weights(net.times[1], 2, seed)
        assert weights.shape == (2, len(net.descriptor_names))
        sums = standardised(net, point, 2) @ np.nan_to_num(weights).T + net.parameters[2]["bottleneck.bias"][seed, 1]
        expected = np.where(sums > 0, sums, np.expm1(np.minimum(sums, 0)))
        found = net.bottleneck(thermal, net.times[1], inherent, seed)[thermal.types == 2]
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_weights_of_dropped_descriptors_are_nan(net):
    names = np.array(net.descriptor_names)
    weights = net.input_weights(net.times[0], 1, 1)
    dropped = set(names[np.isnan(weights).any(axis=0)])
    assert dropped == set(names) - {names[m] for m in net.kept[1]}
    # At L = 0 only the particle itself counts: its own type has density 1, the others have none.
    assert {"density L=0 type 1", "density L=0 type 2", "energy L=0 type 2"} <= dropped
    assert "energy L=0 type 1" not in dropped


def test_weights_of_a_ridge_make_its_prediction(point):
    ridge = Ridge.fit(point)
    thermal, inherent = point.configurations[0], point.inherent[0]
    own = thermal.types == 3
    weights = ridge.input_weights(ridge.times[1], 3)
    z = (ridge.describe(thermal, inherent)[own] - ridge.means[3]) / ridge.scales[3]
    predicted = z @ np.nan_to_num(weights[0]) + ridge.intercepts[3][1]
    np.testing.assert_allclose(predicted, ridge.predict(thermal, ridge.times[1], inherent)[own], atol=1e-9)
    names = np.array(ridge.descriptor_names)
    dropped = names[np.isnan(weights[0])]
    assert "density L=0 type 3" in dropped
    assert "energy L=0 type 1" in dropped
    assert "energy L=0 type 3" not in dropped
    assert not any("L=1 " in name for name in dropped)


def test_what_a_model_does_not_have_is_named(net, point):
    with pytest.raises(InputError, match=r"type 3, expected one of \[1, 2\]"):
        net.input_weights(net.times[0], 3)
    with pytest.raises(InputError, match="seed is 2, expected one of 0..1"):
        net.output(np.zeros((1, 2)), net.times[0], 1, 2)
    with pytest.raises(InputError, match="time 7 is not"):
        net.input_weights(7.0)
    with pytest.raises(InputError, match="no regression for type 2"):
        Ridge.fit(point, types=[1]).input_weights(1.0, 2)
