"""glassviz's own files with what it does not write: (name of the file, its bytes)."""

import io

import h5py
import numpy as np
from hypothesis import strategies as st

from tests.formats.strategies_arrays import odd_array
from tests.formats.strategies_bytes import damaged, renamed
from tests.formats.whole import own_files


@st.composite
def odd_own_files(draw):
    """glassviz's own files with items, attributes, links, storage and filters that it does not write."""
    name, content = draw(st.sampled_from(sorted(own_files().items())))
    stream = io.BytesIO(content)
    with h5py.File(stream, "r+") as file:
        # What has been made odd once is not read again.
        arrays = set(file)
        for _ in range(draw(st.integers(1, 3))):
            items = sorted(key for key in file if isinstance(file.get(key, getlink=True), h5py.HardLink))
            if not items:
                break
            which = draw(st.sampled_from(items))
            how = draw(st.sampled_from(["array", "array", "attribute", "attribute", "drop", "link"]))
            if how == "attribute":
                _odd_attribute(draw, file)
            elif how == "drop":
                arrays.discard(which)
                del file[which]
            elif how == "array" and which in arrays:
                values = draw(odd_array(file[which][()]))
                arrays.discard(which)
                del file[which]
                if values.dtype.kind in "fiubcS":
                    file[which] = values
            elif how == "link":
                arrays.discard(which)
                del file[which]
                MADE[draw(st.sampled_from(sorted(MADE)))](file, which)
    content = stream.getvalue()
    return draw(renamed(name)), draw(damaged(content)) if draw(st.integers(0, 3)) == 0 else content


def _odd_attribute(draw, file):
    name = draw(st.sampled_from(sorted(file.attrs) or ["format"]))
    odd = [
        None,
        "nonsense",
        "",
        b"\xff",
        np.nan,
        np.inf,
        -1,
        2**62,
        np.arange(3),
        np.zeros((2, 2)),
        1e308,
        "{",
        "[]",
        "a" * 500,
    ]
    odd += ["KA", "train", "../../x", np.array(["a", "b"], dtype="S1"), True, h5py.Empty("f8")]
    value = draw(st.sampled_from(range(len(odd))))
    if name in file.attrs:
        del file.attrs[name]
    if odd[value] is not None:
        file.attrs[name] = odd[value]


def _virtual(file, which):
    layout = h5py.VirtualLayout((10,), "f8")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (10,))
    file.create_virtual_dataset(which, layout)


MADE = {
    "soft": lambda file, which: file.__setitem__(which, h5py.SoftLink("/types")),
    "external": lambda file, which: file.__setitem__(which, h5py.ExternalLink("/etc/passwd", "/")),
    "raw": lambda file, which: file.create_dataset(which, (10,), "u1", external=[("/etc/passwd", 0, 10)]),
    "virtual": _virtual,
    "group": lambda file, which: file.create_group(which).create_dataset("inner", data=np.arange(3)),
    "type": lambda file, which: file.__setitem__(which, np.dtype("f8")),
    "cycle": lambda file, which: file.create_group(which).__setitem__("again", file["/"]),
    "many": lambda file, which: [file.require_group(f"g{k}") for k in range(100)],
    "lzf": lambda file, which: file.create_dataset(which, data=np.arange(200.0), compression="lzf"),
    "words": lambda file, which: file.create_dataset(which, data=["a", "b"], dtype=h5py.string_dtype()),
    "reference": lambda file, which: file.create_dataset(which, data=np.array([file.ref], dtype=h5py.ref_dtype)),
    "bomb": lambda file, which: file.create_dataset(which, (2**40,), "f8", chunks=(2**12,), compression="gzip"),
}
"""What may stand in the place of an array: links, foreign storage, other objects, a bomb."""
