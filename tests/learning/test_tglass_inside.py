"""What tGlassMLP looks at: attention, lengths, sensitivities and conditioning, against closed forms and differences."""

from dataclasses import replace

import numpy as np
import pytest

from glassviz.errors import InputError
from glassviz.learning import TGlassMLP, tglass_network
from glassviz.learning.conditioning import attention_shift, conditioning
from glassviz.learning.inputs import descriptor_names, descriptors_of
from glassviz.learning.length_weights import length_distribution, mean_length
from glassviz.learning.mean_attention import mean_attention, one_network, through_bottleneck
from glassviz.learning.sensitivity import input_slopes, sensitivity
from glassviz.learning.tglass_inside import Inside, levels_of
from glassviz.learning.tglass_mlp import LENGTHS
from glassviz.structure.coarse_graining import OBSERVABLES
from glassviz.systems import KA2D
from tests.learning.ladder import QUICK, state_point

ALL = descriptor_names(KA2D, LENGTHS, OBSERVABLES)
TOLD = np.array([[0.9, 0.5], [0.8, 0.55]])


@pytest.fixture(scope="module")
def point():
    return state_point(0.5)


@pytest.fixture(scope="module")
def model(point):
    """Two networks, with slopes made larger, so that attention differs between particles."""
    found = TGlassMLP.fit([point, state_point(0.4, seed=1)], **QUICK)
    louder = {name: (2 * v if name == "attention.slope" else v) for name, v in found.parameters[1].items()}
    return replace(found, parameters={1: louder})


@pytest.fixture(scope="module")
def inputs(model, point):
    x = descriptors_of(point, range(len(point)), model.lengths, model.observables)
    own = np.concatenate([x[k][point.configurations[k].types == 1] for k in x])
    return model.standardised(own, 0.5)


def test_attention_is_that_of_the_network_averaged_and_normalised(model, inputs):
    found = mean_attention(model, inputs, 0.5, TOLD)
    assert found.shape == (2, 2, inputs.shape[1])
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-6)
    for member, slot in np.ndindex(2, 2):
        alone, state = one_network(model, 0.5, TOLD, member, slot, 1)
        o = tglass_network.conditioned(alone, tglass_network.ATTENTION_STATE, state)[0]
        f = [alone[name][0].astype(float) for name in tglass_network.ATTENTION]
        w = np.exp(inputs * f[0] + o[0] * f[1] + o[1] * f[2] + f[3])
        np.testing.assert_allclose(found[member, slot], (w / w.sum(axis=1, keepdims=True)).mean(axis=0), rtol=1e-4)
    order = np.random.default_rng(1).permutation(len(inputs))
    np.testing.assert_allclose(mean_attention(model, inputs[order], 0.5, TOLD), found, rtol=1e-5)
    assert 0.005 < found.min() < 0.08 < found.max() < 0.9


def test_many_particles_are_taken_in_parts(model, inputs, monkeypatch):
    whole = mean_attention(model, inputs, 0.5, TOLD), sensitivity(model, inputs, 0.5, TOLD)
    monkeypatch.setattr("glassviz.learning.mean_attention.CHUNK", 7)
    np.testing.assert_allclose(mean_attention(model, inputs, 0.5, TOLD), whole[0], rtol=1e-5)
    np.testing.assert_allclose(sensitivity(model, inputs, 0.5, TOLD), whole[1], rtol=1e-4)


def test_equal_weights_give_the_mean_of_the_lengths():
    found, lengths = length_distribution(np.full((3, len(ALL)), 1 / len(ALL)), ALL)
    np.testing.assert_array_equal(lengths, LENGTHS)
    np.testing.assert_allclose(found, 1 / 11)
    np.testing.assert_allclose(mean_length(found, lengths), 41 / 11)
    np.testing.assert_allclose(mean_length(found, lengths, "integral"), 4.5)
    with pytest.raises(InputError, match="rule is 'mean', expected one of sum, integral"):
        mean_length(found, lengths, "mean")


def test_lengths_of_observables_and_averages():
    random = np.random.default_rng(3)
    weights = random.random(len(ALL))
    # A descriptor without variance is no input: with nothing of it at L = 0, that length is left out.
    kept = [k for k, name in enumerate(ALL) if name != "energy L=0 type 2"]
    names = [ALL[k] for k in kept]
    found, lengths = length_distribution(weights[kept], names, "energy", "type 2")
    assert lengths.tolist() == list(LENGTHS[1:])
    own = np.array([weights[ALL.index(f"energy L={length:g} type 2")] for length in lengths])
    np.testing.assert_allclose(found, own / own.sum())
    order = random.permutation(len(kept))
    again, _ = length_distribution(weights[kept][order], [names[k] for k in order], "energy", "type 2")
    np.testing.assert_allclose(again, found)
    every, lengths = length_distribution(weights[kept], names)
    at_zero = np.mean([weights[k] for k in kept if " L=0 " in ALL[k]])
    at_two = np.mean([weights[k] for k in kept if " L=2 " in ALL[k]])
    np.testing.assert_allclose(every[0] / every[list(lengths).index(2.0)], at_zero / at_two)
    with pytest.raises(InputError, match="no input of the network is density over type 4"):
        length_distribution(weights, ALL, "density", "type 4")


def test_the_bottleneck_takes_part_and_its_scale_is_that_of_attention(model, inputs):
    attention = mean_attention(model, inputs, 0.5, TOLD)
    found = through_bottleneck(model, attention)
    b = model.parameters[1]["bottleneck.weight"].astype(float)
    product = attention[1, 0] * np.hypot(b[1, 0], b[1, 1])
    np.testing.assert_allclose(found[1, 0], product / product.sum())
    five = {**model.parameters[1], "bottleneck.weight": 5 * model.parameters[1]["bottleneck.weight"]}
    np.testing.assert_allclose(through_bottleneck(replace(model, parameters={1: five}), attention), found, rtol=1e-6)


