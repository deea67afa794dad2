"""Jobs on the cluster and in this process: progress, cancelling, going on, failing, and who may."""

import errno
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import numpy as np
import pytest

from glassviz.access import GUEST, OWNER, Visitor
from glassviz.dataset import Dataset
from glassviz.errors import Cancelled, InputError, Refused
from glassviz.jobs import Job, find_job, here, jobs, resume, start
from glassviz.jobs import cluster as clusters
from glassviz.jobs.locks import held
from glassviz.jobs.report import GRACE, LOOK
from glassviz.jobs.requests import Train
from glassviz.jobs.runner import carry_out, sentence_of
from glassviz.learning import load_model
from glassviz.tasks.train import train
from tests.jobs.conftest import until

QUICK = {"lengths": [0.0, 1.0], "observables": ["density", "energy"], "seeds": 1, "schedule": "quick"}
LONG = {"kind": "glassmlp", "schedule": "published", "seeds": 64, "overwrite": True}
SMALL = {"temperature": 1.5, "number": 129, "replicas": 2, "test_replicas": 2, "until": 0.9, "cycles": 60}
ANNA = Visitor("anna", "student")


def where(home):
    return {"data": [str(home / "data" / "small")], "temperature": 0.8}


def training(home, visitor=OWNER, **options):
    """Start a training on the data set; by default one that takes long."""
    return start("train", visitor, **{**where(home), **LONG, **options})


def cancel_when_there(task):
    """Cancel the job of a task as soon as it waits or works."""
    until(lambda: jobs()[0].request.get("task") == task and jobs()[0].is_running)
    jobs()[0].cancel()


def ended(job):
    until(lambda: not job.is_running)
    return job.state


def test_a_job_reports_and_leaves_its_result(home):
    job = training(home, **QUICK)
    assert job.state["state"] == "queued"
    state = ended(job)
    assert state["state"] == "done", state
    model = load_model(state["result"])
    progress = job.progress
    assert progress["done"] <= progress["total"] == 300
    for number in model.types:
        np.testing.assert_array_equal(progress["losses"][str(number)], model.history[number])
    # Another process, the same numbers.
    own = load_model(train(Dataset(home / "data" / "small")[0.8], "glassmlp", home / "here", **QUICK))
    np.testing.assert_allclose(own.history[1], model.history[1], rtol=0.05)
    assert "begins on the processor" in job.log
    assert job.size > 0


def test_a_cancelled_job_stops_in_time_and_goes_on_where_it_was(home):
    job = training(home)
    until(lambda: job.progress.get("done", 0) > 40)
    job.cancel()
    until(lambda: job.state["state"] == "cancelled", patience=4)
    before = job.progress
    resume(job)
    until(lambda: job.state["state"] == "running" and job.progress["done"] > before["done"])
    assert job.progress["losses"]["1"][:20] == before["losses"]["1"][:20]


@pytest.mark.parametrize("times", [1, 3])
def test_a_killed_worker_leaves_an_interrupted_job_that_loses_nothing(home, times):
    folder = home / "data" / f"killed{times}"
    job = start("simulate", **SMALL, train=6, validation=0, test=0, output=str(folder))
    for round_ in range(1, times + 1):
        until(lambda n=round_: len(list(folder.glob("T*/*.h5"))) >= n and job.state["state"] == "running")
        finished = {path: path.stat().st_mtime_ns for path in folder.glob("T*/*.h5")}
        os.kill(job.state["pid"], signal.SIGKILL)
        until(lambda: job.state["state"] == "interrupted")
        assert "killed" in job.state["sentence"]
        assert len(Dataset(folder)[1.5]) >= len(finished)
        resume(job)
    assert ended(job)["state"] == "done"
    point = Dataset(folder)[1.5]
    assert [record.index for record in point.records] == list(range(6))
    for path, written in finished.items():
        assert path.stat().st_mtime_ns == written


def test_one_folder_is_carried_out_once_whoever_calls(home):
    job = training(home)
    until(lambda: job.state["state"] == "running")
    before = job.state
    # The lock is held, so that this comes back at once with what the other has written.
    assert carry_out(job.folder)["pid"] == before["pid"]
    job.cancel()
    ended(job)
    # Cancelled, so that nothing is queued.
    assert carry_out(job.folder)["state"] == "cancelled"


