"""Bring your own: predictions made elsewhere, from archives, join a data set as a method."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassviz.configuration import minimum_image
from glassviz.errors import DataError, InputError
from glassviz.formats.archive import facts_of_name, load, open_archive
from glassviz.formats.glassbench import ARRAYS, LABEL_TIMES
from glassviz.predictions import Predictions, write_predictions
from glassviz.record import OBSERVABLES

# What archives hold beside predictions.
_OTHER = {*ARRAYS, "initial_positions_cage", "index", "seed", "split", "times", "time", "temperature"}
_SAME_PLACE = 1e-4


@dataclass(frozen=True)
class PredictionOptions:
    """What the files do not say.

    observable : "bond_breaking" or "displacement"
    name : of the method; None: arrays of GlassBench's model files are taken by their own names
    times : of the predictions, where neither the file nor the published grid says
    """

    observable: str
    name: str | None = None
    times: tuple = ()

    def __post_init__(self):
        if self.observable not in OBSERVABLES:
            raise InputError(f"observable is {self.observable!r}, expected one of {', '.join(OBSERVABLES)}")


def prediction_names(headers):
    """Names of an archive's arrays that are predictions, and whether there is nothing else in it.

    headers : {name: (shape, dtype)} of the archive
    """
    names = [
        n for n, (shape, dtype) in headers.items() if n not in _OTHER and dtype.kind in "fiu" and len(shape) in (1, 2)
    ]
    if "initial_positions" in headers:
        return names, False
    if "predicted" in headers:
        return ["predicted"], True
    return names, len(names) == 1


def import_predictions(paths, state_point, folder, options, progress=None):
    """Join the predictions in `paths` to a state point; the files written, one for each method, in `folder`.

    A file is one of
        an archive as `glassviz predict` writes it: predicted (n, n_times, N), index, times, types, perhaps seed
        one configuration: an array (n_times, N) or (N,), of any name; the configuration is `index`, or the last number
            in the file's name, as in 0007.npz
        a model file of GlassBench: its arrays BOTAN, CAGE, ... (n_times, N); the configuration is the one whose
            positions it holds
    folder : of a data set, the one that holds the configurations or another that is opened together with it
    Nothing is written unless every file is sound. Raises DataError and InputError with file, array and what was
    expected.
    """
    for time in options.times:
        if not np.isclose(state_point.times, time, rtol=1e-6, atol=0).any():
            known = ", ".join(f"{t:g}" for t in state_point.times)
            raise InputError(f"time {time:g} is not one of the labels' at this temperature, expected one of {known}")
    found = {}
    for done, path in enumerate(map(Path, paths), 1):
        for name, times, key, values in _read(path, state_point, options):
            found.setdefault(name, []).append((path, times, key, values))
        if progress is not None:
            progress(done, len(paths), "read")
    return [write_predictions(folder, _together(name, rows, state_point, options)) for name, rows in found.items()]


def _together(name, rows, point, options):
    """Predictions of one method from (path, times, key, values) of each configuration."""
    first = rows[0][1]
    for path, times, _, _ in rows:
        if times.shape != first.shape or not np.allclose(times, first, rtol=1e-6, atol=0):
            raise DataError(f"{path}: times are {times.tolist()}, expected {first.tolist()} as in {rows[0][0]}")
    keys = [key for _, _, key, _ in rows]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DataError(f"{name}: configuration {twice[1]} is given twice, expected each once")
    if not (np.abs(np.asarray(point.times)[:, None] - first) <= 1e-6 * first).any():
        raise InputError(
            f"{rows[0][0]}: times are {first.tolist()}, expected some of the labels' at T = {point.temperature:g}: "
            f"{np.asarray(point.times).tolist()}"
        )
    return Predictions(
        name=name,
        system=point.system.name,
        temperature=point.temperature,
        observable=options.observable,
        times=np.asarray(first, dtype=np.float64),
        seeds=np.array([seed for seed, _ in keys]),
        indices=np.array([index for _, index in keys]),
        values=np.array([values for _, _, _, values in rows]),
    )


def _read(path, point, options):
    """Yield (name, times, (seed, index), values (n_times, N)) of every prediction in a file."""
    headers = open_archive(path)
    arrays = load(path, *headers)
    several = "predicted" in headers and arrays["predicted"].ndim == 3
    _check_aside(path, arrays, len(arrays["predicted"]) if several else 1)
    stated = float(np.squeeze(arrays.get("temperature", point.temperature)))
    if abs(stated - point.temperature) > 1e-9:
        raise DataError(f"{path}: temperature is {stated:g}, expected {point.temperature:g}")
    if several:
        yield from _several(path, arrays, point, options)
        return
    names = [name for name, (shape, _) in headers.items() if name not in _OTHER and len(shape) in (1, 2)]
    glassbench = "initial_positions" in headers
    if glassbench and options.name is not None:
        names = [name for name in names if name == options.name]
    if not names or (len(names) > 1 and not glassbench):
        raise DataError(f"{path}: holds arrays {sorted(headers)}, expected one prediction (n_times, N) or (N,)")
    if not glassbench and options.name is None:
        raise InputError(f"{path}: the method has no name, expected --name, or name=")
    record = _by_positions(path, arrays, point) if glassbench else _by_index(path, _index(path, arrays), None, point)
    _check_types(path, arrays.get("types"), record)
    for name in names:
        values = np.atleast_2d(_numbers(path, name, arrays[name], record.thermal.number))
        times = _times(path, arrays, len(values), point, options)
        yield name if glassbench else options.name, times, (record.seed, record.index), values


def _several(path, arrays, point, options):
    """As `_read`, of an archive with several configurations."""
    if options.name is None:
        raise InputError(f"{path}: the method has no name, expected --name, or name=")
    if "index" not in arrays:
        raise DataError(f"{path}: index is missing, expected the configuration of each row of predicted")
    indices = np.atleast_1d(arrays["index"])
    times = _times(path, arrays, arrays["predicted"].shape[1], point, options)
    for row, (index, values) in enumerate(zip(indices, arrays["predicted"], strict=True)):
        record = _by_index(path, int(index), np.atleast_1d(arrays["seed"])[row] if "seed" in arrays else None, point)
        _check_types(path, arrays["types"][row] if "types" in arrays else None, record)
        yield (
            options.name,
            times,
            (record.seed, record.index),
            _numbers(path, "predicted", values, record.thermal.number),
        )


def _check_aside(path, arrays, number):
    """DataError unless what stands beside `number` predictions is numbers of the right kind, and as many."""
    for name in ("index", "seed", "temperature", "times", "time"):
        values = np.atleast_1d(arrays.get(name, 0.0))
        if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
            raise DataError(f"{path}: {name} is {values.tolist()}, expected numbers")
        whole = name in ("index", "seed")
        if whole and (values != np.rint(values)).any():
            raise DataError(f"{path}: {name} is {values.tolist()}, expected whole numbers")
        wanted = number if whole else 1
        if name in arrays and not name.startswith("time") and values.shape != (wanted,):
            raise DataError(f"{path}: {name} has shape {values.shape}, expected {wanted} number{'s' * (wanted > 1)}")
    times = np.atleast_1d(arrays.get("times", arrays.get("time", 1.0)))
    if times.ndim != 1 or (times < 0).any() or (np.diff(times) <= 0).any():
        raise DataError(f"{path}: times are {times.tolist()}, expected increasing numbers from 0 on")
    types = arrays.get("types", np.ones((number, 1), dtype=int))
    if types.dtype.kind not in "iu" or (number > 1 and len(types) != number):
        raise DataError(
            f"{path}: types have shape {types.shape} and kind {types.dtype}, expected those of {number} rows"
        )


def _numbers(path, name, values, number):
    """One configuration's values as float64."""
    if values.dtype.kind not in "fiu" or values.shape[-1] != number:
        raise DataError(f"{path}: {name} has shape {values.shape} and type {values.dtype}, expected {number} numbers")
    if np.isinf(values).any():
        raise DataError(f"{path}: {name} holds inf, expected numbers, or nan where there is none")
    if (np.abs(values[np.isfinite(values)]) > np.finfo(np.float32).max).any():
        raise DataError(f"{path}: {name} holds numbers beyond 3.4e38, expected smaller ones")
    if np.isnan(values).all():
        raise DataError(f"{path}: {name} holds nothing but nan, expected predictions")
    return values.astype(np.float64)


