"""Results that are cheap to lose and dear to make again, on disk: named by the hash of what they were made from.

The folder is $GLASSVIZ_CACHE, or the platform's for caches; it may be deleted at any time. Beyond $GLASSVIZ_CACHE_GB
(default 2; 0 keeps nothing) the results that were not used for longest are removed.
"""

import hashlib
import os
from pathlib import Path

import numpy as np

from glassviz.errors import InputError
from glassviz.publish import publish

# Removing a fifth at once, not a file at a time, keeps the folder from being walked at every write.
_FILL = 0.8


def cache_folder():
    """Where results are kept."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("GLASSVIZ_CACHE") or user_cache_path("glassviz"))


def cached_array(kind, content, compute):
    """The array that compute() returns, from disk where it was computed before.

    kind : a word, the sub-folder; raise a number in it when the same content comes to mean another result
    content : numbers, words and arrays that decide the result
    A result that cannot be read is computed anew; one that cannot be written is returned all the same.
    """
    limit = _limit()
    path = cache_folder() / kind / f"{digest(content)}.npy"
    try:
        values = np.load(path, allow_pickle=False)
        # The time of change is the time of the last use.
        os.utime(path)
        return values
    except (OSError, ValueError, EOFError):
        pass
    values = np.asarray(compute())
    if values.nbytes < _FILL * limit:
        try:
            publish(path, lambda file: np.save(file, values, allow_pickle=False))
            trim(limit)
        except (OSError, InputError):
            pass
    return values


def trim(limit):
    """Remove what was not used for longest until the folder holds less than `limit` bytes; its size before."""
    entries = []
    for path in cache_folder().glob("*/*.npy"):
        try:
            status = path.stat()
        except OSError:
            # Another process was first.
            continue
        entries.append((status.st_mtime_ns, status.st_size, path))
    total = size = sum(entry[1] for entry in entries)
    if total <= limit:
        return total
    for _, length, path in sorted(entries):
        path.unlink(missing_ok=True)
        size -= length
        if size <= _FILL * limit:
            break
    return total


def _limit():
    text = os.environ.get("GLASSVIZ_CACHE_GB", "2")
    try:
        limit = float(text) * 1e9
    except ValueError:
        limit = -1.0
    if not 0 <= limit < np.inf:
        raise InputError(f"GLASSVIZ_CACHE_GB is {text!r}, expected a number of gigabytes from 0 on")
    return limit


def digest(content):
    """Hexadecimal SHA-256 of numbers, words and arrays, with their kinds and shapes."""
    sha = hashlib.sha256()
    for part in content:
        values = np.ascontiguousarray(part)
        sha.update(f"{values.dtype.str}{values.shape}:".encode())
        sha.update(values.tobytes())
    return sha.hexdigest()
