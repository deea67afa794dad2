"""Start a job: the one door through which every job passes."""

import os
import subprocess
import sys
import time
from pathlib import Path

from glassviz.dataset import home
from glassviz.errors import InputError
from glassviz.jobs.job import LOG, REQUEST, STATE, Job, jobs, known_process
from glassviz.publish import publish_json

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def running():
    """The job that is at work, or None."""
    return next((job for job in jobs() if job.is_running), None)


def start(task, **arguments):
    """Run a task of `work.TASKS` in a process of its own, behind all others and on one thread; returns the Job.

    arguments : JSON-ready. Raises InputError while another job is running.
    """
    busy = running()
    if busy is not None:
        raise InputError(f"a {busy.request['task']} job is running already ({busy.folder.name}), expected none")
    folder = _new_folder(task)
    publish_json(folder / REQUEST, {"task": task, "arguments": arguments})
    publish_json(folder / STATE, {"state": "starting"})
    package = str(Path(__file__).resolve().parents[2])
    places = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    with open(folder / LOG, "w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "glassviz.jobs.work", str(folder)],
            env={**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": places},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C at the server is not meant for its jobs.
            start_new_session=True,
        )
    known_process(folder, process)
    return Job(folder)


def _new_folder(task):
    """A folder named after the time, so that the latest comes last."""
    name, number = time.strftime(f"%Y%m%d-%H%M%S-{task}"), 1
    while True:
        folder = home() / "runs" / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder
