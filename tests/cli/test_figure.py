"""`glassviz figure` makes the figures of the app."""

import pytest

import glassviz as gv
from glassviz.cli.main import main
from glassviz.exports.registry import FIGURES
from tests.made_up import write_made_up


@pytest.fixture(scope="module")
def law(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "law"
    write_made_up(folder)
    return folder


def test_without_a_name_they_are_listed(capsys):
    assert main(["figure"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(FIGURES)


def test_several_files_of_one_figure(law, tmp_path, capsys):
    outputs = [tmp_path / f"decay.{kind}" for kind in ("pdf", "csv")]
    arguments = [part for path in outputs for part in ("--output", str(path))]
    assert main(["figure", "decay", "--data", str(law), "--time-axis", "scaled", *arguments]) == 0
    assert capsys.readouterr().out.split() == [str(path) for path in outputs]
    made = gv.figure("decay", law, time_axis="scaled")
    assert [path.read_bytes() for path in outputs] == [made.content(".pdf"), made.content(".csv")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sketch"], "figure 'sketch' is unknown, expected one of snapshot"),
        (["decay", "--output", "decay.tiff"], "output is 'decay.tiff', expected a name that ends in one of .png"),
        (["energies", "--temperature", "0.3"], "figure energies does not depend on temperature"),
        (["structure", "--static-view", "potential"], "static_view is 'potential', expected one of pair_correlation"),
        (["snapshot", "--temperature", "0.33"], "temperature is 0.33, expected one of 0.15, 0.2"),
        (["agreement", "--temperature", "0.3"], "glassviz train ridge --temperature 0.3 makes one"),
    ],
)
def test_mistakes_are_one_sentence(arguments, sentence, law, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["figure", *arguments, "--data", str(law)]) == 2
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
