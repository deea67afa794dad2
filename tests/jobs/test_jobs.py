"""Jobs in processes of their own: progress, cancelling, going on, failing."""

import os
import signal
import time

import numpy as np
import pytest

from glassviz.errors import InputError
from glassviz.jobs import Job, jobs, running, start
from glassviz.jobs.job import GRACE
from glassviz.learning import load_model
from glassviz.record import write_record
from glassviz.tasks.train import train
from tests.pages.conftest import place, planted

OPTIONS = {"lengths": [0.0, 1.0], "observables": ["density", "energy"], "seeds": 1, "schedule": "quick"}
PATIENCE = 60


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user's folder with a data set of three configurations; no job outlives its test."""
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    for index, split in enumerate(["train", "validation", "test"]):
        write_record(place(tmp_path, 0.8, index), planted(index, split, 0.8))
    yield tmp_path
    for job in jobs():
        job.cancel()
        until(lambda job=job: not job.is_running)


def until(condition, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def training(home, kind="glassmlp", **options):
    """Start a training on the data set; by default one that takes long."""
    where = {"data": [str(home / "data" / "small")], "temperature": 0.8, "folder": str(home / "models")}
    return start("train", kind=kind, **where, **options)


def ended(job):
    until(lambda: not job.is_running)
    return job.state


def test_a_job_reports_and_leaves_its_result(home):
    job = training(home, **OPTIONS)
    assert running().folder == job.folder
    state = ended(job)
    assert state["state"] == "done", state
    assert running() is None
    model = load_model(state["result"])
    progress = job.progress
    assert progress["done"] <= progress["total"] == 300
    for number in model.types:
        np.testing.assert_array_equal(progress["losses"][str(number)], model.history[number])
    # Another process, the same numbers.
    from glassviz.dataset import Dataset

    here = load_model(train(Dataset(home / "data" / "small")[0.8], "glassmlp", home / "here", **OPTIONS))
    np.testing.assert_allclose(here.history[1], model.history[1], rtol=0.05)


def test_a_cancelled_job_stops_and_the_next_goes_on(home):
    options = OPTIONS | {"schedule": "published", "seeds": 2}
    job = training(home, **options)
    until(lambda: job.progress.get("done", 0) > 40)
    job.cancel()
    until(lambda: not job.is_running)
    # It stopped by itself: its own last word has the number of its process.
    assert job.state["state"] == "cancelled"
    assert "pid" in job.state
    reached = job.progress["done"]
    again = training(home, **options)
    until(lambda: "done" in again.progress)
    assert again.progress["done"] >= reached
    assert again.progress["losses"]["1"][:20] == job.progress["losses"]["1"][:20]


def test_a_job_cancelled_before_it_listens_ends_at_once(home):
    job = training(home, **OPTIONS | {"schedule": "published"})
    job.cancel()
    until(lambda: not job.is_running)
    assert job.state["state"] == "cancelled"
    assert not list((home / "models").glob("ka2d*"))


def test_a_job_that_does_not_listen_is_ended(home):
    job = training(home, **OPTIONS | {"schedule": "published"})
    until(lambda: "done" in job.progress)
    os.kill(job.state["pid"], signal.SIGSTOP)
    job.cancel()
    until(lambda: not job.is_running)
    assert job.state == {"state": "cancelled"}
    # Two seconds are what a user is promised.
    assert GRACE < 2


def test_one_job_at_a_time(home):
    job = training(home, **OPTIONS | {"schedule": "published"})
    with pytest.raises(InputError, match=f"running already .{job.folder.name}"):
        training(home, kind="ridge")


def test_another_server_finds_a_running_job_and_can_cancel_it(home, monkeypatch):
    job = training(home, **OPTIONS | {"schedule": "published"})
    until(lambda: job.state["state"] == "running")
    from glassviz.jobs import job as module

    own = module._PROCESSES.copy()
    monkeypatch.setattr(module, "_PROCESSES", {})
    assert running().folder == job.folder
    Job(job.folder).cancel()
    # The dead process stays listed until its parent has asked for its end.
    until(lambda: own[job.folder].poll() is not None)
    assert job.state["state"] == "cancelled"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"kind": "magic"}, "kind is 'magic'"), ({"seeds": 0}, "seeds is 0"), ({"temperature": 0.7}, "temperature 0.7")],
)
def test_a_failure_is_one_sentence(home, options, sentence):
    where = {"data": [str(home / "data" / "small")], "temperature": 0.8, "folder": str(home / "models")}
    state = ended(start("train", **{"kind": "glassmlp", **where, **options}))
    assert state["state"] == "failed"
    assert sentence in state["sentence"]
    assert "\n" not in state["sentence"]


def test_an_unforeseen_end_is_told_and_logged(home):
    job = start("train", data=[str(home / "data" / "small")], temperature=0.8, folder=3, kind="ridge")
    assert ended(job)["state"] == "failed"
    assert job.state["sentence"].startswith("TypeError")
    assert "Traceback" in (job.folder / "log.txt").read_text()