def test_long_jobs_wait_for_their_slot_and_short_ones_do_not(home):
    with held(home / "slots" / "long0.lock") as mine:
        assert mine
        waiting = start("train", **where(home), kind="ridge", overwrite=True)
        short = start("heterogeneity", **where(home))
        assert ended(short)["state"] == "done"
        assert short.state["result"].endswith("heterogeneity.csv")
        assert waiting.state["state"] == "queued"
        # One in this process, as of a command, waits for the same slot, and can be cancelled there.
        Thread(target=cancel_when_there, args=("simulate",)).start()
        with pytest.raises(Cancelled):
            here("simulate", **SMALL, train=1, validation=0, test=0, output=str(home / "data" / "hurry"))
        assert jobs()[0].request["task"] == "simulate"
        assert not (home / "data" / "hurry").exists()
        assert waiting.state["state"] == "queued"
    assert ended(waiting)["state"] == "done"


def test_a_command_is_a_job_too(home):
    told = []
    folder = here("train", lambda *state: told.append(state), **where(home), kind="ridge", overwrite=True)
    assert load_model(folder).kind == "ridge"
    assert told[-1][0] == told[-1][1]
    job = jobs()[0]
    assert job.state["state"] == "done"
    assert job.state["result"] == folder
    with pytest.raises(InputError, match="is done, expected one that is interrupted"):
        resume(job)


def test_a_command_stops_when_its_job_is_cancelled(home):
    def told(done, total, stage):
        if done > 5:
            next(job for job in jobs() if job.is_running).cancel()

    with pytest.raises(Cancelled):
        here("train", told, **where(home), **LONG)
    assert jobs()[0].state["state"] == "cancelled"


@pytest.mark.parametrize(
    ("task", "arguments", "sentence"),
    [
        ("magic", {}, "task is 'magic', expected one of simulate"),
        ("train", {"kind": "magic"}, "kind is 'magic', expected one of glassmlp, ridge"),
        ("train", {"seeds": 0}, "seeds is 0, expected a whole number from 1 to 64"),
        ("train", {"temperature": 0.7}, "temperature 0.7 is not in the data set"),
        ("train", {"kind": "ridge", "seeds": 2}, "seeds is no option of ridge"),
        ("train", {"colour": 1}, "colour is no parameter of train"),
        ("simulate", {"temperature": float("nan")}, "temperature is nan, expected a number above 0 to 20"),
        ("simulate", {"replicas": 3}, "replicas are 3, expected an even number"),
        ("simulate", {"device": "cuda"}, "on the processor it would take about"),
        ("predict", {"model": "none"}, "model is 'none', expected the name of a stored model"),
        ("film", {}, "temperature 0.3 is not in the data set"),
        ("heterogeneity", {"low": 1.0, "high": 0.5}, "expected low below high"),
    ],
)
def test_what_cannot_work_is_refused_before_there_is_a_folder(home, task, arguments, sentence):
    number = len(jobs())
    given = {"data": [str(home / "data" / "small")]} | ({"temperature": 0.8} if task != "film" else {}) | arguments
    if task == "simulate":
        del given["data"]
    with pytest.raises(InputError, match=sentence):
        start(task, **given)
    assert len(jobs()) == number


def test_a_failure_is_one_sentence_and_the_log_has_the_rest(home, monkeypatch):
    def run(self, report, job):
        raise KeyError("unforeseen")

    monkeypatch.setattr(Train, "run", run)
    with pytest.raises(Exception, match="KeyError: 'unforeseen' .see the log."):
        here("train", **where(home), **LONG)
    job = jobs()[0]
    assert job.state["state"] == "failed"
    assert "Traceback" in job.log


def test_a_full_disk_and_too_little_memory_are_said_as_such():
    full = sentence_of(OSError(errno.ENOSPC, "No space left on device", "/data/x.h5"))
    assert full.startswith("the disk is full at /data/x.h5: make room, then resume")
    assert "out of memory" in sentence_of(np._core._exceptions._ArrayMemoryError((10**9,), np.dtype(float)))
    assert "out of memory" in sentence_of(RuntimeError("DefaultCPUAllocator: not enough memory: you tried"))
    assert sentence_of(InputError("T is 3")) == "T is 3"


def test_names_and_deleting(home):
    here("train", **where(home), kind="ridge", overwrite=True)
    job = jobs()[0]
    job.rename("  my   first ")
    assert Job(job.folder).title == "my first"
    job.rename("")
    assert job.title == job.name
    with pytest.raises(InputError, match="81 letters"):
        job.rename("x" * 81)
    job.delete()
    assert not job.folder.exists()
    assert job.name not in [other.name for other in jobs()]
    busy = training(home)
    with pytest.raises(InputError, match="is at work"):
        busy.delete()
    assert busy.folder.exists()


