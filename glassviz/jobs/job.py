"""A job on disk: a folder with request.json, state.json, progress.json and log.txt, each written whole.

request : {"task": name, "arguments": {...}}
state : {"state": "starting" | "running" | "done" | "failed" | "cancelled", "pid": of its process, "sentence": why it
    failed, "result": path of what it made}
progress : {"done", "total", "seconds" since the start, "left" seconds or None,
    "losses": {type: [[training, validation]] of every epoch}}
"""

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

from glassviz.dataset import home

REQUEST, STATE, PROGRESS, LOG, CANCEL = "request.json", "state.json", "progress.json", "log.txt", "cancel"
GRACE = 1.5
"""Seconds that a cancelled job has to save its state before its process is ended."""

AT_WORK = ("starting", "running")

_PROCESSES = {}
"""Processes that this server started, by folder."""


class Job:
    """One job, read from its folder anew each time it is asked."""

    def __init__(self, folder):
        self.folder = Path(folder)

    @property
    def request(self):
        """The task and its arguments."""
        return _read(self.folder / REQUEST)

    @property
    def progress(self):
        """How far it is; empty before the first report."""
        return _read(self.folder / PROGRESS)

    @property
    def state(self):
        """What state.json says; a process that is gone without a word was cancelled or has failed."""
        found, there = _read(self.folder / STATE), self._alive()
        if found.get("state") in AT_WORK and not there:
            # Its last word may have come between the two looks.
            found = _read(self.folder / STATE)
            if found.get("state") in AT_WORK:
                if (self.folder / CANCEL).exists():
                    return {"state": "cancelled"}
                return {"state": "failed", "sentence": f"its process ended early, see {self.folder / LOG}"}
        return found

    @property
    def is_running(self):
        """Whether its process is at work."""
        return self.state.get("state") in AT_WORK

    def cancel(self):
        """Ask the job to stop; it saves its state if it can do so in time, and is ended otherwise."""
        if self.is_running:
            (self.folder / CANCEL).touch()
            self._signal(signal.SIGTERM)
            Thread(target=self._end, daemon=True).start()

    def _end(self):
        end = time.monotonic() + GRACE
        while self._alive():
            if time.monotonic() > end:
                self._signal(signal.SIGKILL)
                return
            time.sleep(0.05)

    def _signal(self, number):
        with suppress(ProcessLookupError):
            os.kill(self._pid, number)

    @property
    def _pid(self):
        process = _PROCESSES.get(self.folder)
        return _read(self.folder / STATE).get("pid") if process is None else process.pid

    def _alive(self):
        process = _PROCESSES.get(self.folder)
        if process is not None:
            return process.poll() is None
        pid = self._pid
        if not isinstance(pid, int):
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        # The number may have passed on to another process since; where the system tells, its command says so.
        command = Path(f"/proc/{pid}/cmdline")
        return not command.exists() or str(self.folder).encode() in command.read_bytes()


def jobs():
    """All jobs of this user, the latest first."""
    folder = home() / "runs"
    return [Job(path) for path in sorted(folder.glob(f"*/{REQUEST}"), reverse=True) for path in [path.parent]]


def known_process(folder, process):
    """Remember the process of a job that this server started."""
    _PROCESSES[Path(folder)] = process


def _read(path):
    """A JSON object; empty where there is none yet or it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
