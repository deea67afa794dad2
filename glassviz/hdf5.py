"""HDF5 files that may come from elsewhere: opened without locks, every item checked before it is read."""

import json

import h5py
import numpy as np

from glassviz.errors import DataError, GlassvizError


def read(path, parse, what):
    """parse(file, path) of a file opened for reading; whatever is wrong with it is a DataError that names it."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            return parse(file, path)
    except FileNotFoundError:
        raise DataError(f"{path}: file is missing") from None
    except GlassvizError:
        raise
    except (OSError, KeyError, RuntimeError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path}: not a whole HDF5 file of {what} ({reason})") from None


def check_format(file, path, name, version):
    """Raise DataError unless the file says that it is of this format and version."""
    kind, found = attribute(file, path, "format", str), attribute(file, path, "version", int)
    if kind != name:
        raise DataError(f"{path}: format is {kind!r}, expected {name!r}")
    if found != version:
        raise DataError(f"{path}: version is {found}, expected {version}")


def put(file, name, values):
    """Store an array; a large one compressed and with checksums."""
    large = values.size > 100
    file.create_dataset(name, data=values, compression="gzip" if large else None, shuffle=large, fletcher32=large)


def attribute(file, path, name, convert):
    """One attribute, converted; DataError names it where it is missing or of another kind."""
    if name not in file.attrs:
        raise DataError(f"{path}: attribute {name!r} is missing")
    try:
        return convert(file.attrs[name])
    except (ValueError, TypeError):
        kind = {json.loads: "JSON", np.asarray: "an array"}.get(convert, convert.__name__)
        raise DataError(f"{path}: attribute {name!r} is {file.attrs[name]!r}, expected {kind}") from None


def array(file, path, name, kinds, limit=2**31):
    """One array, copied; links that lead out of the file, foreign storage and absurd sizes are refused."""
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise DataError(f"{path}: item {name!r} is missing")
    item = file[name]
    if not isinstance(item, h5py.Dataset) or item.is_virtual or item.external:
        raise DataError(f"{path}: item {name!r} is not a plain array in this file")
    if item.dtype.kind not in kinds:
        raise DataError(f"{path}: item {name!r} has type {item.dtype}, expected kind {' or '.join(kinds)}")
    if item.size * item.dtype.itemsize > limit:
        raise DataError(f"{path}: item {name!r} claims {item.size * item.dtype.itemsize} bytes, more than {limit}")
    try:
        return item[()]
    except OSError as error:
        raise DataError(f"{path}: item {name!r} is damaged ({error})") from None