def test_roles_are_kept_by_the_jobs_themselves(home):
    with pytest.raises(Refused, match="only for those who have logged in"):
        training(home, GUEST)
    with pytest.raises(Refused, match="simulate is not for students"):
        start("simulate", ANNA, **SMALL)
    with pytest.raises(Refused, match="output is chosen by the owner"):
        training(home, ANNA, output=str(home))
    with pytest.raises(Refused, match="is outside the data of anna"):
        start("train", ANNA, data=["/etc"], temperature=0.8)
    # Asked for at the same moment, as from several tabs, they count each other.
    with ThreadPoolExecutor(6) as tabs:
        asked = [tabs.submit(training, home, ANNA) for _ in range(6)]
    mine = [tab.result() for tab in asked if tab.exception() is None]
    assert len(mine) == 2
    assert all("2 of your jobs wait or run already" in str(tab.exception()) for tab in asked if tab.exception())
    assert mine[0].folder.is_relative_to(home / "users" / "anna" / "jobs")
    assert {job.name for job in jobs(ANNA)} >= {job.name for job in mine}
    # A teacher sees them, another student and a guest do not.
    assert find_job(mine[0].name, Visitor("tom", "teacher")).visitor == ANNA
    for other in (Visitor("ben", "student"), GUEST):
        with pytest.raises(Refused, match="there is no job"):
            find_job(mine[0].name, other)
    until(lambda: "running" in [job.state["state"] for job in mine])
    for job in mine:
        job.cancel()
    assert [ended(job)["state"] for job in mine] == ["cancelled"] * 2


def test_a_cluster_of_ones_own(home, monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setenv("GLASSVIZ_SCHEDULER", "http://somewhere")
    assert "expected tls://host:port" in ended(training(home, kind="ridge", schedule="published", seeds=4))["sentence"]
    options = {"processes": False, "dashboard_address": None, "host": "127.0.0.1"}
    with LocalCluster(n_workers=1, threads_per_worker=1, protocol="tcp://", **options) as own:
        monkeypatch.setenv("GLASSVIZ_SCHEDULER", own.scheduler_address)
        job = start("train", **where(home), kind="ridge", overwrite=True)
        assert ended(job)["state"] == "done"
        # In a thread of this process, which the worker of this cluster is.
        assert job.state["pid"] == os.getpid()
        clusters._clients.pop(own.scheduler_address).close()


def test_what_waits_behind_a_job_outlives_its_end(home):
    first = training(home)
    until(lambda: first.state["state"] == "running")
    behind = [start("train", **where(home), kind="ridge", overwrite=True) for _ in range(2)]
    # One that waits is taken out at once.
    behind[0].cancel()
    assert behind[0].state["state"] == "cancelled"
    os.kill(first.state["pid"], signal.SIGKILL)
    until(lambda: first.state["state"] == "interrupted", patience=5)
    assert ended(behind[1])["state"] == "done"
    assert first.state["state"] == "interrupted"
    # Nor does it matter that dask may not have let go of them.
    resume(behind[0])
    assert ended(behind[0])["state"] == "done"
    resume(first)
    until(lambda: first.state["state"] == "running")


def test_only_who_asked_goes_on_with_a_job_and_with_the_rights_of_now(home):
    teacher, demoted = Visitor("carl", "teacher"), Visitor("carl", "student")
    job = start("simulate", teacher, **SMALL, train=400, validation=0, test=0)
    until(lambda: job.state["state"] == "running")
    job.cancel()
    ended(job)
    with pytest.raises(Refused, match="simulate is not for students"):
        resume(job, visitor=demoted)
    with pytest.raises(Refused, match="is of carl, who alone may do this"):
        find_job(job.name, Visitor("tom", "teacher"), own=True)
    assert find_job(job.name, OWNER, own=True).name == job.name
    # A system of another size is a data set of its own.
    assert (home / "users" / "carl" / "data" / "ka2d_129").is_dir()


def test_a_task_in_ones_own_python_is_not_ended_with_it(home, monkeypatch):
    def run(self, report, job):
        job.cancel()
        time.sleep(LOOK + GRACE + 1)
        report.look()

    monkeypatch.setattr(Train, "run", run)
    with pytest.raises(Cancelled):
        here("train", **where(home), **LONG)
