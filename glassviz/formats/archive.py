"""NumPy archives (.npz) from elsewhere: sizes, types and shapes are checked before anything is loaded or unpacked."""

import re
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError

import numpy as np

from glassviz.errors import DataError

LARGEST = 2 * 1024**3
# Positions shrink by a factor of two, types by twenty; a bomb by a thousand.
MOST_SHRUNK, HARMLESS = 200, 2**20
NAME = re.compile(r"N(?P<number>\d+)T(?P<temperature>\d+\.\d+)_(?P<structure>\d+)(?:_tc(?P<code>\d+))?$")
SPLIT_NAMES = {"train": "train", "validation": "validation", "valid": "validation", "test": "test"}


def open_archive(path):
    """Names of the arrays of an archive mapped to (shape, dtype); nothing is unpacked beyond the headers.

    DataError for a file that is cut off, claims more than LARGEST bytes, shrinks impossibly, or holds pickled objects.
    """
    try:
        with zipfile.ZipFile(path) as file:
            members = file.infolist()
            _check_sizes(path, members)
            return dict(_header(path, file, member) for member in members)
    except FileNotFoundError:
        raise DataError(f"{path}: file is missing") from None
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise DataError(f"{path}: not a whole .npz archive ({_reason(error)})") from None


def _reason(error):
    """What is wrong in words; zlib's are those of a program."""
    return "its compressed data are damaged" if isinstance(error, zlib.error) else " ".join(str(error).split())[:120]


def _check_sizes(path, members):
    total = sum(member.file_size for member in members)
    if total > LARGEST:
        raise DataError(f"{path}: claims {total} bytes when unpacked, expected at most {LARGEST}")
    for member in members:
        if member.file_size > HARMLESS and member.file_size > MOST_SHRUNK * max(member.compress_size, 1):
            raise DataError(
                f"{path}: {member.filename} would grow from {member.compress_size} to {member.file_size} bytes, "
                f"expected a factor of at most {MOST_SHRUNK}"
            )


def _header(path, file, member):
    """(name, (shape, dtype)) of one member."""
    if not member.filename.endswith(".npy"):
        raise DataError(
            f"{path}: is a zip archive that holds {member.filename!r}, expected only .npy arrays as in .npz; unpack "
            "other archives and bring the files in them"
        )
    name = member.filename.removesuffix(".npy")
    try:
        with file.open(member) as array:
            version = np.lib.format.read_magic(array)
            reader = {1: np.lib.format.read_array_header_1_0}.get(version[0], np.lib.format.read_array_header_2_0)
            shape, _, dtype = reader(array)
            start = array.tell()
    except (ValueError, SyntaxError, TokenError):
        raise DataError(
            f"{path}: {name} is not a NumPy array: its header cannot be read, expected one of .npy"
        ) from None
    if dtype.hasobject:
        raise DataError(f"{path}: {name} holds pickled objects, expected plain numbers; they are never loaded")
    size = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if size != member.file_size - start:
        raise DataError(f"{path}: {name} has {member.file_size - start} bytes, its header states {size}")
    return name, (shape, dtype)


def load(path, *names):
    """Arrays of the archive by name, those that are there."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in names if name in file.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path}: not a whole .npz archive ({_reason(error)})") from None


def numbers(path, arrays, name, kinds="f"):
    """One array, float64 for positions and labels; DataError when it is missing or of another kind."""
    if name not in arrays:
        raise DataError(f"{path}: {name!r} is missing, expected an array of that name")
    values = arrays[name]
    if values.dtype.kind not in kinds:
        raise DataError(f"{path}: {name} has type {values.dtype}, expected {'whole ' * ('f' not in kinds)}numbers")
    return values.astype(np.float64) if "f" in kinds else values


def types_from_one(path, arrays, notes):
    """Types (N,) counted from 1; archives that count from 0 are shifted, and a note says so."""
    types = numbers(path, arrays, "types", "iu")
    if types.ndim != 1 or len(types) == 0:
        raise DataError(f"{path}: types have shape {types.shape}, expected (N,)")
    types = types.astype(np.int64)
    if types.min() == 0:
        notes.append("types 0.. were counted from 1")
        types = types + 1
    return types


def positions_of(path, arrays, name, number):
    """Positions (N, d) of an archive."""
    values = numbers(path, arrays, name)
    if values.ndim != 2 or values.shape[0] != number or values.shape[1] not in (2, 3):
        raise DataError(f"{path}: {name} has shape {values.shape}, expected ({number}, 2) or ({number}, 3)")
    return values


def facts_of_name(path):
    """What name and folder tell: (temperature, structure number, time code, split), None where they do not."""
    path = Path(path)
    found = NAME.search(path.stem)
    split = SPLIT_NAMES.get(path.parent.name.lower())
    if found is None:
        return None, None, None, split
    code = None if found["code"] is None else int(found["code"])
    return float(found["temperature"]), int(found["structure"]), code, split
