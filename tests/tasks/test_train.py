import numpy as np
import pytest

from glassviz.errors import Cancelled, InputError
from glassviz.learning import load_model, stored_models
from glassviz.tasks.train import train
from tests.learning.planted import make_state_point

SMALL = {"lengths": (0.0, 1.0), "observables": ("density", "energy"), "seeds": 1, "schedule": "quick", "types": [1, 2]}


@pytest.fixture(scope="module")
def point():
    return make_state_point(["train", "train", "validation", "test"])


def interrupted(at):
    def progress(done, total):
        if done == at:
            raise Cancelled

    return progress


def test_an_interrupted_training_goes_on_and_leaves_nothing_behind(point, tmp_path):
    whole = load_model(train(point, "glassmlp", tmp_path / "whole", **SMALL))
    with pytest.raises(Cancelled):
        train(point, "glassmlp", tmp_path, progress=interrupted(137), **SMALL)
    (checkpoint,) = tmp_path.glob(".*.checkpoint")
    assert sorted(file.name for file in checkpoint.iterdir()) == ["type1.safetensors", "type2.safetensors"]
    assert stored_models(tmp_path) == []
    # Another training takes its own way.
    with pytest.raises(Cancelled):
        train(point, "glassmlp", tmp_path, progress=interrupted(3), **SMALL | {"seeds": 2})
    epochs = []
    path = train(point, "glassmlp", tmp_path, progress=lambda done, total: epochs.append(done), **SMALL)
    assert epochs[0] == 138
    resumed = load_model(path)
    for number in (1, 2):
        for name, value in whole.parameters[number].items():
            np.testing.assert_array_equal(resumed.parameters[number][name], value)
        np.testing.assert_array_equal(resumed.history[number], whole.history[number])
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, "whole"]


def test_other_data_are_another_training(point, tmp_path):
    with pytest.raises(Cancelled):
        train(point, "glassmlp", tmp_path, progress=interrupted(30), **SMALL)
    other, epochs = make_state_point(["train", "train", "validation", "test"], noise=0.1), []
    train(other, "glassmlp", tmp_path, progress=lambda done, total: epochs.append(done), **SMALL)
    assert epochs[0] == 1


def test_options_of_another_kind_are_refused(point, tmp_path):
    with pytest.raises(InputError, match="seeds is no option of ridge, expected some of lengths"):
        train(point, "ridge", tmp_path, seeds=3)
    assert list(tmp_path.iterdir()) == []
