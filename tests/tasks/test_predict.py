"""Predictions of stored configurations in an archive."""

import dataclasses

import numpy as np
import pytest

from glassviz.errors import InputError
from glassviz.learning import TGlassMLP, load_model
from glassviz.state_point import StatePoint
from glassviz.tasks.predict import predict
from tests.learning.ladder import QUICK, state_point
from tests.learning.planted import make_state_point
from tests.learning.quick import store_network


def test_of_several_seeds_mean_and_spread(tmp_path):
    point = make_state_point(["train", "train", "validation", "test"])
    path = tmp_path / "models" / store_network(point, tmp_path / "models")
    predict(path, point, tmp_path / "predicted.npz", split="test")
    with np.load(tmp_path / "predicted.npz", allow_pickle=False) as file:
        arrays = dict(file)
    record = next(r for r in point.records if r.split == "test")
    each = load_model(path).predict_each(record.thermal, record.inherent)
    assert len(each) > 1
    np.testing.assert_allclose(arrays["predicted"], each.mean(axis=0)[None], atol=1e-6)
    np.testing.assert_allclose(arrays["spread"], each.std(axis=0, ddof=1)[None], atol=1e-6)


def unlabelled(record):
    """The same structure without labels."""
    halves = {name: getattr(record, name)[:, :0] for name in ("bond_breaking_halves", "displacement_halves")}
    return dataclasses.replace(record, times=record.times[:0], **halves)


def test_of_a_model_of_all_temperatures_at_any_mean_propensity(tmp_path):
    point, path = state_point(0.5), tmp_path / "model"
    TGlassMLP.fit([point], **QUICK).save(path)
    predict(path, point, tmp_path / "times.npz")
    bare = StatePoint([unlabelled(record) for record in point.records])
    predict(path, bare, tmp_path / "levels.npz", levels=[0.7, 0.6])
    with np.load(tmp_path / "times.npz") as file, np.load(tmp_path / "levels.npz") as other:
        np.testing.assert_array_equal(file["times"], point.times)
        np.testing.assert_allclose(file["mean_propensity"], point.decay())
        assert "times" not in other
        assert other["mean_propensity"].tolist() == [0.7, 0.6]
        np.testing.assert_allclose(other["mean_reached"], [0.7, 0.6], atol=0.02)
        assert np.isnan(other["predicted"][other["types"][:, None].repeat(2, 1) != 1]).all()
        means = [np.nanmean(other["predicted"][:, slot]) for slot in (0, 1)]
    np.testing.assert_allclose(means, [0.7, 0.6], atol=0.02)
    with pytest.raises(InputError, match=r"T = 0\.5 has no label times, expected levels"):
        predict(path, bare, tmp_path / "none.npz")
    with pytest.raises(InputError, match="expected mean propensities between 0 and 1"):
        predict(path, point, tmp_path / "none.npz", levels=[1.5])
