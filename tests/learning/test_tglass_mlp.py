"""tGlassMLP: training over temperatures, prediction at a state point, the iteration over all structures, storage."""

import json
from functools import cache

import numpy as np
import pytest
import torch

from glassviz.errors import Cancelled, DataError, InputError
from glassviz.learning import tglass_network as network
from glassviz.learning.inputs import descriptors_of
from glassviz.learning.lessons import Lesson, Lessons, Structure
from glassviz.learning.score import pearson
from glassviz.learning.store import load_model, methods_for, opened_models, stored_models
from glassviz.learning.tglass_at import consistent_levels, mean_predictions
from glassviz.learning.tglass_mlp import TGlassMLP
from glassviz.learning.tglass_training import PUBLISHED, stages_for
from glassviz.learning.training import Stage
from glassviz.learning.transfer_labels import Transferred, levels_in
from tests.learning.ladder import LENGTHS, MEANS, OBSERVABLES, QUICK, state_point


@cache
def points():
    return [state_point(T) for T in (0.5, 0.4)]


@cache
def trained():
    """A network that has learnt the planted rule."""
    schedule = (Stage(40, 5e-3, 1), Stage(20, 1e-3, 1), Stage(4, 2e-4, 2))
    return TGlassMLP.fit(points(), **{**QUICK, "schedule": schedule, "scaling": "temperature"})


def own_inputs(model, point):
    """Standardised inputs of the particles of type 1 of each structure."""
    x = descriptors_of(point, range(len(point)), model.lengths, model.observables)
    return [model.standardised(x[k][point.configurations[k].types == 1], point.temperature) for k in x]


def test_labels_of_a_level_have_its_mean_at_every_temperature():
    point = points()[0]
    found = levels_in(point, (0.995, 0.94, 0.8, 0.6, 0.49, 0.25))
    assert list(found) == [0.995, 0.94, 0.8, 0.6, 0.49]
    types = [point.configurations[k].types == 1 for k in (0, 1, 2)]
    for level in (0.94, 0.8, 0.6):
        told, shares = found[level]
        mixed = [sum(s * point.bond_breaking[k, slot] for slot, s in shares.items()) for k in (0, 1, 2)]
        assert told == level
        assert sum(shares.values()) == pytest.approx(1)
        assert np.mean([own[t].mean() for own, t in zip(mixed, types, strict=True)]) == pytest.approx(level, abs=1e-6)
    assert set(found[0.94][1]) == {0, 1}
    # Beyond the last label the level is told by what it has.
    told, shares = found[0.49]
    assert shares == {3: 1.0}
    assert told == pytest.approx(np.mean([point.bond_breaking[k, 3, t].mean() for k, t in enumerate(types)]), abs=1e-6)


def test_it_learns_all_state_points_at_once():
    model = trained()
    for point in points():
        at = model.at(point)
        assert at.times.tolist() == point.times.tolist()
        own = point.configurations[3].types == 1
        for slot in (1, 2, 3):
            predicted = at.predict(point.configurations[3], point.times[slot], point.inherent[3])
            assert np.isnan(predicted[~own]).all()
            assert pearson(predicted[own], point.bond_breaking[3, slot, own]) > 0.8
            assert predicted[own].mean() == pytest.approx(MEANS[slot], abs=0.03)
    history = model.history[1]
    assert history[-1].sum() < 1.9
    assert np.isfinite(history).all()


def test_the_prediction_depends_on_the_state_point_and_not_on_order_or_images():
    model, point = trained(), points()[1]
    thermal, at = point.configurations[3], {"temperature": 0.4, "mean_propensity": 0.8}
    predicted = model.predict(thermal, **at, inherent=point.inherent[3])
    own = thermal.types == 1
    other = model.predict(thermal, temperature=0.4, mean_propensity=0.5, inherent=point.inherent[3])
    assert (other[own].mean() - predicted[own].mean()) == pytest.approx(-0.3, abs=0.06)
    order = np.random.default_rng(0).permutation(thermal.number)
    moved = type(thermal)(thermal.positions[order] + [3.7, -1.2], thermal.types[order], thermal.box)
    np.testing.assert_allclose(
        model.predict(moved, **at, inherent=moved)[own[order]], predicted[order][own[order]], atol=2e-4
    )


