import json

import numpy as np
import pytest
import torch

from glassviz.errors import DataError, InputError
from glassviz.learning import GlassMLP, load_model, pearson, stored_models
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


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Networks of this size train fastest on one thread, above all on busy cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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
    with pytest.raises(InputError, match="expected one of"):
        trained.predict(thermal, time=7.0, inherent=inherent)


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
    with pytest.raises(InputError, match="seeds"):
        GlassMLP.fit(state_point, seeds=0)
    with pytest.raises(InputError, match="types"):
        GlassMLP.fit(state_point, types=[7])
    flat = make_state_point(["train", "validation"])
    for record in flat.records:
        record.bond_breaking_halves[:] = 1.0
    with pytest.raises(InputError, match="no variance"):
        GlassMLP.fit(flat, schedule=SHORT)
