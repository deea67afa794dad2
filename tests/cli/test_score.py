"""`glassviz score`: what it prints is what the library's own functions give."""

import csv
import re

import numpy as np
import pytest

import glassviz as gv
from glassviz.cli.main import main
from glassviz.learning.single_descriptors import single_descriptors
from glassviz.learning.store import opened_models
from glassviz.tasks.judge import judge
from tests.pages.conftest import fill


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    path = tmp_path_factory.mktemp("home")
    fill(path)
    return path


@pytest.fixture
def arguments(home, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_HOME", str(home))
    return ["score", "--data", str(home / "data" / "small")]


@pytest.fixture(scope="module")
def judged(home):
    (entry,) = opened_models(home / "models")
    return judge(entry, gv.open(home / "data" / "small")[0.8])


def test_every_temperature_has_its_table_or_the_command_that_makes_one(arguments, judged, capsys):
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("ka2d-ridge"))
    assert lines[start].endswith("T = 0.8, type 1, 1 test configuration")
    rows = judged[1]
    for line, row in zip(lines[start + 2 : start + 2 + len(rows)], rows, strict=True):
        found = [float(word) for word in re.sub(r"[()±]", "", line).split()]
        names = ("time", "correlation", "pearson", "error", "ceiling", "noise_free_variance_ratio")
        expected = [row[name] for name in names]
        expected += [row[name + end] for name in ("C_2", "C_5", "C_8") for end in ("", "_md")]
        expected += [row["chi_4_ratio"], row["chi_4_ratio_error"]]
        np.testing.assert_allclose(found, expected, atol=0.00501)
    assert any("one test configuration: no errors" in line for line in lines)
    assert lines[-1] == (
        "no stored bond_breaking model or prediction for KA2D at T = 1; "
        "glassviz train ridge --temperature 1 --observable bond_breaking makes one"
    )


def test_a_damaged_model_and_a_missing_folder_are_named(arguments, tmp_path, capsys):
    broken = tmp_path / "models" / "broken"
    broken.mkdir(parents=True)
    (broken / "model.json").write_text("{")
    assert main([*arguments, "--models", str(tmp_path / "models")]) == 0
    assert f"left out: {broken / 'model.json'}: cannot be read as JSON" in capsys.readouterr().err
    assert main([*arguments, "--models", str(tmp_path / "none")]) == 2
    assert f"{tmp_path / 'none'}: is not a folder, expected one with models" in capsys.readouterr().err


def test_csv_holds_every_score_with_units_and_origin(arguments, home, judged, tmp_path, capsys):
    path = tmp_path / "scores.csv"
    assert main([*arguments, "--temperature", "0.8", "--type", "2", "--descriptors", "--csv", str(path)]) == 0
    shown = capsys.readouterr().out
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert f"{len(rows)} rows: {path}" in shown
    own = [row for row in rows if row["kind"] == "ridge"]
    assert len(own) == len(judged[2])
    for row, known in zip(own, judged[2], strict=True):
        assert float(row["time"]) == known["time"]
        for column, name in (("pearson", "pearson"), ("mean_C_B", "correlation"), ("C_8_md", "C_8_md")):
            if np.isfinite(known[name]):
                assert float(row[column]) == pytest.approx(known[name], rel=1e-6)
        # One test configuration: no error, no susceptibility.
        assert row["pearson_error"] == row["chi_4_ratio"] == ""
        assert (row["temperature_unit"], row["time_unit"]) == ("eps_11/k_B", "sigma_11 (m/eps_11)^(1/2)")
        assert (row["test_indices"], row["training_indices"], row["replicas"]) == ("2", "0", "8")
        assert row["software"] == f"glassviz {gv.__version__}"
    found = single_descriptors(gv.open(home / "data" / "small")[0.8], type=2)
    for kind in ("density", "energy", "perimeter", "energy_variance"):
        single = [row for row in rows if row["method"] == f"single descriptor, {kind}"]
        best = [b for b in found.best(kind) if b is not None and np.isfinite(b["pearson"])]
        assert [row["descriptor"] for row in single] == [b["descriptor"] for b in best]
        assert [float(row["pearson"]) for row in single] == pytest.approx([b["pearson"] for b in best], rel=1e-6)
        for b in best:
            assert b["descriptor"] in shown


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        (["--temperature", "1"], "glassviz train ridge --temperature 1 --observable bond_breaking makes one"),
        (["--type", "4"], "type is 4, expected 1..3"),
        (
            ["--temperature", "0.8", "--observable", "mood"],
            "observable is 'mood', expected one of bond_breaking, displacement",
        ),
        (["--temperature", "0.7"], "temperature 0.7 is not in the data set"),
    ],
)
def test_errors_name_what_was_expected(arguments, extra, sentence, capsys):
    assert main([*arguments, *extra]) == 2
    assert sentence in capsys.readouterr().err


def test_heterogeneity_of_every_method_and_the_reason_where_there_is_no_length(home, tmp_path, capsys):
    table = tmp_path / "heterogeneity.csv"
    arguments = ["heterogeneity", "--data", str(home / "data" / "small"), "--models", str(home / "models"),
                 "--temperature", "0.8", "--split", "all", "--csv", str(table)]  # fmt: skip
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert "MD: T = 0.8, type 1, 3 configurations" in shown
    assert "ka2d-ridge-bond_breaking-T0.8000: T = 0.8, type 1, 1 configurations" in shown
    assert "no number where the data do not identify it" in shown
    assert "chi_4" in table.read_text()
    assert main([*arguments, "--type", "5"]) == 2
    assert "type is 5, expected 1..3" in capsys.readouterr().err
