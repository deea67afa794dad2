"""Predictions made elsewhere: their file, their place in a data set."""

from dataclasses import replace

import numpy as np
import pytest

import glassviz as gv
from glassviz.dataset import data_places
from glassviz.errors import DataError, InputError
from glassviz.predictions import Predictions, read_predictions, write_predictions
from tests.made_up import made_up, write_made_up

HOT = 0.5


def some(indices=(0, 2), name="MyNet", seed=1, shift=0.0, slots=(2, 5)):
    """Predictions for configurations of the made-up data set at two of its times."""
    times = made_up(HOT, 0).times[list(slots)]
    values = np.random.default_rng(seed).uniform(size=(len(indices), len(times), 129)) + shift
    return Predictions(
        name, "KA2D", HOT, "bond_breaking", times, np.ones(len(indices), int), np.array(indices), values.astype("f4")
    )


@pytest.fixture
def folder(tmp_path):
    write_made_up(tmp_path / "set")
    return tmp_path / "set"


def test_they_are_found_by_name_at_their_configurations_and_times(folder):
    given = some()
    write_predictions(folder, given)
    found = gv.open(folder)[HOT].predictions["MyNet"]
    assert found.shape == (3, 9, 129)
    np.testing.assert_array_equal(found[[0, 2]][:, [2, 5]], given.values)
    assert np.isnan(found[1]).all()
    assert np.isnan(np.delete(found, [2, 5], axis=1)).all()
    assert gv.open(folder)[0.3].predictions == {}


def test_new_configurations_join_and_old_ones_are_replaced(folder):
    write_predictions(folder, some((0, 1)))
    later = some((1, 2), seed=2)
    path = write_predictions(folder, later)
    stored = read_predictions(path)
    assert sorted(stored.indices) == [0, 1, 2]
    found = gv.open(folder)[HOT].predictions["MyNet"]
    np.testing.assert_array_equal(found[1][[2, 5]], later.values[0])
    np.testing.assert_array_equal(found[0][[2, 5]], some((0, 1)).values[0])
    with pytest.raises(InputError, match="expected the same as the new"):
        write_predictions(folder, some(slots=(2, 6)))
    assert sorted(read_predictions(path).indices) == [0, 1, 2]


def test_they_may_lie_in_another_folder_that_is_joined(folder, tmp_path):
    write_predictions(tmp_path / "mine" / "set", some())
    assert data_places(tmp_path, tmp_path / "mine")["set"] == [folder, tmp_path / "mine" / "set"]
    data = gv.open(folder, tmp_path / "mine" / "set")
    assert list(data[HOT].predictions) == ["MyNet"]
    generation = data.generation
    write_predictions(tmp_path / "mine" / "set", some((0, 2), seed=3))
    assert data.refresh()
    assert data.generation > generation
    np.testing.assert_array_equal(data[HOT].predictions["MyNet"][2][[2, 5]], some((0, 2), seed=3).values[1])


def test_both_observables_of_one_method_are_told_apart(folder):
    write_predictions(folder, some())
    write_predictions(folder, replace(some(seed=5), observable="displacement"))
    point = gv.open(folder)[HOT]
    assert sorted(point.predictions) == ["MyNet", "MyNet (displacement)"]
    np.testing.assert_array_equal(point.predictions_of("displacement")["MyNet"][0][[2, 5]], some(seed=5).values[0])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "../up"}, "name is '../up'"),
        ({"observable": "speed"}, "observable is 'speed'"),
        ({"temperature": -1.0}, "temperature is -1.0"),
        ({"times": np.array([2.0, 1.0])}, "times must be increasing"),
        ({"values": np.full((2, 2, 129), np.inf)}, "values hold inf"),
        ({"values": np.zeros((1, 2, 129))}, r"expected \(2, 2, 129\)"),
    ],
)
def test_unsound_ones_are_named_and_not_written(folder, change, sentence):
    with pytest.raises(DataError, match=sentence):
        write_predictions(folder, replace(some(), **change))
    assert not list(folder.glob("predictions/*"))


def test_a_damaged_file_is_a_problem_and_the_rest_opens(folder):
    path = write_predictions(folder, some())
    path.write_bytes(path.read_bytes()[:500])
    write_predictions(folder, some(name="Other"))
    data = gv.open(folder)
    assert list(data[HOT].predictions) == ["Other"]
    assert len(data.problems) == 1
    assert str(path) in data.problems[0]
    renamed = write_predictions(folder, some(name="Third"))
    renamed.rename(renamed.with_name("Third-displacement-T0.5000.h5"))
    assert any("expected Third-bond_breaking-T0.5000.h5" in sentence for sentence in gv.open(folder).problems)
