"""HDF5 files that may come from elsewhere: opened without locks, every item checked before it is read."""

import json

import h5py
import numpy as np

from glassviz.errors import DataError, GlassvizError

MOST_OBJECTS, MOST_ATTRIBUTES = 48, 32
LARGEST = 2**31
LONGEST_ATTRIBUTE = 2**20
# Positions shrink by a factor of two; a bomb by a thousand.
MOST_SHRUNK, HARMLESS = 200, 2**20
FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
"""Filters that `put` uses; others may be code from elsewhere."""


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


def check_stranger(path):
    """Raise DataError unless a file from elsewhere is nothing but plain arrays and words of its own, of likely sizes.

    Every link is looked at before it is followed. Refused: links to other files or by name, arrays stored in other
    files or put together from them, filters that are not glassviz's, pickled or variable objects, more than
    MOST_OBJECTS items, arrays that claim more than LARGEST bytes together or unpack to MOST_SHRUNK times their size.
    """
    read(path, _walk, "plain arrays")


def _walk(file, path):
    waiting, seen, total = [("", file)], 0, 0
    while waiting:
        place, group = waiting.pop()
        _check_attributes(path, place, group)
        for name in group:
            place_of_item = f"{place}/{name}"
            seen += 1
            if seen > MOST_OBJECTS:
                raise DataError(
                    f"{path}: holds more than {MOST_OBJECTS} items, expected a configuration or predictions"
                )
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                kind = "another file" if isinstance(link, h5py.ExternalLink) else "another place"
                raise DataError(f"{path}: item {place_of_item!r} is a link to {kind}, expected an array in this file")
            item = group[name]
            if isinstance(item, h5py.Group):
                waiting.append((place_of_item, item))
                continue
            _check_attributes(path, place_of_item, item)
            total += _check_array(path, place_of_item, item)
            if total > LARGEST:
                raise DataError(f"{path}: arrays claim {total} bytes, expected at most {LARGEST}")


def _check_attributes(path, place, item):
    """DataError for attributes that are many, large or no plain numbers and words."""
    if len(item.attrs) > MOST_ATTRIBUTES:
        raise DataError(f"{path}: {place or '/'} has {len(item.attrs)} attributes, expected at most {MOST_ATTRIBUTES}")
    for name in item.attrs:
        kind = item.attrs.get_id(name)
        if kind.shape is None:
            raise DataError(f"{path}: attribute {name!r} is empty, expected a number or words")
        words = h5py.check_string_dtype(kind.dtype) is not None
        size = int(np.prod(kind.shape, dtype=object)) * kind.dtype.itemsize
        if size > LONGEST_ATTRIBUTE or not (words or kind.dtype.kind in "fiuSb"):
            raise DataError(
                f"{path}: attribute {name!r} has {size} bytes of type {kind.dtype}, expected a number or words"
            )


def _check_array(path, place, item):
    """Bytes that an array claims; DataError unless it is plain, in this file, and of the size that it says."""
    if not isinstance(item, h5py.Dataset):
        raise DataError(f"{path}: item {place!r} is a named type, expected an array")
    if item.is_virtual or item.external:
        raise DataError(f"{path}: item {place!r} is stored in another file, expected an array in this file")
    if item.dtype.kind not in "fiu" or item.shape is None:
        raise DataError(f"{path}: item {place!r} has type {item.dtype} and shape {item.shape}, expected numbers")
    layout = item.id.get_create_plist()
    used = {layout.get_filter(k)[0] for k in range(layout.get_nfilters())}
    if not used <= FILTERS:
        raise DataError(
            f"{path}: item {place!r} uses filter {min(used - FILTERS)}, expected gzip, shuffle or fletcher32"
        )
    chunk = int(np.prod(item.chunks or (1,), dtype=object))
    claimed, stored = (
        max(int(np.prod(item.shape, dtype=object)), chunk) * item.dtype.itemsize,
        item.id.get_storage_size(),
    )
    if claimed > HARMLESS and claimed > MOST_SHRUNK * max(stored, 1):
        raise DataError(
            f"{path}: item {place!r} would grow from {stored} to {claimed} bytes, expected a factor of at most "
            f"{MOST_SHRUNK}"
        )
    return claimed


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
    except (ValueError, TypeError, OverflowError):
        kind = {json.loads: "JSON", whole_numbers: "whole numbers"}.get(convert, convert.__name__)
        value = " ".join(repr(file.attrs[name]).split())[:80]
        raise DataError(f"{path}: attribute {name!r} is {value}, expected {kind}") from None


def whole_numbers(values):
    """Values of an attribute as an array of whole numbers; ValueError for others."""
    values = np.atleast_1d(values)
    if values.dtype.kind not in "iu":
        raise ValueError("not whole numbers")
    return values


def array(file, path, name, kinds, limit=LARGEST):
    """One array, copied; links that lead out of the file, foreign storage and absurd sizes are refused."""
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise DataError(f"{path}: item {name!r} is missing")
    item = file[name]
    if not isinstance(item, h5py.Dataset) or item.is_virtual or item.external:
        raise DataError(f"{path}: item {name!r} is not a plain array in this file")
    if item.dtype.kind not in kinds:
        raise DataError(f"{path}: item {name!r} has type {item.dtype}, expected {'whole ' * ('f' not in kinds)}numbers")
    if item.size * item.dtype.itemsize > limit:
        raise DataError(f"{path}: item {name!r} claims {item.size * item.dtype.itemsize} bytes, more than {limit}")
    try:
        return item[()]
    except OSError as error:
        raise DataError(f"{path}: item {name!r} is damaged ({error})") from None
