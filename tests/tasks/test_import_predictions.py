"""Bring your own predictions: archives of several kinds join a data set and are scored like models."""

import numpy as np
import pytest

import glassviz as gv
from glassviz.cli.main import main
from glassviz.dataset import EMBEDDED
from glassviz.errors import DataError, InputError
from glassviz.library import Library
from glassviz.session import Session
from glassviz.tasks.import_predictions import PredictionOptions, import_predictions
from glassviz.tasks.score import score

POINT = gv.open(EMBEDDED / "ka2d")[0.5]
TEST = [k for k, split in enumerate(POINT.split) if split == "test"]
MINE = PredictionOptions("bond_breaking", "Mine")


def write_own(folder, values, places=None):
    """One array a configuration, named by its index."""
    folder.mkdir(exist_ok=True)
    paths = []
    for k in TEST if places is None else places:
        paths.append(folder / f"{POINT.records[k].index:04d}.npz")
        np.savez(paths[-1], guess=values[k])
    return paths


def test_labels_brought_as_predictions_score_one(tmp_path):
    import_predictions(write_own(tmp_path / "own", POINT.bond_breaking), POINT, tmp_path / "ka2d", MINE)
    library = Library([EMBEDDED, tmp_path], [tmp_path])
    point = library.data_sets["ka2d"][0.5]
    (entry,) = library.methods(library.data_sets["ka2d"], 0.5, "bond_breaking")
    rows = score(entry, point)
    assert [row["pearson"] for row in rows[2:]] == pytest.approx([1.0] * (len(rows) - 2), abs=1e-6)
    session = Session(library, data_set="ka2d", temperature=0.5, model="Mine")
    assert session.model == "Mine"
    np.testing.assert_allclose(session.predicted(), session.measured(), atol=1e-6)
    assert library.methods(library.data_sets["ka2d"], 0.5, "displacement") == []