def test_the_iteration_holds_the_mean_over_all_structures_and_not_that_of_each():
    model, point = trained(), points()[0]
    inputs, levels = own_inputs(model, point), np.array([0.9, 0.8, 0.6])
    told, means = consistent_levels(model, inputs, 0.5, levels)
    assert told.shape == means.shape == (2, 3)
    before = mean_predictions(model, np.concatenate(inputs), 0.5, np.tile(levels, (2, 1)))
    np.testing.assert_allclose(means, np.tile(levels, (2, 1)), atol=1e-3)
    assert np.abs(means - levels).max() < 0.3 * np.abs(before - levels).max()
    np.testing.assert_allclose(mean_predictions(model, np.concatenate(inputs), 0.5, told), means, atol=1e-6)
    each = [mean_predictions(model, x, 0.5, told) for x in inputs]
    assert np.std(each, axis=0).min() > 1e-4


def test_with_the_printed_sign_the_iteration_runs_away():
    """The paper adds 0.75 (X - C); the mean prediction grows with what the network is told, so that X leaves C."""
    model, point = trained(), points()[0]
    together, level = np.concatenate(own_inputs(model, point)), 0.8
    off = {}
    for sign in (-1, +1):
        told = np.full((2, 1), level + 0.02)
        for _ in range(6):
            told = told + sign * 0.75 * (mean_predictions(model, together, 0.5, told) - level)
        off[sign] = np.abs(mean_predictions(model, together, 0.5, told) - level).max()
    assert off[-1] < 2e-3
    assert off[+1] > 0.1


