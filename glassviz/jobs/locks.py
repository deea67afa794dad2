"""Locks that end with their holder: flock on a file, held for life, freed by the system however the holder dies."""

import contextlib
import fcntl
import os
import time
from pathlib import Path

PATIENCE = 1.0
"""Seconds for which a lock is asked for: whoever only looks at it holds it for a moment."""


def take(path, patience=0.0):
    """An open file descriptor that holds the lock, or None where another holds it; os.close frees it."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                os.close(descriptor)
                return None
            time.sleep(0.02)
        except BaseException:
            os.close(descriptor)
            raise
        else:
            return descriptor


@contextlib.contextmanager
def held(path, patience=PATIENCE):
    """Hold the lock of a file; yields False where another holds it."""
    descriptor = take(path, patience)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def is_held(path):
    """Whether somebody holds the lock of a file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        # Shared, so that two who look do not see each other.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
