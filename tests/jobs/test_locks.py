"""Locks are free when their holder is, however it ended; a task that does not listen is ended."""

import signal
import subprocess
import sys
import time

from glassviz.jobs.job import CANCEL, Job
from glassviz.jobs.locks import held, is_held, take
from glassviz.jobs.report import GRACE, LOOK, STOPPED
from tests.jobs.conftest import until

HOLD = """
import sys, time
from glassviz.jobs.locks import take
take(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""
DEAF = """
import sys, time
from glassviz.jobs.job import Job
from glassviz.jobs.report import Report
job = Job(sys.argv[1])
job.put(state="running", pid=1)
with Report(job, ends=True):
    print("works", flush=True)
    time.sleep(60)
"""


def test_a_lock_excludes_and_can_be_looked_at(tmp_path):
    path = tmp_path / "lock"
    assert not is_held(path)
    with held(path) as mine:
        assert mine
        assert is_held(path)
        with held(path, patience=0.1) as other:
            assert not other
    assert not is_held(path)
    assert take(path) is not None


def test_a_lock_ends_with_its_holder(tmp_path):
    path = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE)
    holder.stdout.readline()
    assert is_held(path)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not is_held(path)


def test_who_only_looks_is_waited_for(tmp_path):
    path = tmp_path / "lock"
    path.touch()
    seen = []
    # Many looks beside many tries: none of the tries may fail for a look.
    looker = subprocess.Popen(
        [sys.executable, "-c", f"from glassviz.jobs.locks import is_held\nwhile True: is_held({str(path)!r})"]
    )
    try:
        for _ in range(200):
            with held(path) as mine:
                seen.append(mine)
    finally:
        looker.kill()
        looker.wait()
    assert all(seen)


def test_a_task_that_does_not_listen_is_ended_within_two_seconds(tmp_path):
    deaf = subprocess.Popen([sys.executable, "-c", DEAF, str(tmp_path)], stdout=subprocess.PIPE)
    deaf.stdout.readline()
    begin = time.monotonic()
    (tmp_path / CANCEL).touch()
    assert deaf.wait(timeout=20) == STOPPED
    assert time.monotonic() - begin < 5
    # What a user is promised, on a machine that is not busy.
    assert LOOK + GRACE < 2
    until(lambda: not Job(tmp_path).is_running)
    assert (tmp_path / "state.json").read_text().count("cancelled") == 1