def _times(path, arrays, number, point, options):
    """The file's own times, those given, the published ones, or the state point's where their number is right."""
    key = (point.system.name, round(point.temperature, 9))
    for times in (arrays.get("times", arrays.get("time")), options.times or None, LABEL_TIMES.get(key), point.times):
        if times is not None and np.size(times) == number:
            return np.atleast_1d(np.asarray(times, dtype=np.float64))
    raise InputError(f"{path}: the times of the {number} rows are unknown, expected --time, or times=")


def _index(path, arrays):
    """Number of the configuration that a file is about."""
    if "index" in arrays:
        return int(arrays["index"].item())
    number = facts_of_name(path)[1]
    digits = path.stem.rpartition("_")[2]
    if number is None and not digits.isdecimal():
        raise DataError(f"{path}: says nowhere which configuration it is about, expected an item index or 0007.npz")
    return int(digits) if number is None else number


def _by_index(path, index, seed, point):
    """The record with an index, and a seed where it is told."""
    found = [r for r in point.records if r.index == index and (seed is None or r.seed == int(seed))]
    if len(found) != 1:
        known = ", ".join(str(r.index) for r in point.records)
        reason = "is not there" if not found else "is there more than once"
        raise DataError(f"{path}: configuration {index} {reason} at T = {point.temperature:g}, expected one of {known}")
    return found[0]


def _by_positions(path, arrays, point):
    """The record whose thermal positions the archive holds."""
    positions = arrays["initial_positions"]
    for record in point.records:
        own, box = record.thermal.positions, record.thermal.box
        if positions.shape == own.shape and np.abs(minimum_image(positions - own, box)).max() < _SAME_PLACE:
            return record
    raise DataError(f"{path}: its structure is not in the data set at T = {point.temperature:g}; import it first")


def _check_types(path, types, record):
    """DataError unless the particles come in the record's order."""
    if types is not None and not np.array_equal(types - np.min(types), record.thermal.types - 1):
        raise DataError(f"{path}: types differ from configuration {record.index}, expected its particles in its order")
