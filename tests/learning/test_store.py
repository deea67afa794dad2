"""Models on disk: round trip, damage, listing."""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from glassviz.errors import DataError, InputError
from glassviz.learning import Ridge, damaged_models, load_model, model_folder, stored_models
from tests.learning.planted import disordered


@pytest.fixture
def saved(fitted, tmp_path):
    fitted.save(tmp_path / "models" / "ridge-a")
    return tmp_path / "models" / "ridge-a"


def edit(path, **items):
    """Change items of model.json; an item of value ... is deleted."""
    header = json.loads((path / "model.json").read_text())
    header = {name: value for name, value in {**header, **items}.items() if value is not ...}
    (path / "model.json").write_text(json.dumps(header))


def test_round_trip_keeps_every_prediction(fitted, saved):
    for model in (Ridge.load(saved), load_model(str(saved))):
        configuration = disordered(90)
        np.testing.assert_array_equal(
            model.predict_all(configuration, configuration), fitted.predict_all(configuration, configuration)
        )
        assert model.provenance == fitted.provenance
        assert (model.types, model.temperature, model.observable) == ([1, 2, 3], 0.4, "bond_breaking")
        assert model.descriptor_names == fitted.descriptor_names
        np.testing.assert_array_equal(model.alphas[2], fitted.alphas[2])
    assert sorted(p.name for p in saved.parent.iterdir()) == ["ridge-a"]
    assert sorted(p.name for p in saved.iterdir()) == ["model.json", "weights.safetensors"]


def test_existing_folders_are_not_replaced_unawares(fitted, saved):
    with pytest.raises(InputError, match="exists already"):
        fitted.save(saved)
    (saved / "note.txt").write_text("kept until overwritten")
    fitted.save(saved, overwrite=True)
    assert not (saved / "note.txt").exists()
    assert Ridge.load(saved).types == [1, 2, 3]
    foreign = saved.parent / "letters"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="not a model folder"):
        fitted.save(foreign, overwrite=True)
    assert (foreign / "letter.txt").exists()
    assert sorted(p.name for p in saved.parent.iterdir()) == ["letters", "ridge-a"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_failed_save_leaves_what_was_there(fitted, saved, monkeypatch, overwrite):
    before = {p.name: p.read_bytes() for p in saved.iterdir()}

    def full_disk(*arguments, **options):
        raise OSError("no space left")

    monkeypatch.setattr(model_folder, "_flush", full_disk)
    target = saved if overwrite else saved.parent / "other"
    with pytest.raises(OSError, match="no space"):
        fitted.save(target, overwrite=overwrite)
    assert sorted(p.name for p in saved.parent.iterdir()) == ["ridge-a"]
    assert {p.name: p.read_bytes() for p in saved.iterdir()} == before


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ({"kind": "wizard"}, "kind is 'wizard', expected"),
        ({"kind": ...}, "kind is None"),
        ({"format": "other"}, "format is 'other'"),
        ({"version": 2}, "version is 2, expected 1"),
        ({"system": "water"}, "system 'water' is unknown"),
        ({"system": "KA"}, "types are"),
        ({"temperature": -1}, "temperature is -1"),
        ({"temperature": "0.4"}, "temperature is '0.4'"),
        ({"times": [3, 2, 1]}, "times are"),
        ({"times": [1, 2]}, "expected (2,"),
        ({"types": [1, 1]}, "types are"),
        ({"types": [1, 2]}, "is not expected"),
        ({"observable": "energy"}, "observable is 'energy'"),
        ({"lengths": [-1]}, "length -1"),
        ({"lengths": [1.0]}, "descriptors are not the 12"),
        ({"observables": ["charm"]}, "'charm' is unknown"),
        ({"alphas": {"1": [1, 1, 1]}}, "alphas are for types"),
        ({"alphas": {"1": [1], "2": [1, 1, 1], "3": [1, 1, 1]}}, "alphas of type 1"),
        ({"provenance": ...}, "provenance is missing"),
    ],
)
def test_damaged_descriptions_are_refused(saved, items, sentence):
    if items == {"system": "KA"}:
        # KA has two types only.
        sentence = "types are [1, 2, 3]"
    edit(saved, **items)
    with pytest.raises(DataError) as caught:
        load_model(saved)
    assert sentence in str(caught.value)
    assert str(saved) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("type1.weights", lambda a: a[:, :-1], "expected (3, 36)"),
        ("type2.weights", lambda a: np.where(a == a, np.nan, a), "other than finite numbers"),
        ("type3.scales", lambda a: -a, "not all positive"),
        ("type1.means", lambda a: None, "type1.means is missing"),
        ("type1.intercepts", lambda a: a.astype(np.int64), "other than finite numbers"),
    ],
)
def test_damaged_weights_are_refused(saved, name, change, sentence):
    file = saved / "weights.safetensors"
    tensors = load_file(file)
    tensors[name] = change(tensors[name])
    save_file({n: np.ascontiguousarray(a) for n, a in tensors.items() if a is not None}, file)
    with pytest.raises(DataError) as caught:
        load_model(saved)
    assert sentence in str(caught.value)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize("file", ["model.json", "weights.safetensors"])
