"""The ridge model: planted data, splits, predictions."""

from dataclasses import replace

import numpy as np
import pytest

from glassviz.configuration import Configuration
from glassviz.errors import Cancelled, DataError, InputError
from glassviz.learning import Ridge, pearson
from glassviz.simulation import inherent_structure
from glassviz.state_point import StatePoint
from glassviz.systems import KA, KA2D
from tests.learning.planted import TIMES, disordered, make_state_point, planted


def test_planted_linear_labels_are_recovered():
    state_point = make_state_point(["train"] * 4 + ["validation"])
    model = Ridge.fit(state_point)
    unseen = disordered(77)
    found = model.predict_all(unseen, inherent=unseen)
    np.testing.assert_allclose(found, planted(unseen, 3), atol=0.05)
    assert all((alphas == 1e-8).all() for alphas in model.alphas.values())
    exact = Ridge.fit(state_point, alphas=[0.0])
    np.testing.assert_allclose(exact.predict_all(unseen, inherent=unseen), planted(unseen, 3), atol=1e-10)
    assert model.types == [1, 2, 3]
    assert model.provenance["training_indices"] == [20, 21, 22, 23]
    assert model.provenance["validation_indices"] == [24]


def test_observable_picks_the_labels(state_point, fitted):
    other = Ridge.fit(state_point, observable="displacement")
    unseen = disordered(78)
    # The planted displacements are twice the bond-breaking propensities.
    np.testing.assert_allclose(
        other.predict_all(unseen, inherent=unseen), 2 * fitted.predict_all(unseen, inherent=unseen), rtol=1e-6
    )


def test_test_split_never_enters(state_point, fitted):
    rng = np.random.default_rng(1)
    records = []
    for record in state_point.records:
        if record.split == "test":
            noise = rng.normal(size=record.bond_breaking_halves.shape)
            record = replace(record, bond_breaking_halves=noise, inherent=disordered(500), thermal=disordered(500))
        records.append(record)
    other = Ridge.fit(StatePoint(records))
    for number in fitted.types:
        np.testing.assert_array_equal(other.weights[number], fitted.weights[number])
        np.testing.assert_array_equal(other.means[number], fitted.means[number])
        np.testing.assert_array_equal(other.alphas[number], fitted.alphas[number])
    assert other.provenance == fitted.provenance


def test_validation_split_chooses_alpha_and_training_split_the_weights(state_point, fitted):
    assert fitted.provenance["alpha_chosen_by"] == "squared error, validation split"
    assert (fitted.provenance["training_configurations"], fitted.provenance["validation_configurations"]) == (3, 1)
    rng = np.random.default_rng(2)
    records = [
        replace(r, bond_breaking_halves=rng.normal(size=r.bond_breaking_halves.shape)) if r.split == "validation" else r
        for r in state_point.records
    ]
    other = Ridge.fit(StatePoint(records))
    # Validation labels that are noise call for stronger penalties.
    assert np.mean([np.log10(other.alphas[t] / fitted.alphas[t]) for t in fitted.types]) > 2
    np.testing.assert_array_equal(other.means[1], fitted.means[1])
    np.testing.assert_array_equal(other.intercepts[1], fitted.intercepts[1])


def test_without_validation_configurations_are_left_out_in_turn():
    model = Ridge.fit(make_state_point(["train", "train", "test"], noise=0.05))
    assert "leave-one-configuration-out" in model.provenance["alpha_chosen_by"]
    with pytest.raises(InputError, match="alpha cannot be chosen"):
        Ridge.fit(make_state_point(["train", "test"]))
    assert Ridge.fit(make_state_point(["train"]), alphas=[0.1]).provenance["alpha_chosen_by"] == "given"
    with pytest.raises(InputError, match="training split"):
        Ridge.fit(make_state_point(["test", "validation"]))


def test_times_without_labels_everywhere_are_left_out(state_point):
    records = list(state_point.records)
    records[2] = replace(
        records[2], times=TIMES[[0, 2]], bond_breaking_halves=records[2].bond_breaking_halves[:, [0, 2]]
    )
    records[5] = replace(records[5], times=TIMES[:0], bond_breaking_halves=np.empty((2, 0, 100)))
    model = Ridge.fit(StatePoint(records))
    np.testing.assert_array_equal(model.times, [1, 100])
    assert model.provenance["training_indices"] == [20, 22]


def test_prediction_from_a_bare_thermal_configuration(fitted):
    rng = np.random.default_rng(3)
    quenched = inherent_structure(disordered(79), KA2D)
    thermal = quenched.with_positions(quenched.positions + rng.normal(0, 0.01, (100, 2)))
    direct = fitted.predict(thermal, time=10.0)
    given = fitted.predict(thermal, time=10.0 * (1 + 1e-7), inherent=quenched)
    assert direct.shape == (100,)
    assert np.isfinite(direct).all()
    np.testing.assert_allclose(direct, given, atol=1e-4)
    np.testing.assert_allclose(direct, fitted.predict_all(thermal)[1], rtol=1e-12)


def test_prediction_is_invariant_and_transfers_to_another_size(fitted):
    configuration = disordered(80, edge=14)
    found = fitted.predict(configuration, time=1.0, inherent=configuration)
    moved = configuration.with_positions(configuration.positions + 3.3).wrap()
    np.testing.assert_allclose(fitted.predict(moved, time=1.0, inherent=moved), found, atol=1e-9)
    for number in (1, 2, 3):
        own = configuration.types == number
        assert pearson(found[own], planted(configuration, 1)[0, own]) > 0.95


def test_types_without_a_regression_are_nan(state_point):
    model = Ridge.fit(state_point, types=[1, 3])
    configuration = disordered(81)
    found = model.predict(configuration, time=1, inherent=configuration)
    np.testing.assert_array_equal(np.isnan(found), configuration.types == 2)


def test_progress_counts_configurations_and_cancels(state_point):
    calls = []
    Ridge.fit(state_point, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def cancel(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        Ridge.fit(state_point, progress=cancel)


def test_refusals(state_point, fitted):
    configuration = disordered(82)
    with pytest.raises(InputError, match=r"time 11 .* one of 1, 10, 100"):
        fitted.predict(configuration, time=11)
    with pytest.raises(InputError, match="no time is given"):
        fitted.predict(configuration, inherent=configuration)
    with pytest.raises(DataError, match="dimensions"):
        fitted.predict(disordered(1, edge=6, system=KA), time=1)
    diluted = Configuration(configuration.positions, configuration.types, configuration.box * 1.1)
    with pytest.raises(DataError, match="density"):
        fitted.predict(diluted, time=1)
    with pytest.raises(InputError, match="same particles"):
        fitted.predict(configuration, time=1, inherent=disordered(83))
    for arguments in ({"observable": "energy"}, {"alphas": []}, {"alphas": [-1]}, {"lengths": [-1]}, {"types": [4]}):
        with pytest.raises(InputError):
            Ridge.fit(state_point, **arguments)
