"""Scores against SciPy, closed forms and planted statistics."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from glassviz.errors import InputError
from glassviz.learning import bootstrap_error, ceiling, pearson, score_table
from tests.learning.planted import make_state_point
from tests.liquids import SHARED


def test_pearson_is_pooled_and_affine_invariant():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 4, 50))
    # Means that differ between configurations count: an average over configurations would miss them.
    x += 5 * np.arange(4)[:, None]
    y += 3 * np.arange(4)[:, None]
    assert pearson(x, y) == pytest.approx(pearsonr(x.ravel(), y.ravel()).statistic, abs=1e-12)
    assert pearson(x, y) > 0.9
    assert abs(np.mean([pearson(a, b) for a, b in zip(x, y, strict=True)])) < 0.3
    assert pearson(x, 1e9 - 2 * x) == pytest.approx(-1, abs=1e-6)
    assert pearson(1e-8 * x, x) == pytest.approx(1, abs=1e-12)


def test_pearson_leaves_out_nan_pairs():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(2, 100))
    with_gaps, label = x.copy(), y.copy()
    with_gaps[:10] = np.nan
    label[90:] = np.nan
    assert pearson(with_gaps, label) == pytest.approx(pearson(x[10:90], y[10:90]), abs=1e-15)


def test_pearson_refuses():
    with pytest.raises(InputError, match=r"shape \(3,\) and true \(4,\)"):
        pearson([1, 2, 3], [1, 2, 3, 4])
    with pytest.raises(InputError, match="2 pairs"):
        pearson([1, 2, np.nan], [1, 2, 3])
    with pytest.raises(InputError, match="predicted has no variance"):
        pearson([0.1, 0.1, 0.1], [1, 2, 3])
    with pytest.raises(InputError, match="true has no variance"):
        pearson([1, 2, 3], [0.7] * 3)
    with pytest.raises(InputError, match="true holds an infinite value"):
        pearson([1, 2, 3], [1, 2, np.inf])


def test_ceiling_is_the_score_of_the_true_signal():
    rng = np.random.default_rng(3)
    signal = rng.normal(size=(20, 3000))
    halves = signal[:, None] + 0.7 * rng.normal(size=(20, 2, 3000))
    assert ceiling(halves) == pytest.approx(pearson(signal, halves.mean(axis=1)), abs=3e-3)
    assert ceiling(np.stack([signal, signal], axis=1)) == pytest.approx(1, abs=1e-12)
    assert np.isnan(ceiling(np.stack([signal, -signal], axis=1)))
    with pytest.raises(InputError, match="expected"):
        ceiling(signal)


def test_bootstrap_error_is_the_spread_of_repeated_experiments():
    rng = np.random.default_rng(4)

    def experiment():
        # A shift common to each configuration: errors by particle would come out far too small.
        shift = rng.normal(size=(30, 1))
        return shift + 0.5 * rng.normal(size=(30, 40)), shift + rng.normal(size=(30, 40))

    spread = np.std([pearson(*experiment()) for _ in range(300)])
    estimate = np.mean([bootstrap_error(*experiment(), samples=100) for _ in range(20)])
    assert estimate == pytest.approx(spread, rel=0.25)
    x, y = experiment()
    assert bootstrap_error(x, y) == bootstrap_error(x, y)
    assert bootstrap_error(x, y) != bootstrap_error(x, y, seed=1)
    assert np.isnan(bootstrap_error(x[:1], y[:1]))
    ragged = bootstrap_error([x[0], x[1, :20], x[2]], [y[0], y[1, :20], y[2]])
    assert 0 < ragged < 1
    with pytest.raises(InputError, match="differ in shape"):
        bootstrap_error(x, y[:5])


def test_score_table_reads_one_type_of_the_test_split():
    state_point = make_state_point(["train", "test", "validation", "test"], noise=0.1)
    rng = np.random.default_rng(5)
    predictions = state_point.displacement + 0.1 * rng.normal(size=state_point.displacement.shape)
    table = score_table(predictions, state_point, "displacement", type=2)
    own = [state_point.configurations[k].types == 2 for k in (1, 3)]
    for slot, row in enumerate(table):
        guess = [predictions[k, slot, o] for k, o in zip((1, 3), own, strict=True)]
        true = [state_point.displacement[k, slot, o] for k, o in zip((1, 3), own, strict=True)]
        halves = [state_point.displacement_halves[k, :, slot][:, o] for k, o in zip((1, 3), own, strict=True)]
        first, second = np.concatenate(halves, axis=1)
        r = pearsonr(first, second).statistic
        assert row["time"] == state_point.times[slot]
        assert row["pearson"] == pytest.approx(
            pearsonr(np.concatenate(guess), np.concatenate(true)).statistic, abs=1e-12
        )
        assert row["ceiling"] == pytest.approx(np.sqrt(2 * r / (1 + r)), abs=1e-12)
        assert row["error"] == bootstrap_error(guess, true)
        assert (row["configurations"], row["particles"]) == (2, sum(o.sum() for o in own))
    # Neither other types nor other splits enter.
    predictions[[0, 2]] = np.nan
    for k, chosen in zip((1, 3), own, strict=True):
        predictions[k][:, ~chosen] = 1e6
    assert score_table(predictions, state_point, "displacement", type=2) == table


def test_score_table_without_variance_or_prediction_is_nan():
    state_point = make_state_point(["test", "test"])
    row = score_table(np.full(state_point.bond_breaking.shape, np.nan), state_point)[0]
    assert np.isnan(row["pearson"])
    assert np.isnan(row["error"])
    assert row["particles"] == 0
    with pytest.raises(InputError, match="no test configuration"):
        score_table(np.zeros((1, 3, 100)), make_state_point(["train"]))
    with pytest.raises(InputError, match="predictions have shape"):
        score_table(np.zeros((2, 100)), state_point)
    with pytest.raises(InputError, match="'energy' is unknown"):
        score_table(state_point.bond_breaking, state_point, "energy")


def test_ceiling_of_the_published_ka_data():
    folder = SHARED / "ka_T0.44_botan" / "test"
    if not folder.exists():
        pytest.skip("shared reference data are absent")
    halves = []
    for number in (401, 402, 403):
        with np.load(folder / f"isoconfig_N4096T0.44_{number}_tc07.npz", allow_pickle=False) as file:
            own = file["types"] == 0
            moved = np.linalg.norm(file["positions"][:, own] - file["initial_positions"][own], axis=2)
        halves.append([moved[:16].mean(axis=0), moved[16:].mean(axis=0)])
    # Published for this state point: 0.943; these three files alone scatter by some 0.01.
    assert ceiling(np.array(halves)) == pytest.approx(0.94, abs=0.006)