def test_only_a_trained_temperature_is_scaled_and_others_take_their_structures():
    model, colder = trained(), state_point(0.3)
    with pytest.raises(InputError, match=r"scaled at T = 0\.5, 0\.4, not at 0\.3"):
        model.predict(colder.configurations[0], temperature=0.3, mean_propensity=0.8, inherent=colder.inherent[0])
    at = model.at(colder)
    assert at is model.at(colder)
    inputs = np.concatenate(own_inputs(at.whole, colder))
    np.testing.assert_allclose(inputs.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(inputs.std(axis=0), 1, atol=1e-4)
    own = colder.configurations[3].types == 1
    predicted = at.predict(colder.configurations[3], 100.0, colder.inherent[3])
    assert pearson(predicted[own], colder.bond_breaking[3, 2, own]) > 0.7


def test_scaling_together_needs_no_temperature():
    model = TGlassMLP.fit(points(), **QUICK)
    assert model.scaled_at == ()
    assert model.means[1].shape == (1, len(model.kept[1]))
    inputs = np.concatenate([np.concatenate(own_inputs(model, point)[:2]) for point in points()])
    np.testing.assert_allclose(inputs.mean(axis=0), 0, atol=1e-5)
    colder = state_point(0.3)
    found = model.predict(colder.configurations[0], temperature=0.3, mean_propensity=0.8, inherent=colder.inherent[0])
    assert np.isfinite(found[colder.configurations[0].types == 1]).all()


def test_processes_and_a_stop_change_nothing(tmp_path):
    many = {**QUICK, "networks": 9}
    expected = TGlassMLP.fit(points(), **many)
    with pytest.raises(Cancelled):
        TGlassMLP.fit(points(), **many, workers=2, checkpoint=tmp_path, progress=stop_after(3))
    assert (tmp_path / "type1" / "group0.safetensors").exists()
    seen, histories = [], []
    found = TGlassMLP.fit(
        points(), **many, workers=2, checkpoint=tmp_path, progress=lambda done, total: seen.append((done, total)),
        watch=lambda number, history: histories.append((number, len(history))),
    )  # fmt: skip
    for name, value in expected.parameters[1].items():
        np.testing.assert_array_equal(found.parameters[1][name], value)
    np.testing.assert_array_equal(found.history[1], expected.history[1])
    assert seen[-1][0] == seen[-1][1]
    assert histories[-1] == (1, len(expected.history[1]))
    other = TGlassMLP.fit(points(), **many, seed=1)
    assert (other.parameters[1]["output.bias"] != expected.parameters[1]["output.bias"]).all()


def stop_after(calls):
    """A progress that cancels at one of its first reports."""
    left = [calls]

    def progress(done, total):
        left[0] -= 1
        if left[0] <= 0 and done:
            raise Cancelled

    return progress


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_on_a_gpu_it_learns_the_same():
    here, there = (TGlassMLP.fit(points(), **QUICK, device=device) for device in ("cpu", "cuda"))
    np.testing.assert_allclose(there.history[1], here.history[1], rtol=0.02)


def test_the_test_split_and_unread_labels_change_nothing():
    changed = state_point(0.5)
    for record in changed.records:
        if record.split == "test":
            record.bond_breaking_halves[:] = 0.123
    first, second = TGlassMLP.fit([points()[0]], **QUICK), TGlassMLP.fit([changed], **QUICK)
    for name, value in first.parameters[1].items():
        np.testing.assert_array_equal(second.parameters[1][name], value)


def test_transferred_labels_are_learnt():
    warm, cold = state_point(0.5), state_point(0.35)
    wanted = {k: np.where(cold.configurations[k].types == 1, cold.bond_breaking[k, 2], np.nan) for k in (0, 1, 2)}
    schedule = (Stage(60, 5e-3, 1),)
    settings = {**QUICK, "schedule": schedule, "scaled_on": [warm, cold]}
    given = [Transferred(cold, 0.8, wanted)]
    model = TGlassMLP.fit([warm], given, **settings)
    assert (0.35, 0.8, "transferred") in model.provenance["learnt"]
    own = cold.configurations[0].types == 1
    found = model.predict(cold.configurations[0], temperature=0.35, mean_propensity=0.8, inherent=cold.inherent[0])
    assert pearson(found[own], wanted[0][own]) > 0.8


def test_as_many_steps_as_published():
    stages = stages_for("published", 150, 3, 45)
    assert [stage.epochs for stage in stages] == [100, 500, 250, 500]
    assert sum(stage.epochs for stage in stages) * 45 == sum(stage.epochs for stage in PUBLISHED) * 150 * 3
    with pytest.raises(InputError, match="schedule is 'slow', expected one of published, quick"):
        stages_for("slow", 150, 3, 45)


def test_lessons_come_back_from_their_file(tmp_path):
    random = np.random.default_rng(1)
    structures = [
        Structure(random.normal(size=(n, 3)).astype(np.float32), random.random((n, 2)), np.array([5.0, 6.0]))
        for n in (4, 7)
    ]
    lessons = [
        Lesson(s, random.random(6).astype(np.float32), random.random((2, n)).astype(np.float32), measured, 0.2, judges)
        for s, n, measured, judges in ((1, 7, True, False), (0, 4, False, False), (1, 7, True, True))
    ]
    whole = Lessons(structures, lessons)
    whole.save(tmp_path / "lessons")
    again = Lessons.load(tmp_path / "lessons")
    for one, other in zip(whole.lessons, again.lessons, strict=True):
        np.testing.assert_array_equal(one.halves, other.halves)
        np.testing.assert_array_equal(one.state, other.state)
        assert (one.structure, one.measured, one.judges, one.scale) == (
            other.structure, other.measured, other.judges, other.scale,
        )  # fmt: skip
    first, second = whole.samples(), again.samples()
    assert [len(part) for part in second] == [2, 1]
    for one, other in zip([*first[0], *first[1]], [*second[0], *second[1]], strict=True):
        assert (one.targets == other.targets).all()
        assert (one.weights == other.weights).all()
        assert (one.inputs[0] == other.inputs[0]).all()
    assert first[0][0].inputs[0] is first[1][0].inputs[0]
    (tmp_path / "lessons").write_bytes(b"nothing")
    with pytest.raises(DataError, match="cannot be read as lessons"):
        Lessons.load(tmp_path / "lessons")


def test_it_is_stored_and_stands_among_the_methods_of_every_temperature(tmp_path):
    model, point = trained(), points()[1]
    model.save(tmp_path / "models" / "ka2d-tglassmlp-bond_breaking-Tmin0.4000")
    listed = stored_models(tmp_path)[0]
    assert (listed["kind"], listed["temperature"], listed["times"], listed["types"]) == ("tglassmlp", None, None, [1])
    again = load_model(listed["path"])
    state = {"temperature": 0.4, "mean_propensity": 0.7, "inherent": point.inherent[0]}
    np.testing.assert_array_equal(
        again.predict(point.configurations[0], **state), model.predict(point.configurations[0], **state)
    )
    entry = methods_for(opened_models(tmp_path), point, "bond_breaking")[0]
    assert entry["temperature"] == 0.4
    assert entry["times"] == point.times.tolist()
    assert methods_for(opened_models(tmp_path), point, "displacement") == []
    assert len(methods_for(opened_models(tmp_path), state_point(0.3), "bond_breaking")) == 1
    # Hotter than anything that it has seen it is not offered.
    assert methods_for(opened_models(tmp_path), state_point(0.7), "bond_breaking") == []
    at = entry["model"]
    values = at.bottleneck(point.configurations[0], 100.0, point.inherent[0], seed=1)
    own = point.configurations[0].types == 1
    found = at.output(values[own], 100.0, seed=1)
    np.testing.assert_allclose(found, at.predict_each(point.configurations[0], point.inherent[0])[1, 2, own], atol=1e-5)
    weights = at.input_weights(100.0)
    assert np.flatnonzero(np.isfinite(weights[0])).tolist() == model.kept[1].tolist()


@pytest.mark.parametrize(
    ("item", "value", "words"),
    [
        ("networks", 3, "has shape"),
        ("scaled_at", "all", "expected a list of temperatures"),
        ("reference", -1, "expected a temperature"),
        ("scaled", 1, "expected true or false"),
        ("times", [1.0], "not null"),
        ("kept", {"1": [0, 999]}, "not numbers of descriptors"),
        ("provenance", {"learnt": [[1]]}, "learnt of provenance is not a list"),
        ("provenance", {}, "learnt of provenance is not a list"),
    ],
)
def test_a_damaged_model_says_what_is_wrong(tmp_path, item, value, words):
    trained().save(tmp_path / "m")
    file = tmp_path / "m" / "model.json"
    header = json.loads(file.read_text())
    header[item] = value
    file.write_text(json.dumps(header))
    with pytest.raises(DataError, match=words):
        load_model(tmp_path / "m")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"scaling": "none"}, "scaling is 'none'"),
        ({"networks": 0}, "networks is 0"),
        ({"keep": "first"}, "keep is 'first', expected one of best, last"),
        ({"levels": (0.3,)}, "no training configuration has labels at any of the levels"),
    ],
)
def test_bad_settings(settings, words):
    with pytest.raises(InputError, match=words):
        TGlassMLP.fit(points(), **{**QUICK, **settings})


def test_a_state_point_is_asked_for():
    point = points()[0]
    with pytest.raises(InputError, match="temperature= and mean_propensity="):
        trained().predict(point.configurations[0], time=10.0)
    with pytest.raises(InputError, match="expected numbers from 0 to 1"):
        trained().predict(point.configurations[0], temperature=0.5, mean_propensity=7.0, inherent=point.inherent[0])


def test_the_state_is_scaled_by_a_fixed_temperature():
    np.testing.assert_allclose(network.state_inputs(0.15, 0.5), [2, 4, 8, 0.5, 0.25, 0.125])
    assert (LENGTHS, OBSERVABLES) == ((0.0, 1.0), ("density", "energy"))
