"""Archives and GSD files that hold arrays which are not as they should be: (name of the file, its bytes)."""

import re
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from tests.formats.samples import arrays_of, truth
from tests.formats.strategies_bytes import damaged, renamed
from tests.formats.whole import ARCHIVES, members_of, npy, prediction_arrays, zipped

KINDS = (
    "f2",
    "f4",
    "f8",
    "i1",
    "i2",
    "i8",
    "u1",
    "u8",
    "c16",
    "?",
    "S3",
    "U2",
    "M8[s]",
    "m8[s]",
    "O",
    "V4",
    ">f8",
    ">i4",
)


@st.composite
def odd_array(draw, values):
    """An array with other numbers, of another kind or another shape."""
    values = np.asarray(values)
    how = draw(st.sampled_from(["number", "kind", "shape", "several"]))
    if how in ("kind", "several"):
        kind = draw(st.sampled_from(KINDS))
        with np.errstate(all="ignore"):
            try:
                values = values.astype(np.dtype(kind) if kind != "V4" else np.dtype([("a", "f8")]))
            except (ValueError, TypeError):
                values = np.zeros(values.shape, kind)
    if how in ("number", "several") and values.dtype.kind in "fi" and values.size:
        values = np.array(values)
        most = np.iinfo(values.dtype).max if values.dtype.kind == "i" else np.inf
        odd = draw(st.sampled_from([np.nan, np.inf, -np.inf, 1e308, -1.0, 0.0, 0.5, 300.0, 1e-320, -1e5]))
        if values.dtype.kind == "i":
            odd = int(min(np.nan_to_num(odd, nan=-7), most))
        with np.errstate(all="ignore"):
            if draw(st.booleans()):
                values = np.full_like(values, np.clip(odd, -most, most))
            else:
                values.reshape(-1)[draw(st.integers(0, values.size - 1))] = np.clip(odd, -most, most)
    if how in ("shape", "several"):
        change = draw(st.sampled_from(["flat", "turned", "fewer", "more", "empty", "scalar", "axis", "wide"]))
        first = values.reshape(-1)[:1]
        values = {
            "flat": lambda: values.reshape(-1),
            "turned": lambda: values.T,
            "fewer": lambda: values[..., :-1] if values.ndim else values,
            "more": lambda: np.concatenate([values.reshape(-1), first]),
            "empty": lambda: values.reshape(-1)[:0],
            "scalar": lambda: first[0] if len(first) else values,
            "axis": lambda: values[None],
            "wide": lambda: np.repeat(values, 2, axis=-1) if values.ndim else values,
        }[change]()
    return np.asarray(values)


@st.composite
def _odd_members(draw, arrays):
    """Members of an archive, one of them with a header, size or content that it should not have."""
    members = members_of(arrays)
    which = draw(st.sampled_from(sorted(members)))
    how = draw(st.sampled_from(["plain", "plain", "header", "bomb", "bytes", "foreign", "version", "pickle"]))
    if how == "header":
        odd = draw(
            st.sampled_from(
                [b"(9999999999,)", b"(-1,)", b"(1, 2, 3, 4, 5, 6)", b"{}", b"(True,)", b"'|O'", b"__import__"]
            )
        )
        members[which] = re.sub(rb"\([\d, ]*\)|'[<>|]\w\d'", odd, members[which], count=1)
    elif how == "bomb":
        members[which] = npy(np.zeros(draw(st.integers(1, 4)) * 2**17))
    elif how == "bytes":
        members[which] = draw(damaged(members[which]))
    elif how == "foreign":
        members[draw(st.sampled_from(["readme.txt", "a/b.npy", "/etc/passwd", "..", "x.npz"]))] = b"words"
    elif how == "version":
        members[which] = npy(arrays[which.removesuffix(".npy")], draw(st.sampled_from([(1, 0), (2, 0), (3, 0)])))
    elif how == "pickle":
        members[which] = npy(np.array([{"a": 1}, print], dtype=object))
    return members


@st.composite
def odd_archives(draw):
    """Archives whose arrays, names, headers or packing are not as they should be."""
    name, arrays = draw(
        st.sampled_from([*((p.name, arrays_of(p)) for p in ARCHIVES), *sorted(prediction_arrays().items())])
    )
    arrays = dict(arrays)
    for _ in range(draw(st.integers(0, 2))):
        which = draw(st.sampled_from(sorted(arrays)))
        how = draw(st.sampled_from(["odd", "odd", "odd", "drop", "rename"]))
        if how == "odd":
            arrays[which] = draw(odd_array(arrays[which]))
        elif len(arrays) > 1:
            values = arrays.pop(which)
            if how == "rename":
                arrays[draw(st.sampled_from(["box", "positions", "types", "bb_prop", "x", "../x", "índice"]))] = values
    members = draw(_odd_members(arrays))
    method = draw(st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]))
    return draw(renamed(name)), zipped(members, method)


@st.composite
def odd_gsd(draw):
    """GSD files by its own library with chunks that HOOMD would not write, or with a damaged header or index."""
    import gsd.fl

    known = truth()
    chunks = {
        "configuration/step": np.array([3], np.uint64),
        "configuration/dimensions": np.array([2], np.uint8),
        "configuration/box": np.array([*known["flat_box"], 0, 0, 0, 0], np.float32),
        "particles/N": np.array([129], np.uint32),
        "particles/position": np.pad(known["flat"], ((0, 0), (0, 1))).astype(np.float32),
        "particles/typeid": (known["flat_types"] - 1).astype(np.uint32),
    }
    for _ in range(draw(st.integers(0, 2))):
        which = draw(st.sampled_from(sorted(chunks)))
        if draw(st.integers(0, 4)) == 0 and len(chunks) > 1:
            del chunks[which]
            continue
        values = draw(odd_array(chunks[which]))
        if values.dtype.kind in "fiu" and values.dtype.itemsize in (1, 2, 4, 8) and 0 < values.ndim < 3 and values.size:
            plain = values.dtype.newbyteorder("=")
            chunks[which] = values.astype("f4" if plain == np.float16 else plain)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.gsd"
        with gsd.fl.open(str(path), "w", "fuzz", "hoomd", [1, 4]) as file:
            for name, values in chunks.items():
                file.write_chunk(name, np.ascontiguousarray(values))
            file.end_frame()
        content = bytearray(path.read_bytes())
    if draw(st.booleans()):
        at = draw(st.integers(8, 63))
        content[at : at + 8] = draw(st.binary(min_size=8, max_size=8))
    return draw(renamed("two_frames.gsd")), bytes(content)
