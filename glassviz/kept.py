"""Results that all visitors of one process share: worked out once, however many ask at the same time."""

from collections import OrderedDict
from threading import Lock

LARGEST = 500_000_000
"""Bytes of arrays that are kept; beyond, those that were not used for longest go first."""


class Kept:
    """Results by keys that name all they depend on. What has no bytes of arrays counts nothing."""

    def __init__(self, largest=LARGEST):
        self._largest, self._size = largest, 0
        self._found, self._working, self._lock = OrderedDict(), {}, Lock()

    def get(self, key):
        """The result where it is known already, else None."""
        with self._lock:
            found, _ = self._found.get(key, (None, 0))
            if key in self._found:
                self._found.move_to_end(key)
            return found

    def once(self, key, compute):
        """The result of compute(), from before where it is known; who asks for the same meanwhile waits for it."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key][0]
            working = self._working.setdefault(key, [Lock(), 0])
            working[1] += 1
        try:
            with working[0]:
                with self._lock:
                    if key in self._found:
                        return self._found[key][0]
                found = compute()
                self._put(key, found)
                return found
        finally:
            with self._lock:
                # Who still waits goes on with the same lock, also where the work was given up.
                working[1] -= 1
                if not working[1]:
                    del self._working[key]

    def _put(self, key, found):
        with self._lock:
            self._size -= self._found.pop(key, (None, 0))[1]
            self._found[key] = found, _bytes_of(found)
            self._size += self._found[key][1]
            for old in list(self._found)[:-1] if self._size > self._largest else ():
                if self._found[old][1]:
                    self._size -= self._found.pop(old)[1]
                if self._size <= self._largest:
                    break

    def clear(self):
        """Forget everything."""
        with self._lock:
            self._found.clear()
            self._size = 0


def _bytes_of(value):
    """Size of bytes, of an array or what tells its size as one, or of those in a dict, list or tuple."""
    if isinstance(value, bytes):
        return len(value)
    if hasattr(value, "nbytes"):
        return value.nbytes
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return sum(_bytes_of(part) for part in parts)
