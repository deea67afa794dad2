import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from glassviz.cli.main import COMMANDS, command_module, main

SMALL = ["--number", "129", "--cycles", "10", "--until", "0.85"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A user's folder with a small data set and a trained model."""
    path = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("GLASSVIZ_HOME", str(path))
    sizes = ["--train", "2", "--validation", "1", "--test", "2", "--replicas", "2", "--test-replicas", "4"]
    assert main(["simulate", "--temperature", "1.5", *SMALL, *sizes]) == 0
    assert main(["train", "ridge", "--data", str(path / "data" / "ka2d_129"), "--temperature", "1.5"]) == 0
    yield path
    patch.undo()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert f"examples:\n  glassviz {command}" in shown


def test_examples_in_the_help_are_accepted_by_the_parser(capsys):
    import argparse

    for command in COMMANDS:
        parser = argparse.ArgumentParser()
        module = command_module(command)
        module.add_parser(parser.add_subparsers())
        for example in getattr(module, "EXAMPLES", ()):
            # What stands before the command is for the shell, what stands behind a # for people.
            words = example.replace("\\\n", " ").split("#")[0].split("<")[0].split()
            parser.parse_args(words[words.index("glassviz") + 1 :])


def test_simulate_says_what_it_wrote_and_what_is_missing(home, capsys):
    data = ["--temperature", "1.5", *SMALL, "--train", "2", "--validation", "1", "--test", "2"]
    assert main(["simulate", *data]) == 0
    assert "nothing is missing" in capsys.readouterr().err
    assert len(list((home / "data" / "ka2d_129" / "T1.5000").glob("*.h5"))) == 5


def test_train_takes_its_options_and_predicts_with_all_five_observables(home, tmp_path, capsys):
    five = ["density", "energy", "perimeter", "energy_variance", "displacement"]
    options = [
        "--quick",
        "--seeds",
        "2",
        "--seed",
        "5",
        "--types",
        "1",
        "3",
        "--lengths",
        "0",
        "1",
        "--observables",
        *five,
    ]
    data = ["--data", str(home / "data" / "ka2d_129")]
    assert main(["train", "glassmlp", "--temperature", "1.5", *data, *options, "--output", str(tmp_path)]) == 0
    path = tmp_path / "ka2d-glassmlp-bond_breaking-T1.5000"
    assert capsys.readouterr().out == f"stored {path}\n"
    assert list(tmp_path.iterdir()) == [path]
    header = json.loads((path / "model.json").read_text())
    assert (header["seeds"], header["types"], header["lengths"], header["observables"]) == (2, [1, 3], [0, 1], five)
    assert header["provenance"]["seed"] == 5
    assert sum(stage[0] for stage in header["provenance"]["schedule"]) == 100
    assert main(["predict", str(path), *data, "--split", "test", "--output", str(tmp_path / "x.npz")]) == 0


def test_info_shows_states_equilibration_and_models(home, capsys):
    assert main(["info", "--data", str(home / "data" / "ka2d_129")]) == 0
    shown = capsys.readouterr().out
    for words in ("KA2D, N = 129", "2/4", "from above (hot)", "mean C_B of type 1", "ka2d-ridge-bond_breaking-T1.5000"):
        assert words in shown


def test_score_prints_pearson_and_ceiling_of_every_time(home, capsys):
    assert main(["score", "--data", str(home / "data" / "ka2d_129"), "--temperature", "1.5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "2 test configurations" in lines[1]
    assert lines[2].split()[:7] == ["t", "mean", "C_B", "Pearson", "error", "ceiling", "variance"]
    rows = np.array([line.split()[:6] for line in lines[3:-1]], dtype=float)
    assert "MD without replica noise" in lines[-1]
    assert len(rows) >= 5
    assert (np.abs(rows[1:, 2]) <= 1).all()


def test_predict_writes_what_the_model_says(home, tmp_path, capsys):
    import glassviz as gv

    data, out = str(home / "data" / "ka2d_129"), tmp_path / "predicted.npz"
    model = home / "models" / "ka2d-ridge-bond_breaking-T1.5000"
    assert main(["predict", str(model), "--data", data, "--split", "test", "--output", str(out)]) == 0
    with np.load(out, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    assert arrays["predicted"].shape == (2, len(arrays["times"]), 129)
    assert set(arrays["split"]) == {"test"}
    point, ridge = gv.open(data)[1.5], gv.Ridge.load(model)
    record = next(r for r in point.records if r.index == arrays["index"][0])
    expected = ridge.predict(record.thermal, time=arrays["times"][2])
    np.testing.assert_allclose(arrays["predicted"][0, 2], expected, atol=1e-5)
    assert "spread" not in arrays
    assert list(tmp_path.iterdir()) == [out]


def test_doctor_names_the_renderer(capsys):
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "WebGL in" in shown
    assert "chromium" in shown
    assert "missing" not in shown.replace("embedded data", "")


WRONG = [
    (["simulate", "--temperature", "-0.4", "--test", "1"], "temperature is -0.4"),
    (["simulate", "--temperature", "0.4", "--test", "1", "--test-replicas", "5"], "even number"),
    (["simulate", "--temperature", "0.4", "--system", "LJ", "--test", "1"], "system 'LJ' is unknown"),
    (["simulate", "--temperature", "0.4", "--until", "0.4", "--test", "1"], "until is 0.4"),
    (["simulate", "--temperature", "0.4"], "no configuration is asked for"),
    (["simulate", "--temperature", "0.4", "--test", "1", "--output", "/dev/null/x"], "/dev/null/x"),
    (["score", "--temperature", "1.5", "--type", "4", "--data", "DATA"], "type is 4"),
    (["train", "magic", "--temperature", "1.5", "--data", "DATA"], "kind is 'magic'"),
    (["train", "ridge", "--temperature", "0.77", "--data", "DATA"], "temperature 0.77 is not in the data set"),
    (["train", "ridge", "--temperature", "1.5", "--data", "DATA"], "exists"),
    (["train", "ridge", "--temperature", "1.5", "--seeds", "2", "--data", "DATA"], "seeds is no option of ridge"),
    (["train", "glassmlp", "--temperature", "1.5", "--seeds", "0", "--data", "DATA"], "seeds is 0, expected"),
    (["train", "glassmlp", "--temperature", "1.5", "--types", "9", "--data", "DATA"], "types [9] do not occur"),
    (["train", "glassmlp", "--temperature", "1.5", "--times", "7e9", "--data", "DATA"], "time 7e+09 is not one of"),
    (["train", "glassmlp", "--temperature", "1.5", "--device", "tpu", "--data", "DATA"], "device is 'tpu', expected"),
    (["train", "glassmlp", "--temperature", "1.5", "--lengths", "-1", "--data", "DATA"], "length -1.0 cannot be used"),
    (
        ["train", "ridge", "--temperature", "1.5", "--observables", "mass", "--output", "/tmp", "--data", "DATA"],
        "'mass'",
    ),
    (["train", "ridge", "--temperature", "1.5", "--observable", "mood", "--data", "DATA"], "observable"),
    (["score", "--temperature", "1.5", "--observable", "displacement", "--data", "DATA"], "no stored displacement"),
    (["score", "--temperature", "1.5", "--data", "nowhere"], "nowhere: data set folder is missing"),
    (["predict", "nowhere", "--output", "x.npz"], "nowhere"),
    (["predict", "MODEL", "--data", "DATA", "--split", "all", "--output", "x.npz"], "split is 'all'"),
    (["info", "--data", "nowhere"], "nowhere: data set folder is missing"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_errors_are_one_sentence_and_exit_code_2(home, arguments, sentence, capsys):
    places = {
        "DATA": str(home / "data" / "ka2d_129"),
        "MODEL": str(home / "models" / "ka2d-ridge-bond_breaking-T1.5000"),
    }
    assert main([places.get(word, word) for word in arguments]) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.err.startswith("glassviz: ")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_unknown_options_exit_with_2():
    with pytest.raises(SystemExit) as ended:
        main(["simulate"])
    assert ended.value.code == 2


def test_a_damaged_file_is_named_and_the_rest_is_used(home, tmp_path, capsys):
    target = tmp_path / "T1.5000"
    target.mkdir()
    for path in (home / "data" / "ka2d_129" / "T1.5000").glob("*.h5"):
        (target / path.name).write_bytes(path.read_bytes())
    os.truncate(target / "0003.h5", 1000)
    assert main(["info", "--data", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert "0003.h5: not a whole HDF5 file" in captured.err
    assert "KA2D, N = 129" in captured.out


def test_ctrl_c_leaves_a_state_that_the_same_command_completes(tmp_path):
    command = [sys.executable, "-m", "glassviz.cli.main", "simulate", "--temperature", "1.5", "--number", "129"]
    command += [
        "--cycles",
        "300",
        "--until",
        "0.85",
        "--test",
        "30",
        "--test-replicas",
        "4",
        "--output",
        str(tmp_path),
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.time() + 120
    while not list(tmp_path.rglob("0000.h5")) and time.time() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "the same command goes on with the rest" in error
    assert "Traceback" not in error
    finished = list(tmp_path.rglob("*.h5"))
    assert 1 <= len(finished) < 30
    assert list(tmp_path.rglob("*.part")) == []
    before = {path: path.read_bytes() for path in finished}
    again = [*command[:-3], str(len(finished) + 1), *command[-2:]]
    again[again.index("--test") + 1], again[again.index("--test-replicas") + 1] = str(len(finished) + 1), "4"
    subprocess.run(again, check=True, capture_output=True, timeout=120)
    assert len(list(tmp_path.rglob("*.h5"))) == len(finished) + 1
    assert {path: path.read_bytes() for path in finished} == before


def test_jobs_are_listed_shown_renamed_and_deleted(home, capsys):
    main(["jobs"])
    listed = capsys.readouterr().out
    assert "simulate" in listed
    assert " done " in listed
    name = next(line.split()[0] for line in listed.splitlines() if "-train" in line and " done " in line)
    assert main(["jobs", "show", name]) == 0
    shown = capsys.readouterr().out
    assert "temperature: 1.5" in shown
    assert "result: " in shown
    assert main(["jobs", "rename", name, "my first"]) == 0
    assert main(["jobs", "resume", name]) == 2
    assert "is done, expected one that is interrupted" in capsys.readouterr().err
    assert main(["jobs", "cancel", name]) == 0
    assert capsys.readouterr().out == f"{name}: done\n"
    assert main(["jobs", "delete", name]) == 0
    main(["jobs"])
    assert name not in capsys.readouterr().out
    assert main(["jobs", "show", name]) == 2
    assert f"there is no job '{name}'" in capsys.readouterr().err
    assert main(["jobs", "delete"]) == 2


def test_a_command_that_was_cancelled_is_resumed(home, capsys, monkeypatch):
    from glassviz.cli.common import ProgressBar
    from glassviz.errors import Cancelled
    from glassviz.jobs import jobs

    def stop(self, done, total, stage=""):
        raise Cancelled

    with monkeypatch.context() as patch:
        patch.setattr(ProgressBar, "__call__", stop)
        data = ["--data", str(home / "data" / "ka2d_129"), "--temperature", "1.5"]
        assert main(["train", "ridge", *data, "--overwrite"]) == 130
    assert jobs()[0].state["state"] == "cancelled"
    assert main(["jobs", "resume", jobs()[0].name]) == 0
    assert "done: " in capsys.readouterr().out
