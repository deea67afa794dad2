"""Bytes with damage, noise, and other extensions: (name of the file, its bytes)."""

from pathlib import Path

from hypothesis import strategies as st

from tests.formats.samples import GSD
from tests.formats.whole import whole_files

SUFFIXES = (".npz", ".xyz", ".dump", ".gsd", ".h5", ".txt", ".pkl", "", ".npz.gz")
MAGICS = (
    b"PK\x03\x04",
    b"\x89HDF\r\n\x1a\n",
    GSD.read_bytes()[:8],
    b"ITEM: TIMESTEP\n",
    b"129\n",
    b"\x80\x04\x95",
    b"\x1f\x8b",
)


@st.composite
def damaged(draw, content):
    """Bytes with bits flipped, cut off, with something put in, taken out or said twice."""
    content = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        if not content:
            break
        here = draw(st.integers(0, len(content) - 1))
        there = min(len(content), here + draw(st.integers(1, 64)))
        how = draw(st.sampled_from(["flip", "cut", "insert", "delete", "zero", "ones", "repeat"]))
        if how == "flip":
            content[here] ^= 1 << draw(st.integers(0, 7))
        elif how == "cut":
            del content[here:]
        elif how == "insert":
            content[here:here] = draw(st.binary(min_size=1, max_size=40))
        elif how == "delete":
            del content[here:there]
        elif how == "repeat":
            content[here:here] = content[here:there]
        else:
            content[here:there] = bytes([0 if how == "zero" else 255]) * (there - here)
    return bytes(content)


@st.composite
def damaged_samples(draw):
    """Any sample with damaged bytes, perhaps under another extension."""
    name, content = draw(st.sampled_from(sorted(whole_files().items())))
    return draw(renamed(name)), draw(damaged(content))


@st.composite
def noise(draw):
    """Random bytes, often after the first bytes of a format."""
    head = draw(st.sampled_from([b"", *MAGICS]))
    return draw(renamed("file.npz")), head + draw(st.binary(max_size=400))


@st.composite
def renamed(draw, name):
    """A name, or the same with another extension."""
    return name if draw(st.booleans()) else Path(name).stem + draw(st.sampled_from(SUFFIXES))
