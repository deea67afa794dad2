"""`glassviz transfer`."""

from glassviz.cli.main import main
from glassviz.learning.store import load_model
from glassviz.record import write_record
from tests.learning.ladder import state_point


def test_it_trains_stores_and_reports(tmp_path, capsys):
    for temperature in (0.5, 0.4, 0.3):
        for record in state_point(temperature).records:
            write_record(tmp_path / "data" / f"T{temperature:.4f}" / f"{record.index:04d}.h5", record)
    command = ["transfer", "--data", str(tmp_path / "data"), "--to", "0.3", "--quick", "--levels", "0.9", "0.8"]
    command += ["--networks", "2", "--structures", "4", "--output", str(tmp_path / "models"), "--workers", "1"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "step 1, C = 0.9, to T = 0.3:" in told
    assert "of 2 networks within tolerance" in told
    path = tmp_path / "models" / "ka2d-tglassmlp-bond_breaking-Tmin0.4000"
    assert told.endswith(f"stored {path}\n")
    assert load_model(path).provenance["transfer"]["plan"]["targets"] == [0.3]
    assert main(command) == 2
    assert "exists already" in capsys.readouterr().err


def test_what_is_no_temperature_is_named(tmp_path, capsys):
    for record in state_point(0.5).records:
        write_record(tmp_path / "T0.5000" / f"{record.index:04d}.h5", record)
    assert main(["transfer", "--data", str(tmp_path), "--to", "0.3,cold"]) == 2
    assert "'cold' is not a temperature" in capsys.readouterr().err
    assert main(["transfer", "--data", str(tmp_path), "--to", "0.3,0.2"]) == 2
    assert "no structures at T = 0.3" in capsys.readouterr().err
