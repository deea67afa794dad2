"""A data set: folders of finished configurations of one system and one N, ordered by temperature."""

import os
from pathlib import Path
from weakref import WeakValueDictionary

from glassviz.errors import DataError, InputError
from glassviz.predictions import FOLDER, read_predictions
from glassviz.record import read_record
from glassviz.state_point import StatePoint

EMBEDDED = Path(__file__).resolve().parents[1] / "data"
"""Real data and trained models that come with the repository; never written by the app."""
# Records in use anywhere in this process, by file and what `_signature` says of it: thirty unions hold them once.
_shared = WeakValueDictionary()


def home():
    """Where results go: $GLASSVIZ_HOME, or the platform's folder for user data."""
    from platformdirs import user_data_path

    return Path(os.environ.get("GLASSVIZ_HOME") or user_data_path("glassviz"))


def open(*folders):  # noqa: A001 - gv.open is the public name
    """The union of data set folders as a Dataset; DataError when a folder is missing or holds no configuration."""
    return Dataset(*folders)


def state_folder(temperature):
    """Name of a temperature's folder, as T0.4000."""
    return f"T{temperature:.4f}"


def data_places(*parents):
    """Folders of each data set in `parents`, by its name, in the order of the parents; what does not exist is empty."""
    places = {}
    for parent in map(Path, parents):
        for folder in sorted(parent.iterdir()) if parent.is_dir() else []:
            if any(folder.glob("T*/*.h5")) or any(folder.glob(f"{FOLDER}/*.h5")):
                places.setdefault(folder.name, []).append(folder)
    return places


def default_data():
    """Folders of the data set that is opened where none is named: KA2D, embedded and in the user's folder."""
    return data_places(EMBEDDED, home() / "data").get("ka2d") or [EMBEDDED / "ka2d"]


class Dataset:
    """Configurations of one system and one N at several temperatures, from one folder or the union of several.

    dataset[T] : StatePoint; T matches to 1e-9
    problems : one sentence for each file that could not be used; the rest is open
    generation : rises when `refresh` finds a change
    Raises DataError when a folder is missing or nothing in it can be used.
    """

    def __init__(self, *folders):
        if not folders:
            raise InputError("no folder is given, expected at least one data set folder")
        self.folders = [Path(folder) for folder in folders]
        self.generation = 0
        self._seen, self._records, self._foreign, self._failures = {}, {}, {}, {}
        self._points, self.problems = {}, []
        self.refresh()
        if not self._points:
            reason = self.problems[0] if self.problems else "no file T*/NNNN.h5 found"
            raise DataError(f"{self.folders[0]}: holds no usable configuration: {reason}")

    @property
    def system(self):
        """The glass former of all configurations."""
        return next(iter(self._points.values())).system

    @property
    def number(self):
        """Particles N of each configuration."""
        return next(iter(self._points.values())).records[0].thermal.number

    @property
    def temperatures(self):
        """Temperatures in ascending order."""
        return sorted(self._points)

    def __getitem__(self, temperature):
        for known, point in self._points.items():
            if abs(known - temperature) < 1e-9:
                return point
        raise InputError(f"temperature {temperature:g} is not in the data set, expected one of {self.temperatures}")

    def refresh(self):
        """Read what is new or changed on disk (inode, size, time of change); True when something was."""
        found = {}
        for folder in self.folders:
            if not folder.is_dir():
                raise DataError(f"{folder}: data set folder is missing")
            for path in sorted([*folder.glob("T*/*.h5"), *folder.glob(f"{FOLDER}/*.h5")]):
                if not path.name.startswith("."):
                    found[path] = _signature(path)
        if found == self._seen:
            return False
        for path in self._seen.keys() - found.keys():
            self._forget(path)
        for path, signature in found.items():
            if self._seen.get(path) != signature:
                self._load(path, signature)
        self._seen = found
        points, self.problems = self._assemble()
        if points or not self._points:
            self._points = points
        else:
            self.problems.append(f"{self.folders[0]}: every configuration was removed; the last ones read are shown")
        self.generation += 1
        return True

    def _forget(self, path):
        for known in (self._records, self._foreign, self._failures):
            known.pop(path, None)

    def _load(self, path, signature):
        self._forget(path)
        try:
            if path.parent.name == FOLDER:
                self._foreign[path] = read_predictions(path)
                return
            key = (os.path.realpath(path), signature)
            record = _shared.get(key)
            if record is None:
                record = read_record(path)
                check_place(path, record)
                _shared[key] = record
            self._records[path] = record
        except DataError as error:
            self._failures[path] = str(error)

    def _assemble(self):
        """State points by temperature, and a sentence for every file left out."""
        problems, chosen, first = list(self._failures.values()), {}, None
        # The first folder given decides what the set is; a later one cannot displace it.
        rank = {folder: place for place, folder in reversed(list(enumerate(self.folders)))}
        for path, record in sorted(self._records.items(), key=lambda item: (rank[item[0].parents[1]], item[0])):
            kind = (record.system, record.thermal.number)
            first = first or kind
            key = (round(record.temperature, 9), record.seed, record.index)
            if kind != first:
                problems.append(f"{path}: holds {kind[1]} particles of {kind[0]}, expected {first[1]} of {first[0]}")
            elif key in chosen:
                problems.append(f"{path}: repeats configuration {record.index} of seed {record.seed}, already read")
            else:
                chosen[key] = record
        points = {}
        for (temperature, _, _), record in sorted(
            chosen.items(), key=lambda item: (item[0][0], item[0][2], item[0][1])
        ):
            points.setdefault(temperature, []).append(record)
        return {T: StatePoint(records, self._foreign_at(T, first)) for T, records in points.items()}, problems

    def _foreign_at(self, temperature, kind):
        """Predictions for one temperature of the set; of two files of one name the first folder's counts."""
        named = {}
        for folder in self.folders:
            for path, p in sorted(self._foreign.items()):
                fits = (p.system, p.values.shape[2]) == kind and abs(p.temperature - temperature) < 1e-9
                if path.parents[1] == folder and fits:
                    named.setdefault(p.file_name, p)
        return list(named.values())


def check_place(path, record):
    """Raise DataError unless a record lies in its temperature's folder under its index."""
    expected = Path(state_folder(record.temperature)) / f"{record.index:04d}.h5"
    if Path(path).parts[-2:] != expected.parts:
        raise DataError(f"{path}: holds T = {record.temperature:g}, index {record.index}, expected at {expected}")


def _signature(path):
    """What changes when a file is replaced: inode, size, time of change; None for a link to nowhere."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