def test_what_predict_writes_comes_back_with_the_same_scores(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    model = EMBEDDED / "models" / "ka2d-ridge-bond_breaking-T0.5000"
    archive = tmp_path / "out.npz"
    assert main(["predict", str(model), "--split", "test", "--output", str(archive)]) == 0
    assert main(["import-predictions", str(archive), "--name", "again", "--temperature", "0.5"]) == 0
    assert str(tmp_path / "data" / "ka2d" / "predictions" / "again-bond_breaking-T0.5000.h5") in capsys.readouterr().out
    library = Library()
    point = library.data_sets["ka2d"][0.5]
    entries = {entry["name"]: entry for entry in library.methods(library.data_sets["ka2d"], 0.5, "bond_breaking")}
    own, again = score(entries[model.name], point), score(entries["again"], point)
    np.testing.assert_allclose([row["pearson"] for row in own], [row["pearson"] for row in again], atol=1e-5)
    assert main(["score", "--temperature", "0.5"]) == 0
    assert "again" in capsys.readouterr().out


def test_glassbench_arrays_become_methods_by_their_names(tmp_path):
    record = POINT.records[TEST[0]]
    wrapped = record.thermal.positions - record.thermal.box * (record.thermal.positions > record.thermal.box / 2)
    values = np.random.default_rng(0).uniform(size=(2, *POINT.bond_breaking.shape[1:])).astype("f4")
    arrays = {"types": record.thermal.types, "initial_positions": wrapped, "bb_prop": values[0]}
    np.savez(tmp_path / "N1290T0.50_9.npz", BOTAN=values[0], CAGE=values[1], **arrays)
    options = PredictionOptions("bond_breaking")
    written = import_predictions([tmp_path / "N1290T0.50_9.npz"], POINT, tmp_path / "ka2d", options)
    assert [path.name for path in written] == ["BOTAN-bond_breaking-T0.5000.h5", "CAGE-bond_breaking-T0.5000.h5"]
    found = gv.open(EMBEDDED / "ka2d", tmp_path / "ka2d")[0.5].predictions
    np.testing.assert_allclose(found["CAGE"][TEST[0]], values[1])
    only = import_predictions(
        [tmp_path / "N1290T0.50_9.npz"], POINT, tmp_path / "one", PredictionOptions("bond_breaking", "CAGE")
    )
    assert [path.name for path in only] == ["CAGE-bond_breaking-T0.5000.h5"]


def test_one_time_of_several(tmp_path):
    time = float(POINT.times[5])
    paths = write_own(tmp_path / "own", POINT.bond_breaking[:, 5])
    with pytest.raises(InputError, match="times of the 1 rows are unknown"):
        import_predictions(paths, POINT, tmp_path / "ka2d", MINE)
    with pytest.raises(InputError, match="time 7 is not one of the labels'"):
        import_predictions(paths, POINT, tmp_path / "ka2d", PredictionOptions("bond_breaking", "Mine", (7.0,)))
    import_predictions(paths, POINT, tmp_path / "ka2d", PredictionOptions("bond_breaking", "Mine", (time,)))
    found = gv.open(EMBEDDED / "ka2d", tmp_path / "ka2d")[0.5].predictions["Mine"]
    assert np.isfinite(found[TEST][:, 5]).all()
    assert np.isnan(np.delete(found, 5, axis=1)).all()


@pytest.mark.parametrize(
    ("arrays", "name", "sentence"),
    [
        ({"guess": np.zeros((2, 7))}, "0006.npz", "guess has shape"),
        ({"guess": np.zeros((11, 1290)), "more": np.zeros((11, 1290))}, "0006.npz", "expected one prediction"),
        ({"guess": np.full((11, 1290), np.inf)}, "0006.npz", "guess holds inf"),
        ({"guess": np.zeros(1290)}, "mine.npz", "says nowhere which configuration"),
        ({"guess": np.zeros(1290)}, "9999.npz", "configuration 9999 is not there"),
        ({"guess": np.zeros(1290), "types": np.ones(1290, int)}, "0006.npz", "types differ from configuration 6"),
        ({"guess": np.array([None])}, "0006.npz", "pickled objects"),
        ({"guess": np.full(1290, np.nan)}, "0006.npz", "nothing but nan"),
        ({"guess": np.full((12, 1290), 1e300)}, "0006.npz", "beyond 3.4e38"),
        ({"guess": np.zeros(1290), "index": np.array([1, 5])}, "0006.npz", "index has shape"),
        ({"guess": np.zeros(1290), "index": "one"}, "0006.npz", "index is .*expected numbers"),
        ({"guess": np.zeros(1290), "index": 1.5}, "0006.npz", "expected whole numbers"),
        ({"guess": np.zeros(1290), "temperature": "hot"}, "0006.npz", "temperature is .*expected numbers"),
        ({"guess": np.zeros((2, 1290)), "times": np.array(["a", "b"])}, "0006.npz", "times is .*expected numbers"),
        ({"guess": np.zeros((2, 1290)), "times": [10.0, 10.0]}, "0006.npz", "expected increasing numbers"),
        ({"predicted": np.zeros((2, 12, 1290)), "index": [6, 7], "seed": [1]}, "all.npz", "seed has shape"),
        ({"guess": np.zeros(1290), "temperature": 0.3}, "0006.npz", "temperature is 0.3, expected 0.5"),
        (
            {"Mine": np.zeros((11, 1290)), "initial_positions": np.zeros((1290, 2))},
            "N1290T0.50_6.npz",
            "import it first",
        ),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_written(tmp_path, arrays, name, sentence):
    np.savez(tmp_path / name, **arrays)
    good = write_own(tmp_path / "own", POINT.bond_breaking, TEST[:1])
    with pytest.raises(DataError, match=sentence):
        import_predictions([*good, tmp_path / name], POINT, tmp_path / "ka2d", MINE)
    assert not (tmp_path / "ka2d").exists()


def test_a_configuration_given_twice_is_refused(tmp_path):
    paths = write_own(tmp_path / "own", POINT.bond_breaking, TEST[:1])
    with pytest.raises(DataError, match="is given twice"):
        import_predictions([*paths, *paths], POINT, tmp_path / "ka2d", MINE)


def test_one_configuration_gives_a_score_without_error(tmp_path):
    import_predictions(write_own(tmp_path / "own", POINT.bond_breaking**2, TEST[:1]), POINT, tmp_path / "ka2d", MINE)
    library = Library([EMBEDDED, tmp_path], [tmp_path])
    point = library.data_sets["ka2d"][0.5]
    (entry,) = library.methods(library.data_sets["ka2d"], 0.5, "bond_breaking")
    row = score(entry, point)[-1]
    assert row["configurations"] == 1
    assert row["pearson"] > 0.9
    assert np.isnan(row["error"])
