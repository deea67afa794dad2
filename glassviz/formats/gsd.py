"""GSD files of HOOMD-blue, read with the gsd library of its authors."""

import numpy as np

from glassviz.errors import DataError
from glassviz.formats.reading import Reading, Structure, configuration, flatten, guess_system, same_number

MAGIC = 0x65DF65DF65DF65DF.to_bytes(8, "little")
HEADER = np.dtype([("magic", "<u8"), ("index", "<u8"), ("entries", "<u8")])
ENTRY = np.dtype([("frame", "<u8"), ("rows", "<u8"), ("place", "<i8"), ("columns", "<u4"), ("rest", "V4")])
# Three single-precision coordinates.
BYTES_PER_PARTICLE = 12


def read_gsd(path):
    """Every frame of a GSD file with HOOMD's schema as a Reading.

    particles/typeid counts from 0 and is counted from 1 here; positions are usually stored in single precision, which a
    note says. DataError for a tilted box, a missing box or positions, or a changing N.
    """
    import gsd.hoomd

    notes = []
    check_index(path)
    most = path.stat().st_size // BYTES_PER_PARTICLE
    try:
        with gsd.hoomd.open(path, "r") as file:
            if len(file) == 0:
                raise DataError(f"{path}: holds no frame")
            for chunk in ("configuration/box", "particles/position"):
                if not file.file.chunk_exists(frame=0, name=chunk):
                    raise DataError(f"{path}: {chunk} is missing in frame 0, expected it")
            frames = []
            for place in range(len(file)):
                _check_number(path, file.file, place, most)
                frames.append(Structure(_frame(path, place, file[place], notes)))
    except DataError:
        raise
    except (OSError, RuntimeError) as error:
        raise DataError(f"{path}: not a whole GSD file of HOOMD's schema ({error})") from None
    except (KeyError, ValueError, IndexError, TypeError):
        # The library's words are about its own arrays.
        raise DataError(
            f"{path}: not a whole GSD file of HOOMD's schema: a frame's arrays contradict each other"
        ) from None
    for place, structure in enumerate(frames):
        same_number(path, place, structure.thermal.number, frames[0].thermal.number)
    system, misfit = guess_system(frames)
    return Reading(path, "GSD", tuple(frames), system, misfit, notes=tuple(dict.fromkeys(notes)))


def _check_number(path, file, place, most):
    """DataError unless a frame states a whole number of particles that the file has room for, or none."""
    if not file.chunk_exists(frame=place, name="particles/N"):
        return
    stated = file.read_chunk(frame=place, name="particles/N")
    if stated.size != 1 or stated.dtype.kind not in "iu":
        raise DataError(f"{path}: frame {place}: particles/N is {stated.tolist()}, expected a whole number")
    if stated.item() > most:
        raise DataError(f"{path}: frame {place} claims {stated.item()} particles, the file has room for {most}")


def check_index(path):
    """DataError unless every chunk that the file's index names lies within the file: the library would allocate it."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        head = file.read(HEADER.itemsize)
        if len(head) < HEADER.itemsize:
            raise DataError(f"{path}: not a whole GSD file: {len(head)} bytes")
        header = np.frombuffer(head, HEADER)[0]
        start, length = int(header["index"]), int(header["entries"]) * ENTRY.itemsize
        if start + length > size:
            raise DataError(f"{path}: not a whole GSD file: the index ends at byte {start + length} of {size}")
        file.seek(start)
        entries = np.frombuffer(file.read(length), ENTRY)
    for entry in entries[entries["place"] != 0]:
        end = int(entry["place"]) + int(entry["rows"]) * int(entry["columns"])
        if not 0 < int(entry["place"]) < end <= size:
            raise DataError(f"{path}: not a whole GSD file: a chunk ends at byte {end} of {size}")


def _frame(path, place, frame, notes):
    """One frame as a Configuration."""
    lengths, tilts = np.array(frame.configuration.box[:3], dtype=np.float64), np.array(frame.configuration.box[3:])
    positions = frame.particles.position
    if positions.shape != (frame.particles.N, 3) or len(positions) == 0:
        raise DataError(f"{path}: frame {place}: positions have shape {positions.shape}, expected (N, 3)")
    if tilts.any():
        raise DataError(f"{path}: frame {place}: box is tilted by {tilts.tolist()}, expected an orthorhombic one")
    if positions.dtype == np.float32:
        notes.append("positions are stored in single precision: about 1e-6 of the box")
    if frame.configuration.dimensions == 2 and np.ptp(positions[:, 2]) > 0:
        raise DataError(
            f"{path}: frame {place}: dimensions is 2 though the third coordinate spans {np.ptp(positions[:, 2]):g}, "
            "expected z = 0"
        )
    flat, box = flatten(f"{path}: frame {place}", positions.astype(np.float64), lengths, (True, True, True))
    return configuration(path, flat, frame.particles.typeid.astype(np.int64) + 1, box)
