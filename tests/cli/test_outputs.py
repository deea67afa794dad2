"""Files that commands write: missing folders are made; what is in the way is named before any work is done."""

import pytest

from glassviz.cli.main import main
from glassviz.errors import InputError
from glassviz.publish import check_place, publish
from tests.made_up import write_made_up

COMMANDS = {
    "score": ["score", "--csv"],
    "heterogeneity": ["heterogeneity", "--csv"],
    "dynamics": ["dynamics", "--csv"],
    "figure": ["figure", "energies", "--output"],
    "export": ["export", "--temperature", "0.3", "--configuration", "0", "--all-times", "--output"],
}
SUFFIXES = {"export": ".xyz"}


@pytest.fixture(scope="module")
def law(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "law"
    write_made_up(folder)
    return folder


@pytest.mark.parametrize("command", ["dynamics", "figure", "export"])
def test_missing_folders_are_made(command, law, tmp_path):
    path = tmp_path / "one" / "two" / f"result{SUFFIXES.get(command, '.csv')}"
    assert main([*COMMANDS[command], str(path), "--data", str(law)]) == 0
    assert path.stat().st_size > 0
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_in_the_way_is_named_before_the_work(command, law, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    path = tmp_path / "file" / "below" / f"result{SUFFIXES.get(command, '.csv')}"
    assert main([*COMMANDS[command], str(path), "--data", str(law)]) == 2
    shown = capsys.readouterr()
    assert f"{path} cannot be written: {tmp_path / 'file'} is a file, expected a folder" in shown.err
    assert shown.out == ""
    assert (tmp_path / "file").read_text() == "mine"


def test_an_empty_name_is_no_file(law, capsys):
    assert main(["dynamics", "--data", str(law), "--csv", ""]) == 2
    assert "is a folder, expected the name of a file" in capsys.readouterr().err


def test_a_place_is_checked_without_making_anything(tmp_path, monkeypatch):
    check_place(tmp_path / "new" / "file.csv")
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="is a folder, expected the name of a file to write"):
        publish(tmp_path, lambda file: file.write(b"x"))
    # An administrator may write anywhere.
    monkeypatch.setattr("glassviz.publish.os.access", lambda *_: False)
    with pytest.raises(InputError, match=f"{tmp_path} is a folder without permission to write"):
        check_place(tmp_path / "new" / "file.csv")
