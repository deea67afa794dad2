"""Files that a visitor sends: written piece by piece into a folder of their own, removed when they have been used."""

import re
import shutil
import time
import uuid
from pathlib import Path

from glassviz.access import count
from glassviz.errors import DataError, GlassvizError, InputError
from glassviz.tasks.understand import MOST_FILES, TOGETHER

OLDEST = 24 * 3600
"""Seconds after which what was sent and never used is removed."""
_NAME = re.compile(r"\w[\w.+ -]{0,199}")


class Uploads:
    """What one visitor sends: at most one batch of files at a time.

    folder : of the batch, below the visitor's own `uploads`; names : of its files, whole once `finish` was called
    """

    def __init__(self, visitor):
        self.visitor, self.folder, self.names = visitor, None, []
        self._sizes, self._written = [], []

    @property
    def home(self):
        """Where the batches of this visitor lie."""
        return self.visitor.home / "uploads"

    def begin(self, files):
        """Make room for files, [{"name", "size"}]; Refused and InputError for what may not come, before it does."""
        self.visitor.require_upload(0)
        self.remove()
        names, sizes = [str(file["name"]) for file in files], [int(file["size"]) for file in files]
        for name, size in zip(names, sizes, strict=True):
            if not _NAME.fullmatch(name):
                raise InputError(f"name is {name!r}, expected letters, digits, blanks and . _ + - only, at most 200")
            self.visitor.require_upload(size)
        if len(set(names)) < len(names) or not 0 < len(names) <= MOST_FILES:
            raise InputError(f"{len(names)} files are offered, expected 1 to {MOST_FILES} of different names")
        most = TOGETHER * self.visitor.rights.upload
        if sum(sizes) > most:
            raise InputError(f"the files have {sum(sizes):,} bytes together, expected at most {most:,}")
        remove_old(self.home)
        free = shutil.disk_usage(_there(self.home)).free
        if sum(sizes) > free:
            raise InputError(f"the disk is full: the files have {sum(sizes):,} bytes, {free:,} are free")
        count(self.visitor)
        folder = self.home / uuid.uuid4().hex
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).touch()
        self.folder, self.names, self._sizes, self._written = folder, names, sizes, [0] * len(sizes)

    def take(self, file, offset, data):
        """Append a piece; DataError unless it is the next one of a file of the batch, within the size stated."""
        if self.folder is None or not 0 <= file < len(self.names):
            raise DataError(f"file is number {file}, expected one of those that were offered")
        if offset != self._written[file] or offset + len(data) > self._sizes[file]:
            raise DataError(f"{self.names[file]}: a piece begins at {offset}, expected at {self._written[file]}")
        with open(self.folder / self.names[file], "ab") as stream:
            stream.write(data)
        self._written[file] += len(data)

    def finish(self):
        """Raise DataError unless every file is there whole."""
        for name, size, written in zip(self.names, self._sizes, self._written, strict=True):
            if size != written:
                raise DataError(f"{name}: {written:,} bytes came, expected {size:,}")

    def remove(self):
        """Remove the batch."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder, self.names = None, []


def remove_old(folder, now=None):
    """Remove batches that have lain in an upload folder for longer than OLDEST."""
    now = time.time() if now is None else now
    for batch in folder.iterdir() if folder.is_dir() else []:
        if now - batch.stat().st_mtime > OLDEST:
            shutil.rmtree(batch, ignore_errors=True)


def in_words(work):
    """What `work` has to say against itself, or None: an error of the visitor or of the disk as a sentence."""
    try:
        work()
    except GlassvizError as error:
        return str(error)
    except OSError as error:
        # Where the folder lies is nobody's business.
        return f"the file cannot be kept: {error.strerror}"
    return None


def _there(path):
    return next(folder for folder in (path, *Path(path).absolute().parents) if folder.exists())
