"""A data set: folders of finished configurations of one system and one N, ordered by temperature."""

import os
from functools import cached_property
from pathlib import Path

import numpy as np

from glassviz.errors import DataError, InputError
from glassviz.record import read_record
from glassviz.systems import system_named

EMBEDDED = Path(__file__).resolve().parents[1] / "data"
"""Real data and trained models that come with the repository; never written by the app."""


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
            if any(folder.glob("T*/*.h5")):
                places.setdefault(folder.name, []).append(folder)
    return places


class StatePoint:
    """All configurations at one temperature, ordered by index.

    system : GlassFormer; temperature : float; records : list of Record
    times : (n_times,) union over the records; a label that a record lacks is nan
    """

    def __init__(self, records):
        self.records = records
        self.system = system_named(records[0].system)
        self.temperature = records[0].temperature
        self.times = _union_of_times([record.times for record in records])

    def __len__(self):
        return len(self.records)

    @property
    def configurations(self):
        """Thermal configurations."""
        return [record.thermal for record in self.records]

    @property
    def inherent(self):
        """Inherent structures of the same configurations."""
        return [record.inherent for record in self.records]

    @property
    def split(self):
        """ "train", "validation" or "test" of each configuration."""
        return [record.split for record in self.records]

    @property
    def replicas(self):
        """Replicas behind the labels of each configuration, (n_configurations,)."""
        return np.array([record.replicas for record in self.records])

    @cached_property
    def bond_breaking_halves(self):
        """C_B^i(t) of each half of the replicas, (n_configurations, 2, n_times, N)."""
        return self._labels("bond_breaking_halves")

    @cached_property
    def displacement_halves(self):
        """R_i(t) of each half of the replicas, (n_configurations, 2, n_times, N), in sigma_11."""
        return self._labels("displacement_halves")

    @cached_property
    def bond_breaking(self):
        """Bond-breaking propensity C_B^i(t), (n_configurations, n_times, N)."""
        return self.bond_breaking_halves.mean(axis=1)

    @cached_property
    def displacement(self):
        """Displacement propensity R_i(t), (n_configurations, n_times, N), in sigma_11."""
        return self.displacement_halves.mean(axis=1)

    @cached_property
    def self_scattering(self):
        """F_s(k, t) of type 1 at k = system.wavenumber, of each half of the replicas, (n_configurations, 2, n_times).

        nan where a file has none.
        """
        result = np.full((len(self.records), 2, len(self.times)), np.nan)
        for row, record in enumerate(self.records):
            means = record.self_scattering_means
            if means is not None and len(record.times):
                halves = means.reshape(2, -1, len(record.times)).mean(axis=1)
                result[row][:, _time_slots(self.times, record.times)] = halves
        return result

    @cached_property
    def bond_breaking_means(self):
        """Mean C_B(t) over type 1 of each replica, (n_configurations, most replicas, n_times); nan where there is none.

        Its variance over replicas and configurations gives the ordinary chi_4(t), which propensities do not hold.
        """
        return self._replica_means("bond_breaking_means")

    @cached_property
    def overlap_means(self):
        """Mean of Theta(0.3 - R_i) over type 1 of each replica, (n_configurations, most replicas, n_times) or nan."""
        return self._replica_means("overlap_means")

    @cached_property
    def squared_displacement_means(self):
        """Mean squared displacement of type 1 of each replica, (n_configurations, most replicas, n_times) or nan."""
        return self._replica_means("squared_displacement_means")

    def mean_correlation(self, type_number=1):
        """Mean C_B(t) over the particles of one type, per configuration, (n_configurations, n_times)."""
        chosen = [record.thermal.types == type_number for record in self.records]
        return np.array([c[:, own].mean(axis=1) for c, own in zip(self.bond_breaking, chosen, strict=True)])

    def shared_decay(self, type_number=1):
        """Mean C_B(t) of every labelled configuration at the times that all of them have: times (n,), curves (m, n)."""
        curves = self.mean_correlation(type_number)
        curves = curves[np.isfinite(curves).any(axis=1)]
        shared = np.isfinite(curves).all(axis=0)
        return self.times[shared], curves[:, shared]

    def _labels(self, name):
        number = self.records[0].thermal.number
        labels = np.full((len(self.records), 2, len(self.times), number), np.nan)
        for row, record in enumerate(self.records):
            labels[row][:, _time_slots(self.times, record.times)] = getattr(record, name)
        return labels

    def _replica_means(self, name):
        result = np.full((len(self.records), max(self.replicas), len(self.times)), np.nan)
        for row, record in enumerate(self.records):
            means = getattr(record, name)
            if means is not None:
                result[row, : len(means), _time_slots(self.times, record.times)] = means.T
        return result


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
        self._seen, self._records, self._failures = {}, {}, {}
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
            for path in sorted(folder.glob("T*/*.h5")):
                if not path.name.startswith("."):
                    found[path] = _signature(path)
        if found == self._seen:
            return False
        for path in self._seen.keys() - found.keys():
            self._records.pop(path, None), self._failures.pop(path, None)
        for path, signature in found.items():
            if self._seen.get(path) != signature:
                self._load(path)
        self._seen = found
        points, self.problems = self._assemble()
        if points or not self._points:
            self._points = points
        else:
            self.problems.append(f"{self.folders[0]}: every configuration was removed; the last ones read are shown")
        self.generation += 1
        return True

    def _load(self, path):
        self._records.pop(path, None), self._failures.pop(path, None)
        try:
            record = read_record(path)
            check_place(path, record)
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
        return {temperature: StatePoint(records) for temperature, records in points.items()}, problems


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


def _union_of_times(lists):
    """Sorted distinct times; times closer than 1e-6 of themselves are one."""
    times = np.unique(np.concatenate(lists))
    distinct = np.concatenate([[True], np.diff(times) > 1e-6 * times[1:]]) if len(times) else []
    return times[np.asarray(distinct, dtype=bool)]


def _time_slots(times, own):
    """Index in `times` of each of a record's own times."""
    if len(own) == 0:
        return np.empty(0, dtype=int)
    return np.abs(times[:, None] - own).argmin(axis=0)
