"""The rows of a judged method: what they hold, what they read, and what few configurations leave out."""

import numpy as np
import pytest

from glassviz.configuration import Configuration
from glassviz.errors import InputError
from glassviz.learning import ceiling, score_table
from glassviz.learning.method_table import correlation_names, method_table
from glassviz.learning.score import ceiling_error, ceiling_table
from glassviz.learning.spatial_correlation import spatial_correlation
from glassviz.learning.susceptibility_ratio import susceptibility_ratio
from glassviz.learning.variance_ratio import variance_ratio
from tests.learning.planted import make_state_point

TEST = (1, 3, 4)


@pytest.fixture(scope="module")
def point():
    return make_state_point(["train", "test", "validation", "test", "test"], noise=0.1)


@pytest.fixture(scope="module")
def predictions(point):
    return point.displacement + 0.2 * np.random.default_rng(5).normal(size=point.displacement.shape)


def test_rows_are_those_of_each_score(point, predictions):
    table, plain = (f(predictions, point, "displacement", type=2) for f in (method_table, score_table))
    own = {k: point.configurations[k].types == 2 for k in TEST}
    for slot, (row, known) in enumerate(zip(table, plain, strict=True)):
        assert known.items() <= row.items()
        guess = [predictions[k, slot, own[k]] for k in TEST]
        pairs = [point.displacement_halves[k, :, slot][:, own[k]] for k in TEST]
        assert tuple(row[n] for n in ("variance_ratio", "variance_ratio_error")) == variance_ratio(guess, pairs)[:2]
        assert row["noise_free_variance_ratio"] == variance_ratio(guess, pairs)[2]
        chi = tuple(row[n] for n in ("chi_4", "chi_4_md", "chi_4_ratio", "chi_4_ratio_error"))
        np.testing.assert_equal(chi, susceptibility_ratio(guess, pairs))
        structures = [
            Configuration(c.positions[own[k]], c.types[own[k]], c.box) for k in TEST for c in [point.configurations[k]]
        ]
        found = spatial_correlation(structures, guess, pairs, "displacement")
        for place, name in enumerate(correlation_names(2)):
            for end, values in zip(("", "_error", "_md", "_md_error"), found, strict=True):
                np.testing.assert_equal(row[name + end], values[place])
        assert row["correlation"] == pytest.approx(
            np.mean([point.bond_breaking[k, slot, point.configurations[k].types == 2].mean() for k in range(5)])
        )
    assert correlation_names(2) == ["C_2", "C_5", "C_8"]
    assert correlation_names(3) == ["C_2", "C_4", "C_6"]


def test_neither_other_types_nor_other_splits_enter(point, predictions):
    before, changed = method_table(predictions, point, "displacement", type=1), predictions.copy()
    changed[[0, 2]] = np.nan
    for k in TEST:
        changed[k][:, point.configurations[k].types != 1] = 1e6
    np.testing.assert_equal(method_table(changed, point, "displacement", type=1), before)


def test_one_test_configuration_has_no_errors():
    point = make_state_point(["train", "test"], noise=0.1)
    for row in method_table(point.displacement, point, "displacement"):
        assert row["pearson"] == pytest.approx(1)
        assert row["variance_ratio"] == pytest.approx(1)
        errors = [value for name, value in row.items() if name.endswith("error") or name.startswith("chi_4")]
        assert len(errors) == 14
        assert np.isnan(errors).all()


def test_ceilings_and_their_error():
    point = make_state_point(["test"] * 6 + ["train"], noise=0.1)
    rows, plain = ceiling_table(point, "displacement", 3), score_table(point.displacement, point, "displacement", 3)
    for slot, (row, known) in enumerate(zip(rows, plain, strict=True)):
        pairs = [point.displacement_halves[k, :, slot][:, point.configurations[k].types == 3] for k in range(6)]
        assert row["ceiling"] == known["ceiling"] == ceiling(np.concatenate(pairs, axis=1)[None])
        assert row["ceiling_error"] == known["ceiling_error"] == ceiling_error(pairs)
    with pytest.raises(InputError, match=r"T = 0.4 has no test configuration to score on; glassviz simulate"):
        ceiling_table(make_state_point(["train"]))


def test_error_of_the_ceiling_is_the_spread_of_repeated_experiments():
    rng = np.random.default_rng(7)

    def experiment():
        width = rng.uniform(0.5, 1.5, (20, 1, 1))
        return width * rng.normal(size=(20, 1, 40)) + 0.7 * rng.normal(size=(20, 2, 40))

    spread = np.std([ceiling(np.concatenate(list(experiment()), axis=1)[None]) for _ in range(300)])
    assert np.mean([ceiling_error(list(experiment())) for _ in range(20)]) == pytest.approx(spread, rel=0.25)
    assert np.isnan(ceiling_error(list(experiment())[:1]))
