"""Slots: how many jobs work at once on this machine, whichever servers and commands started them."""

import contextlib
import os
import time

from glassviz.dataset import home
from glassviz.errors import InputError
from glassviz.jobs.locks import take

POLL = 0.3
"""Seconds between two looks at the slots."""


def number_of_slots():
    """Long jobs at once: $GLASSVIZ_SLOTS, or half of the cores, for a job keeps several busy."""
    text = os.environ.get("GLASSVIZ_SLOTS", "")
    if not text:
        return max(1, (os.cpu_count() or 1) // 2)
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise InputError(f"GLASSVIZ_SLOTS is {text!r}, expected a whole number from 1 on")
    return int(text)


@contextlib.contextmanager
def slot(lane, look):
    """Wait for a free slot of a lane ("long", "short", "gpu" or "trial") and hold it; look() is called while waiting.

    A short job never waits for long ones. look may raise Cancelled.
    """
    number = number_of_slots() if lane == "long" else 1
    while True:
        for k in range(number):
            descriptor = take(home() / "slots" / f"{lane}{k}.lock")
            if descriptor is not None:
                try:
                    yield
                finally:
                    os.close(descriptor)
                return
        look()
        time.sleep(POLL)