def test_truncated_and_missing_files_are_refused(saved, file):
    content = (saved / file).read_bytes()
    for size in (0, 1, 8, len(content) // 2, len(content) - 2):
        (saved / file).write_bytes(content[:size])
        with pytest.raises(DataError, match=file):
            load_model(saved)
    (saved / file).write_bytes(b"\xff" * 100)
    with pytest.raises(DataError, match=file):
        load_model(saved)
    (saved / file).unlink()
    with pytest.raises(DataError, match="missing"):
        load_model(saved)


def test_listing_finds_models_in_both_places_and_names_damaged_ones(fitted, saved, tmp_path):
    shutil.copytree(saved, tmp_path / "alone")
    shutil.copytree(saved, tmp_path / "models" / "broken")
    shutil.copytree(saved, tmp_path / "models" / ".half.part")
    (tmp_path / "models" / "empty").mkdir()
    (tmp_path / "models" / "broken" / "weights.safetensors").write_bytes(b"")
    # Naming a folder twice, or its models folder too, lists nothing twice.
    listed = stored_models(tmp_path, tmp_path / "models", tmp_path / "absent")
    assert [row["name"] for row in listed] == ["alone", "ridge-a"]
    assert listed[1] == {
        "name": "ridge-a",
        "kind": "ridge",
        "system": "KA2D",
        "temperature": 0.4,
        "times": [1.0, 10.0, 100.0],
        "observable": "bond_breaking",
        "types": [1, 2, 3],
        "path": saved,
    }
    assert load_model(listed[0]["path"]).system.name == "KA2D"
    ((path, sentence),) = damaged_models(tmp_path)
    assert path == tmp_path / "models" / "broken"
    assert "weights.safetensors" in sentence
    assert stored_models() == []


def test_models_of_one_name_are_told_apart_in_the_order_of_their_folders(fitted, saved, tmp_path):
    for folder in ("z", "a", "more/z"):
        fitted.save(tmp_path / folder / "ridge-a")
    entries = stored_models(tmp_path, tmp_path / "z", tmp_path / "a", tmp_path / "more" / "z")
    assert [entry["name"] for entry in entries] == ["ridge-a", "ridge-a (z)", "ridge-a (a)", "ridge-a (z 2)"]
    assert [entry["path"].parent.name for entry in entries] == ["models", "z", "a", "z"]


def test_a_model_in_the_users_folder_is_called_theirs(fitted, saved, tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path / "home"))
    fitted.save(tmp_path / "home" / "models" / "ridge-a")
    names = [entry["name"] for entry in stored_models(tmp_path, tmp_path / "home")]
    assert names == ["ridge-a", "ridge-a (yours)"]
