"""Predictions of stored configurations in an archive."""

import numpy as np

from glassviz.learning import load_model
from glassviz.tasks.predict import predict
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
