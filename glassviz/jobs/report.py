"""What a task calls while it works: progress, losses and pictures into the job's folder, and the look for a cancel."""

import os
import time
from threading import Event, Lock, Thread

from glassviz.errors import Cancelled
from glassviz.jobs.job import CANCEL, PICTURE, PROGRESS
from glassviz.publish import publish, publish_json

PERIOD = 0.5
"""Seconds between two reports at least."""
LOOK = 0.4
"""Seconds between two looks for a cancel."""
GRACE = 1.4
"""Seconds that a cancelled task has until its next report; then its process is ended."""
STOPPED = 130
"""Exit status of a process that was ended in the middle of its work."""


class Report:
    """Reports of one job; ends it with Cancelled once its folder holds a cancel.

    ends : whether a task that does not listen within GRACE is ended with its process
    told(done, total, stage) : hears the progress, too; may raise Cancelled. Where it has `watch` and `say`, as the bar
        of a command has, it hears losses and lines of the log
    """

    def __init__(self, job, told=None, ends=False):
        self.job, self.told, self._ends = job, told, ends
        self._last_word = Lock()
        self._cancelled, self._over = Event(), Event()
        self._content, self._losses = None, {}
        self._stage, self._begin, self._first, self._last = None, time.monotonic(), None, -PERIOD

    def progress(self, done, total, stage=""):
        """Report how far the task is; numbers count within a stage."""
        self.look()
        if self.told is not None:
            self.told(done, total, stage)
        now = time.monotonic() - self._begin
        if stage != self._stage or self._first is None:
            self._stage, self._first = stage, (now, done)
            if stage:
                self.job.note(stage)
        # What an earlier run did counts as done, not as fast.
        seconds, steps = now - self._first[0], done - self._first[1]
        left = seconds / steps * (total - done) if steps > 0 else None
        numbers = {"done": float(done), "total": float(total)}
        self._content = {**numbers, "stage": stage, "seconds": now, "left": left}
        if now - self._last >= PERIOD:
            self._last = now
            self.publish()

    def watch(self, name, history):
        """Keep the losses of a type or a stage for the next report."""
        self._losses[str(name)] = [[float(value) for value in row] for row in history]
        if hasattr(self.told, "watch"):
            self.told.watch(name, history)

    def say(self, line):
        """Write a line into the log."""
        self.job.note(line)
        if hasattr(self.told, "say"):
            self.told.say(line)

    def picture(self, content):
        """Show a picture, PNG bytes, of what is there so far."""
        publish(self.job.folder / PICTURE, lambda file: file.write(content))

    def publish(self):
        """Write the last report."""
        if self._content is not None:
            publish_json(self.job.folder / PROGRESS, {**self._content, "losses": self._losses})

    def look(self):
        """Raise Cancelled once somebody has asked for it."""
        if self._cancelled.is_set():
            raise Cancelled

    def close(self, **state):
        """Write the last state; no cancel ends the process after it."""
        with self._last_word:
            self._over.set()
            self.job.put(**state)

    def __enter__(self):
        Thread(target=self._watch_for_cancel, daemon=True, name="cancel").start()
        return self

    def __exit__(self, *error):
        self._over.set()

    def _watch_for_cancel(self):
        while not self._over.wait(LOOK):
            if (self.job.folder / CANCEL).exists():
                self._cancelled.set()
                if self._ends and not self._over.wait(GRACE):
                    with self._last_word:
                        if not self._over.is_set():
                            # Deep in a kernel or waiting for others: what is finished lies on disk.
                            self.job.put(**(self.job.state | {"state": "cancelled", "ended": time.time()}))
                            os._exit(STOPPED)
                return
