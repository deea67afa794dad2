"""Predictions made elsewhere, for configurations of a data set: one file for each method, observable and temperature.

`FOLDER/predictions/BOTAN-bond_breaking-T0.3000.h5` beside the configurations, or in a folder that is joined to theirs.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np

from glassviz.errors import DataError, InputError
from glassviz.hdf5 import array, attribute, check_format, put, read
from glassviz.publish import publish
from glassviz.record import OBSERVABLES
from glassviz.systems import SYSTEMS

FORMAT = "glassviz predictions"
VERSION = 1
FOLDER = "predictions"
LONGEST_NAME = 40
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.+-]{{0,{LONGEST_NAME - 1}}}")


@dataclass(frozen=True, eq=False)
class Predictions:
    """What one method predicts for some configurations of a state point.

    name : of the method; observable : what is predicted, in its units; times : (n_times,)
    seeds, indices : (n,), which configurations; values : (n, n_times, N), nan for particles without a prediction
    """

    name: str
    system: str
    temperature: float
    observable: str
    times: np.ndarray
    seeds: np.ndarray
    indices: np.ndarray
    values: np.ndarray

    @property
    def file_name(self):
        """Name of the file below `predictions`."""
        return f"{self.name}-{self.observable}-T{self.temperature:.4f}.h5"

    def aligned(self, times, keys, number):
        """(n_configurations, n_times, N) for configurations `keys`, pairs (seed, index), at `times`; else nan."""
        result = np.full((len(keys), len(times), number), np.nan)
        rows = {key: row for row, key in enumerate(zip(self.seeds.tolist(), self.indices.tolist(), strict=True))}
        same = np.abs(np.asarray(times)[:, None] - self.times) <= 1e-6 * self.times
        slots, own = np.nonzero(same)
        for place, key in enumerate(keys):
            if key in rows and self.values.shape[2] == number:
                result[place, slots] = self.values[rows[key], own]
        return result


def check_predictions(predictions, source):
    """Raise DataError that names `source`, the item and what was expected unless the predictions are sound."""
    p = predictions
    _require(_NAME.fullmatch(p.name), source, f"name is {p.name!r}, expected a word of letters, digits and _ . + -")
    _require(p.system in SYSTEMS, source, f"system is {p.system!r}, expected one of {', '.join(SYSTEMS)}")
    positive = np.isfinite(p.temperature) and p.temperature > 0
    _require(positive, source, f"temperature is {p.temperature}, expected a positive number")
    _require(
        p.observable in OBSERVABLES, source, f"observable is {p.observable!r}, expected one of {', '.join(OBSERVABLES)}"
    )
    increasing = (
        p.times.ndim == 1 and np.isfinite(p.times).all() and (p.times >= 0).all() and (np.diff(p.times) > 0).all()
    )
    _require(increasing and len(p.times), source, "times must be increasing numbers from 0 on, one or more")
    _require(p.indices.ndim == 1, source, f"indices have shape {p.indices.shape}, expected (n,)")
    n = len(p.indices)
    for name, values, shape in (("seeds", p.seeds, (n,)), ("values", p.values, (n, len(p.times), *p.values.shape[2:]))):
        _require(values.shape == shape, source, f"{name} have shape {values.shape}, expected {shape}")
    _require(p.values.ndim == 3, source, f"values have shape {p.values.shape}, expected ({n}, {len(p.times)}, N)")
    finite = "values hold inf, or numbers beyond 3.4e38, expected others, or nan where there is none"
    _require(not np.isinf(p.values).any(), source, finite)


def write_predictions(folder, predictions):
    """Publish predictions in a data set's folder, whole or not at all; the path.

    Configurations that the method's file holds already are replaced, others are kept; both must be at the same times.
    """
    path = Path(folder) / FOLDER / predictions.file_name
    # Checked as they are stored: what float32 cannot hold becomes infinite.
    with np.errstate(over="ignore"):
        predictions = replace(predictions, values=predictions.values.astype(np.float32))
    check_predictions(predictions, path)
    if path.exists():
        predictions = _joined(read_predictions(path), predictions, path)

    def write(stream):
        with h5py.File(stream, "w") as file:
            file.attrs.update(format=FORMAT, version=VERSION, name=predictions.name, system=predictions.system)
            file.attrs.update(temperature=float(predictions.temperature), observable=predictions.observable)
            for name in ("times", "seeds", "indices"):
                put(file, name, getattr(predictions, name))
            put(file, "values", predictions.values.astype(np.float32))

    publish(path, write)
    return path


def _joined(old, new, path):
    """Both sets of configurations, the new values where both have one."""
    if old.times.shape != new.times.shape or not np.allclose(old.times, new.times, rtol=1e-6, atol=0):
        raise InputError(f"{path}: holds times {old.times.tolist()}, expected the same as the new {new.times.tolist()}")
    if old.values.shape[2] != new.values.shape[2]:
        raise InputError(f"{path}: holds {old.values.shape[2]} particles, the new predictions {new.values.shape[2]}")
    given = set(zip(new.seeds.tolist(), new.indices.tolist(), strict=True))
    kept = [key not in given for key in zip(old.seeds.tolist(), old.indices.tolist(), strict=True)]
    fields = {
        name: np.concatenate([getattr(old, name)[kept], getattr(new, name)]) for name in ("seeds", "indices", "values")
    }
    return Predictions(new.name, new.system, new.temperature, new.observable, new.times, **fields)


def read_predictions(path):
    """Read and check one file; DataError names the file, the item and what was expected."""
    path = Path(path)
    predictions = read(path, _parse, "predictions")
    check_predictions(predictions, path)
    _require(path.name == predictions.file_name, path, f"is called {path.name}, expected {predictions.file_name}")
    return predictions


def _parse(file, path):
    check_format(file, path, FORMAT, VERSION)
    return Predictions(
        name=attribute(file, path, "name", str),
        system=attribute(file, path, "system", str),
        temperature=attribute(file, path, "temperature", float),
        observable=attribute(file, path, "observable", str),
        times=array(file, path, "times", "f"),
        seeds=array(file, path, "seeds", "iu"),
        indices=array(file, path, "indices", "iu"),
        values=array(file, path, "values", "f").astype(np.float64),
    )


def _require(condition, source, sentence):
    if not condition:
        raise DataError(f"{source}: {sentence}")
