"""A trained model on disk: a folder with weights.safetensors and model.json, published whole or not at all."""

import json
import math
import os
import shutil
import uuid
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from glassviz.errors import DataError, InputError
from glassviz.systems import system_named

FORMAT = "glassviz model"
VERSION = 1
HEADER = "model.json"
WEIGHTS = "weights.safetensors"
_LARGEST_HEADER = 16 * 2**20


def write_model(path, header, tensors, overwrite=False):
    """Publish a model folder at `path`: filled under a temporary name beside it, flushed, then renamed.

    header : JSON-ready dict; tensors : {name: array}. An existing `path` is an InputError unless `overwrite`, and then
    only replaced where it is a model folder.
    """
    path = Path(os.path.abspath(path))
    if os.path.lexists(path):
        if not overwrite:
            raise InputError(f"{path}: exists already, expected a new name or overwrite=True")
        if not (path / HEADER).is_file():
            raise InputError(f"{path}: is not a model folder, expected one to overwrite")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    part.mkdir()
    try:
        save_file({name: np.ascontiguousarray(values) for name, values in tensors.items()}, part / WEIGHTS)
        text = json.dumps({"format": FORMAT, "version": VERSION, **header}, indent=1, allow_nan=False)
        (part / HEADER).write_text(text + "\n", encoding="utf-8")
        for name in (WEIGHTS, HEADER, ""):
            _flush(part / name)
        _put_in_place(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _flush(path.parent)


def _put_in_place(part, path):
    """Rename `part` to `path`; a folder there before is moved aside first and comes back should that fail."""
    if not os.path.lexists(path):
        os.rename(part, path)
        return
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    os.rename(path, aside)
    try:
        os.rename(part, path)
    except OSError:
        os.rename(aside, path)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _flush(path):
    """Wait until a file or folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_header(path):
    """model.json of a model folder, after checking the items that every kind has.

    kind and observable are strings, system a known one, temperature positive and times increasing (both null where a
    model covers several), types a list of type numbers. Raises DataError naming file, item and expectation.
    """
    file = Path(path) / HEADER
    try:
        if file.stat().st_size > _LARGEST_HEADER:
            raise DataError(f"{file}: is larger than {_LARGEST_HEADER} bytes, expected a short description of a model")
        header = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{file}: file is missing, expected a model folder") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{file}: cannot be read as JSON ({error})") from None
    require(isinstance(header, dict), file, f"holds a {type(header).__name__}, expected an object")
    for name, value in (("format", FORMAT), ("version", VERSION)):
        require(header.get(name) == value, file, f"{name} is {header.get(name)!r}, expected {value!r}")
    for name in ("kind", "observable", "system"):
        require(isinstance(header.get(name), str), file, f"{name} is {header.get(name)!r}, expected a string")
    try:
        system = system_named(header["system"])
    except InputError as error:
        raise DataError(f"{file}: {error}") from None
    _check_state(header, system, file)
    return header


def _check_state(header, system, file):
    """Temperature, times and types of a header."""
    temperature, times, types = (header.get(name, "missing") for name in ("temperature", "times", "types"))
    positive = temperature is None or (is_number(temperature) and temperature > 0)
    require(positive, file, f"temperature is {temperature!r}, expected a positive number or null")
    increasing = times is None or (
        isinstance(times, list) and times and all(is_number(t) and t >= 0 for t in times) and (np.diff(times) > 0).all()
    )
    require(increasing, file, f"times are {times!r}, expected increasing numbers or null")
    known = range(1, system.types + 1)
    listed = isinstance(types, list) and types and all(type(t) is int and t in known for t in types)
    require(
        listed and len(set(types)) == len(types), file, f"types are {types!r}, expected different ones of {list(known)}"
    )


def read_model(path, kind):
    """(header, tensors) of a model folder of one kind; tensors are finite arrays {name: array}."""
    header = read_header(path)
    require(header["kind"] == kind, Path(path) / HEADER, f"kind is {header['kind']!r}, expected {kind!r}")
    file = Path(path) / WEIGHTS
    try:
        tensors = load_file(file)
    except FileNotFoundError:
        raise DataError(f"{file}: file is missing") from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, SafetensorError) as error:
        raise DataError(f"{file}: cannot be read as safetensors ({error})") from None
    for name, values in tensors.items():
        finite = values.dtype.kind == "f" and np.isfinite(values).all()
        require(finite, file, f"{name} holds other than finite numbers")
    return header, tensors


def check_shapes(tensors, shapes, file):
    """Raise DataError unless the tensors are exactly those named in `shapes`, each of its shape."""
    for name, shape in shapes.items():
        require(name in tensors, file, f"{name} is missing, expected an array {shape}")
        found = tensors[name].shape
        require(found == shape, file, f"{name} has shape {found}, expected {shape}")
    extra = sorted(tensors.keys() - shapes.keys())
    require(not extra, file, f"{', '.join(extra)} is not expected, only {', '.join(shapes)}")


def require(condition, file, sentence):
    """Raise DataError naming the file unless the condition holds."""
    if not condition:
        raise DataError(f"{file}: {sentence}")


def is_number(value):
    """True for a finite int or float that is no bool."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
