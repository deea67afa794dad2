"""A job on disk: a folder with its request, state, progress, log, checkpoints and result, each file written whole.

request.json : {"task", "arguments", "visitor": {"name", "role"}, "asked": time}
state.json : {"state": "queued" | "running" | "done" | "failed" | "cancelled", "sentence": why,
    "result": path of what it made, "begun", "ended": times, "device": what it ran on, "pid"}
progress.json : {"done", "total", "stage", "seconds" since the start, "left" seconds or None,
    "losses": {name: [[training, validation] of every epoch]}}
lock : held by the runner for life; waiting : held by whoever has queued the job
A job that says running whose lock is free was interrupted. Times are seconds since 1970.
"""

import json
import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path

from glassviz.access import OWNER, Visitor
from glassviz.dataset import home
from glassviz.errors import InputError, Refused
from glassviz.jobs.locks import held, is_held
from glassviz.publish import publish, publish_json

REQUEST, STATE, PROGRESS, LOG, CANCEL = "request.json", "state.json", "progress.json", "log.txt", "cancel"
TITLE, PICTURE, LOCK, WAITING = "title.txt", "partial.png", "lock", "waiting"
AT_WORK = ("queued", "running")
RESUMABLE = ("interrupted", "cancelled", "failed")
LONGEST_TITLE = 80


class Job:
    """One job, read from its folder anew each time it is asked."""

    def __init__(self, folder):
        self.folder = Path(folder)

    @property
    def name(self):
        """The name of its folder: when it was asked for, and its task."""
        return self.folder.name

    @property
    def title(self):
        """What a user has called it, else its name."""
        with suppress(OSError):
            return (self.folder / TITLE).read_text(encoding="utf-8").strip() or self.name
        return self.name

    @property
    def request(self):
        """The task, its arguments, and who asked."""
        return _read(self.folder / REQUEST)

    @property
    def visitor(self):
        """The Visitor who asked for it."""
        return Visitor(**self.request.get("visitor", {}))

    @property
    def progress(self):
        """How far it is; empty before the first report."""
        return _read(self.folder / PROGRESS)

    @property
    def log(self):
        """What it wrote down, as text."""
        with suppress(OSError):
            return (self.folder / LOG).read_text(encoding="utf-8", errors="replace")
        return ""

    @property
    def picture(self):
        """Path of a picture of what is there so far, or None."""
        path = self.folder / PICTURE
        return path if path.exists() else None

    @property
    def state(self):
        """What state.json says, and "interrupted" where nobody works on it any more."""
        found = _read(self.folder / STATE)
        if self._abandoned(found):
            # Its last word may have come between the two looks.
            found = _read(self.folder / STATE)
            if self._abandoned(found):
                why = (
                    "its process ended without a word (killed, or out of memory); resume goes on from what is finished"
                )
                return {**found, "state": "interrupted", "sentence": why}
        return found

    @property
    def is_running(self):
        """Whether it waits or works."""
        return self.state.get("state") in AT_WORK

    @property
    def size(self):
        """Bytes of its folder."""
        total = 0
        for path in self.folder.rglob("*"):
            with suppress(OSError):
                total += path.lstat().st_size
        return total

    def cancel(self):
        """Ask it to stop: whoever works on it looks for this file every half second; one that waits is taken out."""
        if not self.is_running:
            return
        (self.folder / CANCEL).touch()
        with held(self.folder / LOCK, patience=0) as mine:
            if mine and _read(self.folder / STATE).get("state") == "queued":
                self.put(state="cancelled", ended=time.time())
                (self.folder / CANCEL).unlink(missing_ok=True)

    def rename(self, title):
        """Call it something else; an empty title takes the name back."""
        title = " ".join(str(title).split())
        if len(title) > LONGEST_TITLE:
            raise InputError(f"the name has {len(title)} letters, expected at most {LONGEST_TITLE}")
        publish(self.folder / TITLE, lambda file: file.write(title.encode()))

    def delete(self):
        """Remove its folder with checkpoints and result; InputError while it is at work."""
        if self.is_running or is_held(self.folder / LOCK):
            raise InputError(f"job {self.name} is at work, expected one that has ended: cancel it first")
        # One rename takes it out of every list; what follows may take its time.
        gone = self.folder.with_name(f".{self.name}.{uuid.uuid4().hex}.deleted")
        self.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def put(self, **state):
        """Publish a state."""
        publish_json(self.folder / STATE, state)

    def note(self, *lines):
        """Add lines to the log."""
        with open(self.folder / LOG, "a", encoding="utf-8") as log:
            log.writelines(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n" for line in lines)

    def _abandoned(self, found):
        """Whether a state says that somebody waits or works, and nobody does."""
        if found.get("state") not in AT_WORK or is_held(self.folder / LOCK):
            return False
        return found["state"] == "running" or not is_held(self.folder / WAITING)


def jobs(visitor=OWNER):
    """All jobs that a visitor may see, the latest first: their own, and everybody's for an owner or a teacher."""
    places = [home(), *sorted((home() / "users").glob("*/"))] if visitor.rights.everyone else [visitor.home]
    if visitor.role == "guest":
        return []
    found = [Job(path.parent) for place in places for path in (place / "jobs").glob(f"[!.]*/{REQUEST}")]
    return sorted(found, key=lambda job: job.name, reverse=True)


def find_job(name, visitor=OWNER, own=False):
    """The job of a name that a visitor may see; Refused where there is none, whoever else may have one.

    own : whether it must be the visitor's: a teacher sees and cancels the jobs of others and does no more with them
    """
    for job in jobs(visitor):
        if job.name == name:
            if own and visitor.role != "owner" and job.visitor.name != visitor.name:
                raise Refused(f"job {name} is of {job.visitor.name or 'the owner'}, who alone may do this")
            return job
    raise Refused(f"there is no job {name!r} of yours")


def _read(path):
    """A JSON object; empty where there is none yet or it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
