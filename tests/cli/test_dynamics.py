import pytest

from glassviz.cli.main import main
from tests.made_up import write_made_up


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("made_up")
    write_made_up(path)
    return path


def test_the_table_has_every_temperature_and_the_fits(folder, capsys):
    assert main(["dynamics", "--data", str(folder)]) == 0
    shown = capsys.readouterr().out
    lines = {line.split()[0]: line.split() for line in shown.splitlines() if line.strip()[:2] == "0."}
    assert set(lines) == {"0.15", "0.2", "0.26", "0.3", "0.35", "0.45", "0.5"}
    assert lines["0.15"][1:3] == ["3", "-"]
    assert lines["0.15"][-2:] == ["-", "-"]
    assert lines["0.3"][2] == "4"
    assert lines["0.5"][-1] == "-"
    assert "tau_0 exp(J^2 (1/T - 1/T_o)^2)" in shown
    assert "J = 0.9" in shown


def test_curves_go_to_a_file_and_a_folder_is_refused(folder, tmp_path, capsys):
    path = tmp_path / "curves.csv"
    assert main(["dynamics", "--data", str(folder), "--csv", str(path)]) == 0
    number = int(capsys.readouterr().out.splitlines()[-1].split()[0])
    assert len(path.read_text().splitlines()) == number + 1
    assert main(["dynamics", "--data", str(folder), "--csv", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
