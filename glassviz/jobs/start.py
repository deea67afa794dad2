"""Start a job: the one door through which every job passes, from the app, the command line and Python."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from glassviz.access import OWNER, count
from glassviz.errors import Cancelled, GlassvizError, InputError, Refused
from glassviz.jobs.cluster import SCHEDULER, client, resources
from glassviz.jobs.estimates import simulation_time
from glassviz.jobs.job import CANCEL, REQUEST, RESUMABLE, WAITING, Job, jobs
from glassviz.jobs.locks import take
from glassviz.jobs.requests import request_of
from glassviz.jobs.runner import carry_out, in_worker, sentence_of
from glassviz.publish import publish_json
from glassviz.words import span

# One thread, so that jobs are queued in the order of their start; the server's event loop never waits for a cluster.
_queue = ThreadPoolExecutor(1, thread_name_prefix="jobs")


def start(task, visitor=OWNER, **arguments):
    """Queue a task for the cluster; returns its Job at once.

    arguments : JSON-ready, as the parameters of the task's class in jobs.requests
    Raises InputError for a wrong argument, Refused for what is not for this visitor or one job too many.
    """
    return _submit(_create(task, visitor, arguments))


def here(task, told=None, visitor=OWNER, **arguments):
    """Do a task as a job in this very process; returns what `run` of its class does, as text.

    told(done, total, stage) : hears the progress. Raises GlassvizError when it fails and Cancelled when it is stopped.
    """
    job = _create(task, visitor, arguments)
    # Held like the queue's: nobody may take it for interrupted before it begins.
    waiting = take(job.folder / WAITING)
    try:
        state = carry_out(job.folder, told)
    finally:
        os.close(waiting)
    return _result(state)


def resume(job, wait=False, told=None):
    """Go on with a job that was interrupted, cancelled or has failed; with `wait` in this process.

    Raises InputError for one that is at work or done.
    """
    state = job.state.get("state")
    if state not in RESUMABLE:
        raise InputError(f"job {job.name} is {state}, expected one that is {', '.join(RESUMABLE)}")
    job.visitor.require_task(job.request["task"])
    _check_number(job.visitor)
    count(job.visitor)
    (job.folder / CANCEL).unlink(missing_ok=True)
    job.note("resumed")
    if not wait:
        return _submit(job)
    job.put(state="queued")
    return _result(carry_out(job.folder, told))


def _result(state):
    if state["state"] == "cancelled":
        raise Cancelled
    if state["state"] != "done":
        raise GlassvizError(state.get("sentence", f"the job is {state['state']}"))
    return state["result"]


def _create(task, visitor, arguments):
    """A new folder with the request; nothing is left of one that is refused."""
    request = request_of(task, arguments, visitor)
    visitor.require_task(task)
    request.check()
    _check_gpu(request)
    _check_number(visitor)
    count(visitor)
    folder = _new_folder(visitor, task)
    own = {"visitor": asdict(visitor), "asked": time.time()}
    publish_json(folder / REQUEST, {"task": task, "arguments": request.arguments(), **own})
    job = Job(folder)
    job.put(state="queued")
    return job


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


def _check_number(visitor):
    busy = sum(job.is_running for job in jobs(visitor) if job.visitor == visitor)
    if busy >= visitor.rights.jobs:
        raise Refused(f"{busy} of your jobs wait or run already, expected at most {visitor.rights.jobs} at once")


def _submit(job):
    """Hand the folder to the cluster, in a thread of its own; until it is done the lock `waiting` says so."""
    waiting = take(job.folder / WAITING, patience=1.0)
    if waiting is None:
        raise InputError(f"job {job.name} is queued already")
    job.put(state="queued")
    _queue.submit(_to_cluster, job, waiting)
    return job


def _to_cluster(job, waiting):
    try:
        lane = request_of(job.request["task"], job.request["arguments"], job.visitor).lane
        # The same key twice would be the same work: a job that is resumed is another task for dask.
        key = f"{job.name}-{time.time_ns()}"
        future = client().submit(in_worker, str(job.folder), key=key, resources=resources(lane), pure=False)
        _futures.add(future)
        future.add_done_callback(lambda done: (_futures.discard(done), os.close(waiting)))
    except Exception as error:
        job.put(state="failed", sentence=sentence_of(error), ended=time.time())
        job.note(repr(error))
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
