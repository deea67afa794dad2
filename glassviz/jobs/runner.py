"""The runner: carries out the job of a folder, once, whoever calls it; all that dask carries is the folder's path."""

import contextlib
import errno
import os
import time
import traceback

from glassviz.errors import Cancelled, GlassvizError
from glassviz.jobs.job import CANCEL, LOCK, Job
from glassviz.jobs.locks import held
from glassviz.jobs.report import Report
from glassviz.jobs.requests import request_of
from glassviz.jobs.slots import slot


def carry_out(folder, told=None, ends=False):
    """Do the job of a folder and return its state; nothing where another runner has it or it is done already."""
    job = Job(folder)
    with held(job.folder / LOCK) as mine:
        if not mine or job.state.get("state") != "queued":
            return job.state
        with Report(job, told, ends) as report:
            end = _end_of(job, report)
            report.publish()
            report.close(**{**end, "ended": time.time()})
        job.note(f"{end['state']}{': ' * bool(end.get('sentence'))}{end.get('sentence', '')}")
        (job.folder / CANCEL).unlink(missing_ok=True)
        return job.state


def in_worker(folder):
    """As carry_out, in a worker of its own: behind all others, its words in the job's log."""
    # The lowest place there is, however many jobs this worker has done.
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, 10)
    carry_out(folder, ends=True)


def _end_of(job, report):
    """Wait for a slot, work, and say how it ended; no failure goes further than this."""
    known = {"pid": os.getpid()}
    try:
        request = request_of(job.request["task"], job.request["arguments"], job.visitor)
        with slot(request.lane, report.look):
            known |= {"begun": time.time(), "device": request.device_name()}
            job.put(state="running", **known)
            job.note(f"begins on {known['device']}")
            result = request.run(report, job)
        for problem in request.problems:
            report.say(f"left out: {problem}")
        return {"state": "done", "result": str(result), **known}
    except Cancelled:
        return {"state": "cancelled", **known}
    except Exception as error:
        if not isinstance(error, GlassvizError | OSError | MemoryError):
            job.note(traceback.format_exc())
        return {"state": "failed", "sentence": sentence_of(error), **known}


def sentence_of(error):
    """What went wrong in one sentence that says what to do where that is known."""
    words = " ".join(str(error).split())
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" at {error.filename}" if error.filename else ""
        return f"the disk is full{where}: make room, then resume; what is finished is kept"
    # torch and CuPy have classes of their own for it, which are not loaded for this question.
    if isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__ or "not enough memory" in words:
        return f"out of memory: choose less at once, or a larger machine ({words or 'no more is known'})"
    if isinstance(error, GlassvizError | OSError):
        return words or type(error).__name__
    return f"{type(error).__name__}: {words} (see the log)"
