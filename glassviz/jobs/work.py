"""The process of a job: python -m glassviz.jobs.work FOLDER. Carries out the request and reports in the folder."""

import os
import signal
import sys
import time
import traceback
from pathlib import Path

from glassviz.errors import Cancelled, GlassvizError
from glassviz.jobs.job import PROGRESS, STATE, Job
from glassviz.publish import publish_json

PERIOD = 0.5
"""Seconds between two reports at least."""


class Report:
    """What a task calls while it works; ends it with Cancelled when the process was asked to stop."""

    def __init__(self, folder):
        self.folder, self.stop = folder, False
        self._content, self._losses = None, {}
        self._begin, self._first, self._last = time.monotonic(), None, -PERIOD
        signal.signal(signal.SIGTERM, self._asked)

    def _asked(self, *_):
        self.stop = True

    def progress(self, done, total):
        """Report how far the task is."""
        if self.stop:
            raise Cancelled
        now = time.monotonic() - self._begin
        if self._first is None:
            self._first = now, done
        # What an earlier run did counts as done, not as fast.
        seconds, steps = now - self._first[0], done - self._first[1]
        left = seconds / steps * (total - done) if steps else None
        self._content = {"done": done, "total": total, "seconds": now, "left": left}
        if now - self._last >= PERIOD:
            self._last = now
            self.publish()

    def publish(self):
        """Write the last report."""
        if self._content is not None:
            losses = {str(number): history for number, history in self._losses.items()}
            publish_json(self.folder / PROGRESS, {**self._content, "losses": losses})

    def watch(self, number, history):
        """Keep the losses of a type for the next report."""
        self._losses[number] = history


def train(report, data, temperature, **arguments):
    """tasks.train on a state point of the data folders."""
    from glassviz.dataset import Dataset
    from glassviz.tasks.train import train as carry_out

    point = Dataset(*data)[temperature]
    return carry_out(point, progress=report.progress, watch=report.watch, **arguments)


TASKS = {"train": train}


def main(folder):
    """Carry out one job; its end is written to state.json whatever it is."""
    folder = Path(folder)
    report, own = Report(folder), {"pid": os.getpid()}
    publish_json(folder / STATE, {"state": "running", **own})
    if hasattr(os, "nice"):
        os.nice(10)
    request = Job(folder).request
    try:
        result = TASKS[request["task"]](report, **request["arguments"])
        end = {"state": "done", "result": str(result)}
    except Cancelled:
        end = {"state": "cancelled"}
    except (GlassvizError, OSError, MemoryError) as error:
        end = {"state": "failed", "sentence": str(error) or type(error).__name__}
    except Exception as error:
        traceback.print_exc()
        end = {"state": "failed", "sentence": f"{type(error).__name__}: {error}"}
    report.publish()
    publish_json(folder / STATE, {**end, **own})


if __name__ == "__main__":
    main(sys.argv[1])
