"""Judging a method, and finding a level of the decay."""

import numpy as np
import pytest

from glassviz.errors import Cancelled, InputError
from glassviz.learning import Ridge
from glassviz.learning.method_table import method_table
from glassviz.learning.score import score_table
from glassviz.learning.store import opened_models
from glassviz.tasks.judge import NEAR, judge, slot_of_level
from glassviz.tasks.score import predictions_of_seeds, predictions_on_test
from tests.learning.planted import make_state_point
from tests.learning.quick import store_network


@pytest.fixture(scope="module")
def point():
    return make_state_point(["train", "train", "test", "test"], noise=0.1)


@pytest.fixture(scope="module")
def entry(point):
    model = Ridge.fit(point, types=(1, 3))
    listed = {"name": "planted", "kind": "ridge", "system": "KA2D", "observable": "bond_breaking"}
    return {**listed, "temperature": 0.4, "types": [1, 3], "path": None, "model": model}


def test_all_types_of_a_model_from_one_set_of_predictions(point, entry):
    calls = []
    tables = judge(entry, point, lambda *step: calls.append(step))
    assert calls == [(1, 2, "score"), (2, 2, "score")]
    assert set(tables) == {1, 3}
    predictions = predictions_on_test(entry, point)
    assert np.isnan(predictions[:2]).all()
    for kind, rows in tables.items():
        expected = method_table(predictions, point, "bond_breaking", kind)
        np.testing.assert_equal(rows, [row | {"seed_spread": np.nan} for row in expected])

    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        judge(entry, point, stop)


def test_the_networks_of_a_model_are_scored_one_by_one(point, tmp_path):
    name = store_network(point, tmp_path)
    (entry,) = opened_models(tmp_path)
    rows = judge(entry, point)[2]
    each = predictions_of_seeds(entry, point)
    assert (entry["name"], len(each)) == (name, 2)
    single = [[row["pearson"] for row in score_table(values, point, type=2)] for values in each]
    np.testing.assert_allclose([row["seed_spread"] for row in rows], np.std(single, axis=0, ddof=1), rtol=1e-9)
    mean = score_table(each.mean(axis=0), point, type=2)
    np.testing.assert_allclose([row["pearson"] for row in rows], [row["pearson"] for row in mean])


def test_refuses(point, entry):
    with pytest.raises(InputError, match="planted is for KA, the data are KA2D"):
        judge({**entry, "system": "KA"}, point)
    with pytest.raises(InputError, match="T = 0.4 has no test configuration to score on; glassviz simulate"):
        judge(entry, make_state_point(["train"]))


def test_the_nearest_time_counts_only_where_it_is_near():
    point = make_state_point(["train", "test"])
    for record in point.records:
        halves = np.array([0.97, 0.8 - 0.5 * NEAR, 0.41])[None, :, None] + np.zeros((2, 3, 100))
        object.__setattr__(record, "bond_breaking_halves", halves)
    assert slot_of_level(point, 0.8) == 1
    assert slot_of_level(point, 0.41 + 0.99 * NEAR) == 2
    assert slot_of_level(point, 0.41 + 1.01 * NEAR) is None
    assert slot_of_level(point, 0.2) is None