def test_slopes_against_finite_differences(model, inputs):
    """In double precision, in which the compiled attention does not run."""
    for scaled in (False, True):
        alone, state = one_network(model, 0.5, TOLD, 1, 0, 1)
        found = input_slopes(alone, inputs[:20], state, scaled)
        wide = {name: v.astype(float) for name, v in alone.items()}
        for k in range(inputs.shape[1]):
            aside = np.zeros(inputs.shape[1])
            aside[k] = 1e-5
            up, down = (plain_output(wide, inputs[:20] + sign * aside, state, scaled) for sign in (1, -1))
            np.testing.assert_allclose(found[:, k], (up - down) / 2e-5, rtol=2e-3, atol=2e-6)


def plain_output(alone, inputs, state, scaled):
    """The network in double precision."""
    o = tglass_network.conditioned(alone, tglass_network.ATTENTION_STATE, state.astype(float))[0]
    f = [alone[name][0] for name in tglass_network.ATTENTION]
    w = np.exp(inputs * f[0] + o[0] * f[1] + o[1] * f[2] + f[3])
    s = inputs * w / w.sum(axis=1, keepdims=True) * (inputs.shape[1] if scaled else 1)
    values = tglass_network.elu(s @ alone["bottleneck.weight"][0].T + alone["bottleneck.bias"][0])
    return tglass_network.output(alone, values[None], state.astype(float))[0]


def test_sensitivity_is_the_root_mean_square_of_the_slopes(model, inputs):
    found = sensitivity(model, inputs, 0.5, TOLD)
    alone, state = one_network(model, 0.5, TOLD, 0, 1, 1)
    slopes = input_slopes(alone, inputs, state, model.scaled)
    np.testing.assert_allclose(found[0, 1], np.sqrt((slopes.astype(float) ** 2).mean(axis=0)), rtol=1e-5)
    # A descriptor that enters neither attention nor bottleneck does not matter.
    deaf = {name: v.copy() for name, v in model.parameters[1].items()}
    deaf["attention.slope"][:, 2] = deaf["bottleneck.weight"][:, :, 2] = 0
    found = sensitivity(replace(model, parameters={1: deaf}), inputs, 0.5, TOLD)
    assert (found[..., 2] == 0).all()
    assert (found[..., :2] > 0).all()


def test_conditioning_is_what_shifts_attention_and_joins_the_bottleneck(model):
    first, joined = conditioning(model, [0.4, 0.5, 0.6], 0.8)
    assert first.shape == (2, 3, 2)
    assert joined.shape == (2, 3, 4)
    state = tglass_network.state_inputs(0.5, 0.8, model.reference)
    wanted = tglass_network.conditioned(model.parameters[1], tglass_network.JOINED_STATE, state)
    np.testing.assert_allclose(joined[:, 1], wanted, rtol=1e-6)
    shift = attention_shift(model, first)
    f2, f3 = (model.parameters[1][name][1] for name in tglass_network.ATTENTION[1:3])
    np.testing.assert_allclose(shift[1, 2], (first[1, 2, 0] * f2 + first[1, 2, 1] * f3).std(), rtol=1e-5)
    alike = {**model.parameters[1], **{name: np.ones_like(f2)[None] * np.ones((2, 1)) for name in
             tglass_network.ATTENTION[1:3]}}  # fmt: skip
    np.testing.assert_allclose(attention_shift(replace(model, parameters={1: alike}), first), 0, atol=1e-7)


def test_inside_a_model_at_a_state_point(model, point, inputs):
    # Labels near 0.9, 0.8 and 0.5 were learnt.
    assert levels_of(model) == (0.94, 0.9, 0.85, 0.8, 0.75, 0.65, 0.5)
    assert levels_of(replace(model, provenance={"learnt": [(0.4, 0.38, "md")]})) == (0.5,)
    assert levels_of(replace(model, provenance={}))[::8] == (0.99, 0.25)
    inside = Inside(model, point, 1)
    slot = inside.levels.index(0.8)
    told = inside.told
    np.testing.assert_allclose(inside.attention, mean_attention(model, inputs, 0.5, told), rtol=1e-6)
    np.testing.assert_allclose(inside.sensitivity, sensitivity(model, inputs, 0.5, told), rtol=1e-6)
    record = point.records[3]
    own = record.thermal.types == 1
    values = inside.bottleneck(record, slot, 1)
    assert np.isnan(values[~own]).all()
    predicted = model.predict_states(record.thermal, 0.5, told[:, [slot]], record.inherent)[1, 0, own]
    np.testing.assert_allclose(inside.output(values[own], slot, 1), predicted, rtol=1e-4, atol=1e-6)
    # Another temperature has structures, so that descriptors can be scaled there.
    assert Inside(model, state_point(0.3, seed=2), 1).attention.shape == inside.attention.shape


def test_results_are_kept_on_disk_and_belong_to_their_networks(model, point, monkeypatch):
    found = Inside(model, point, 1).attention
    monkeypatch.setattr("glassviz.learning.tglass_inside.mean_attention", lambda *_: pytest.fail("made again"))
    np.testing.assert_array_equal(Inside(model, point, 1).attention, found)
    monkeypatch.undo()
    assert (Inside(model.choose([1]), point, 1).attention[0] != Inside(model.choose([0]), point, 1).attention[0]).any()
