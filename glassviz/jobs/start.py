"""Start a job: the one door through which every job passes, from the app, the command line and Python."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict

from glassviz.access import OWNER, count
from glassviz.errors import Cancelled, GlassvizError, InputError, Refused
from glassviz.jobs.cluster import SCHEDULER, client, resources
from glassviz.jobs.estimates import simulation_time
from glassviz.jobs.job import CANCEL, REQUEST, RESUMABLE, WAITING, Job, jobs
from glassviz.jobs.locks import held, take
from glassviz.jobs.requests import request_of
from glassviz.jobs.runner import carry_out, in_worker, sentence_of
from glassviz.publish import publish_json
from glassviz.words import span

# One thread, so that jobs are queued in the order of their start; the server's event loop never waits for a cluster.
_queue = ThreadPoolExecutor(1, thread_name_prefix="jobs")
ASKING = 5.0
"""Seconds for which a job waits while another of the same visitor is being queued."""
TRIES = 5
"""How often a job that never began is handed to the cluster."""


def start(task, visitor=OWNER, **arguments):
    """Queue a task for the cluster; returns its Job at once.

    arguments : JSON-ready, as the parameters of the task's class in jobs.requests
    Raises InputError for a wrong argument, Refused for what is not for this visitor or one job too many.
    """
    return _submit(*_create(task, visitor, arguments))


def here(task, told=None, visitor=OWNER, ends=False, **arguments):
    """Do a task as a job in this very process; returns what `run` of its class does, as text.

    told(done, total, stage) : hears the progress
    ends : whether a cancel may end this process where the task does not listen in time, as that of a command
    Raises GlassvizError when it fails and Cancelled when it is stopped.
    """
    return _in_this_process(*_create(task, visitor, arguments), told, ends)


def resume(job, wait=False, told=None, visitor=OWNER, ends=False):
    """Go on with a job that was interrupted, cancelled or has failed; with `wait` in this process.

    visitor : who asks, with the rights of now; told, ends : as in `here`
    Raises InputError for one that is at work or done, Refused for what is not for the visitor.
    """
    state = job.state.get("state")
    if state not in RESUMABLE:
        raise InputError(f"job {job.name} is {state}, expected one that is {', '.join(RESUMABLE)}")
    request = job.request
    if job.visitor.name == visitor.name:
        # A role may have changed since.
        publish_json(job.folder / REQUEST, {**request, "visitor": asdict(visitor)})
    visitor.require_task(request["task"])
    with _one_more(visitor):
        (job.folder / CANCEL).unlink(missing_ok=True)
        job.note("resumed")
        waiting = _queued(job)
    return _in_this_process(job, waiting, told, ends) if wait else _submit(job, waiting)


def _in_this_process(job, waiting, told, ends):
    """Carry out a job, seen by all as waiting until it works."""
    if waiting is None:
        raise InputError(f"job {job.name} is queued already")
    try:
        state = carry_out(job.folder, told, ends)
    finally:
        os.close(waiting)
    return _result(state)


def _result(state):
    if state["state"] == "cancelled":
        raise Cancelled
    if state["state"] != "done":
        raise GlassvizError(state.get("sentence", f"the job is {state['state']}"))
    return state["result"]


def _create(task, visitor, arguments):
    """(Job in a new folder with the request, its lock `waiting`); nothing is left of one that is refused."""
    request = request_of(task, arguments, visitor)
    visitor.require_task(task)
    request.check()
    _check_gpu(request)
    with _one_more(visitor):
        job = Job(_new_folder(visitor, task))
        own = {"visitor": asdict(visitor), "asked": time.time()}
        publish_json(job.folder / REQUEST, {"task": task, "arguments": request.arguments(), **own})
        return job, _queued(job)


def _queued(job):
    """Say that a job is queued; the lock `waiting` that makes it true, or None where somebody holds it already."""
    waiting = take(job.folder / WAITING, patience=1.0)
    job.put(state="queued")
    return waiting


def _check_gpu(request):
    """InputError where the job wants a GPU and this machine has none; a simulation says what the processor needs."""
    if request.lane != "gpu" or os.environ.get(SCHEDULER):
        return
    there, words = request.gpu()
    if there:
        return
    request.device = "cpu"
    if request.task == "simulate":
        seconds = simulation_time(request)
        words += f"; on the processor it would take about {span(seconds)}" if seconds == seconds else ""
    raise InputError(words)


@contextmanager
def _one_more(visitor):
    """Where one more job of a visitor is queued within limits; two that are asked for at once count each other."""
    with held(visitor.home / "jobs" / ".asking", patience=ASKING) as alone:
        if not alone:
            raise Refused(f"other jobs of yours have been asked for during {ASKING:g} s, expected one at a time")
        _check_number(visitor)
        count(visitor)
        yield


def _check_number(visitor):
    busy = sum(job.is_running for job in jobs(visitor) if job.visitor == visitor)
    if busy >= visitor.rights.jobs:
        raise Refused(f"{busy} of your jobs wait or run already, expected at most {visitor.rights.jobs} at once")


def _submit(job, waiting):
    """Hand the folder to the cluster, in a thread of its own; until it is done the lock `waiting` says so."""
    # Where the lock is held a runner is on its way, which finds it queued again.
    if waiting is not None:
        _queue.submit(_to_cluster, job, waiting, TRIES)
    return job


def _to_cluster(job, waiting, tries):
    try:
        lane = request_of(job.request["task"], job.request["arguments"], job.visitor).lane
        # The same key twice would be the same work: a job that is resumed is another task for dask.
        key = f"{job.name}-{time.time_ns()}"
        future = client().submit(in_worker, str(job.folder), key=key, resources=resources(lane), pure=False)
        _futures.add(future)
        future.add_done_callback(lambda done: _ended(done, job, waiting, tries))
    except Exception as error:
        job.put(state="failed", sentence=sentence_of(error), ended=time.time())
        job.note(repr(error))
        os.close(waiting)


def _ended(future, job, waiting, tries):
    """Let go of a job that dask is done with; one that was queued again meanwhile is handed to it again."""
    _futures.discard(future)
    if job.state.get("state") == "queued" and tries > 1:
        # No new work when this process ends: what is queued is then interrupted.
        with suppress(RuntimeError):
            _queue.submit(_to_cluster, job, waiting, tries - 1)
            return
    os.close(waiting)


# dask drops the work of a future that nobody holds.
_futures = set()


def _new_folder(visitor, task):
    """A folder named after the time, so that the latest comes last, and after whoever has an account."""
    name, number = time.strftime(f"%Y%m%d-%H%M%S-{task}") + f"@{visitor.name}" * bool(visitor.name), 1
    while True:
        folder = visitor.home / "jobs" / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder
