import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from glassviz.configuration import Configuration
from glassviz.dataset import EMBEDDED, Dataset, StatePoint
from glassviz.errors import DataError, GlassvizError, InputError
from glassviz.learning import GlassMLP, Ridge, load_model, pearson, stored_models
from glassviz.learning.network import number_of_parameters
from glassviz.learning.training import Stage
from glassviz.structure import glassmlp_descriptors
from glassviz.systems import KA2D
from tests.learning.planted import make_state_point

SHORT = (Stage(80, 1e-2, 1), Stage(10, 2e-3, 1, 5), Stage(3, 1e-4, 2))
CHOICE = {"lengths": (0.0, 1.0), "observables": ("density", "energy"), "seeds": 2, "schedule": SHORT}


def local_state_point(splits):
    """Labels between 0 and 1 that follow the local energy, more steeply at later times."""
    point = make_state_point(splits)
    for record in point.records:
        energies = glassmlp_descriptors(record.inherent, KA2D, (1.0,), observables=("energy",))[:, -1]
        scaled = (energies - energies.mean()) / energies.std()
        labels = 1 / (1 + np.exp(-np.array([0.5, 1.0, 2.0])[:, None] * scaled))
        record.bond_breaking_halves[:] = labels
    return point


@pytest.fixture(scope="module")
def state_point():
    return local_state_point(["train", "test", "train", "validation"])


@pytest.fixture(scope="module")
def trained(state_point):
    return GlassMLP.fit(state_point, **CHOICE)


def test_it_learns_planted_labels_of_every_type_and_time(state_point, trained):
    k = state_point.split.index("test")
    predicted = trained.predict_all(state_point.configurations[k], state_point.inherent[k])
    assert predicted.shape == state_point.bond_breaking[k].shape
    for slot in range(len(trained.times)):
        for number in trained.types:
            own = state_point.configurations[k].types == number
            assert pearson(predicted[slot, own], state_point.bond_breaking[k, slot, own]) > 0.5


def test_constant_descriptors_are_dropped(trained):
    names = trained.descriptor_names
    kept = [names[m] for m in trained.kept[1]]
    assert "density L=0 type 1" not in kept
    assert "density L=1 type 1" in kept
    assert "energy L=0 type 2" not in kept
    assert "energy L=0 type 1" in kept


def test_mean_spread_and_bottleneck_belong_together(state_point, trained):
    thermal, inherent = state_point.configurations[1], state_point.inherent[1]
    each = trained.predict_each(thermal, inherent)
    assert each.shape == (2, 3, thermal.number)
    np.testing.assert_allclose(each.mean(axis=0), trained.predict_all(thermal, inherent))
    assert each.std(axis=0).max() > 1e-3
    for slot, time in enumerate(trained.times):
        single = trained.predict(thermal, time=time, inherent=inherent)
        np.testing.assert_allclose(single, each[:, slot].mean(axis=0))
        assert trained.bottleneck(thermal, time, inherent).shape == (thermal.number, 2)
    own = trained.predict(thermal, time=time, inherent=inherent, temperature=trained.temperature)
    np.testing.assert_array_equal(own, single)
    with pytest.raises(InputError, match="expected one of"):
        trained.predict(thermal, time=7.0, inherent=inherent)
    with pytest.raises(InputError, match="temperature is 0.9, expected"):
        trained.predict(thermal, time=time, inherent=inherent, temperature=0.9)
    with pytest.raises(InputError, match=r"seed is 2, expected one of 0\.\.1"):
        trained.bottleneck(thermal, time, inherent, seed=2)


def test_same_seed_same_network_and_the_test_split_is_not_read(state_point, trained):
    again = GlassMLP.fit(state_point, **CHOICE)
    other = local_state_point(state_point.split)
    for k, split in enumerate(other.split):
        if split == "test":
            other.records[k].bond_breaking_halves[:] = 7.0
    blind = GlassMLP.fit(other, **CHOICE)
    for name, value in trained.parameters[1].items():
        np.testing.assert_array_equal(value, again.parameters[1][name])
        np.testing.assert_array_equal(value, blind.parameters[1][name])


def test_saved_and_loaded_it_is_the_same(state_point, trained, tmp_path):
    trained.save(tmp_path / "net")
    loaded = load_model(tmp_path / "net")
    thermal, inherent = state_point.configurations[0], state_point.inherent[0]
    np.testing.assert_array_equal(loaded.predict_all(thermal, inherent), trained.predict_all(thermal, inherent))
    np.testing.assert_array_equal(loaded.history[1], trained.history[1])
    assert stored_models(tmp_path)[0]["kind"] == "glassmlp"


@pytest.mark.parametrize(
    ("item", "value"),
    [("seeds", 3), ("seeds", "two"), ("kept", {}), ("kept", {"1": [0], "2": [0], "3": [10**6]}), ("epochs", {"1": 0})],
)
def test_damaged_headers_are_named(trained, tmp_path, item, value):
    trained.save(tmp_path / "net")
    file = tmp_path / "net" / "model.json"
    header = json.loads(file.read_text())
    header[item] = value
    file.write_text(json.dumps(header))
    with pytest.raises(DataError, match=item if item != "seeds" or value != 3 else "shape"):
        GlassMLP.load(tmp_path / "net")


def test_an_interrupted_fit_goes_on(state_point, trained, tmp_path):
    def stop(done, total):
        if done == 100:
            raise KeyboardInterrupt

    options = CHOICE | {"checkpoint": tmp_path}
    with pytest.raises(KeyboardInterrupt):
        GlassMLP.fit(state_point, progress=stop, **options)
    resumed = GlassMLP.fit(state_point, **options)
    for number in trained.types:
        for name, value in trained.parameters[number].items():
            np.testing.assert_array_equal(resumed.parameters[number][name], value)


def test_impossible_requests_are_refused(state_point):
    for name, value in (("seeds", 0), ("seeds", "two"), ("seed", -1), ("schedule", "slow"), ("device", "tpu")):
        with pytest.raises(InputError, match=f"{name} is {value!r}"):
            GlassMLP.fit(state_point, **{name: value})
    with pytest.raises(InputError, match=r"types \[7\] do not occur"):
        GlassMLP.fit(state_point, types=[1, 7])
    with pytest.raises(InputError, match="time 5 .* one of 1, 10, 100"):
        GlassMLP.fit(state_point, times=[1.0, 5.0])


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is there")
def test_without_a_gpu_its_absence_is_said(state_point):
    with pytest.raises(InputError, match="device 'cuda' needs an NVIDIA GPU"):
        GlassMLP.fit(state_point, device="cuda", schedule=SHORT)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_on_a_gpu_it_learns_the_same(state_point, trained):
    there = GlassMLP.fit(state_point, device="cuda", **CHOICE)
    for number in trained.types:
        np.testing.assert_allclose(there.history[number][:20], trained.history[number][:20], rtol=0.02)


def test_labels_without_variance_are_named_by_type_and_time():
    flat = make_state_point(["train", "validation"])
    for record in flat.records:
        record.bond_breaking_halves[:, 0, record.thermal.types == 2] = 1.0
    short = {"lengths": (0.0, 1.0), "observables": ("density",), "seeds": 1, "schedule": (Stage(1, 1e-3, 1),)}
    # Of its own accord it leaves the time out, asked for it it says why it cannot be learnt.
    np.testing.assert_array_equal(GlassMLP.fit(flat, **short).times, [10.0, 100.0])
    np.testing.assert_array_equal(GlassMLP.fit(flat, types=[1, 3], **short).times, [1.0, 10.0, 100.0])
    with pytest.raises(InputError, match="no variance for type 2 at t = 1$"):
        GlassMLP.fit(flat, times=[1.0, 10.0], **short)
    for record in flat.records:
        record.bond_breaking_halves[:] = 1.0
    flat = StatePoint(flat.records)
    with pytest.raises(InputError, match="no variance for type 1 at t = 1, type 1 at t = 10"):
        GlassMLP.fit(flat, **short)


def test_a_configuration_without_particles_of_a_type_is_named():
    point = make_state_point(["train", "train", "validation"])
    whole = point.records[1].inherent
    two = Configuration(whole.positions, np.minimum(whole.types, 2), whole.box)
    point.records[1] = replace(point.records[1], thermal=two, inherent=two)
    with pytest.raises(InputError, match="type 3 has no particles in configuration 21"):
        GlassMLP.fit(point, schedule=SHORT)
    assert GlassMLP.fit(point, types=[1, 2], **CHOICE).types == [1, 2]


def test_a_loss_that_is_not_a_number_names_type_seed_and_time(state_point):
    # So large a rate that the first step ends in infinity.
    with pytest.raises(GlassvizError, match=r"the loss of type 1, seed 0, t = 1 is not a number in epoch \d"):
        GlassMLP.fit(state_point, **CHOICE | {"schedule": (Stage(5, 1e30, 1),)})


def test_times_and_types_can_be_chosen(state_point, trained):
    model = GlassMLP.fit(state_point, times=[10.0], types=[2], **CHOICE)
    assert (model.times.tolist(), model.types) == ([10.0], [2])
    linear = Ridge.fit(state_point, times=[100.0, 1.0], types=[2])
    assert (linear.times.tolist(), linear.types) == ([1.0, 100.0], [2])
    assert np.isnan(linear.predict(state_point.configurations[0], 1.0, state_point.inherent[0])).any()


def test_every_epoch_can_be_watched(state_point, trained):
    seen = {}
    GlassMLP.fit(state_point, watch=lambda number, history: seen.update({number: list(history)}), **CHOICE)
    for number in trained.types:
        np.testing.assert_array_equal(seen[number], trained.history[number])


def test_the_fifth_observable_gives_the_published_number_of_parameters(tmp_path):
    point = Dataset(EMBEDDED / "ka2d")[0.4]
    five = {"observables": ("density", "energy", "perimeter", "energy_variance", "displacement")}
    model = GlassMLP.fit(point, types=[1], times=point.times[-1:], seeds=1, schedule=(Stage(1, 1e-3, 1),), **five)
    assert len(model.descriptor_names) == 320
    assert number_of_parameters(len(model.kept[1])) == 765
    model.save(tmp_path / "five")
    loaded = load_model(tmp_path / "five")
    thermal, inherent = point.configurations[0], point.inherent[0]
    found = loaded.predict(thermal, inherent=inherent)
    np.testing.assert_array_equal(found, model.predict(thermal, inherent=inherent))
    # The same inherent structure reached from elsewhere: only the fifth observable sees that.
    assert np.nanmax(np.abs(loaded.predict(inherent, inherent=inherent) - found)) > 1e-3
