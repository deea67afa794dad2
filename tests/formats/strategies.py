"""Files that nobody should be able to harm glassviz with: samples of every format, damaged in every way thought of.

Each strategy draws (name of the file, its bytes); `outcome.py` judges what a reader makes of one.
"""

import re

from hypothesis import strategies as st

from tests.formats.strategies_arrays import odd_archives, odd_gsd
from tests.formats.strategies_bytes import damaged_samples, noise, renamed
from tests.formats.strategies_hdf5 import odd_own_files
from tests.formats.whole import TEXTS

ODD_WORDS = (
    *("nan", "inf", "-inf", "-1", "0", "1.5", "1e400", "1e308", "-1e308", "99999999999999999999", "1_000", "0x10"),
    *(
        "x",
        "",
        "ITEM:",
        "ITEM: ATOMS",
        "\x00",
        "\u0661",
        "\u00b2",
        "\N{FULLWIDTH DIGIT ONE}",
        "T",
        '"',
        "=",
        "{",
        "[",
        "Lattice=",
    ),
    *("Properties=species:S:1:pos:R:3", "pos:R:2", ":", "::::", "None", "true", "1e-320", "\ufeff", "\r", "1" * 400),
)


@st.composite
def odd_texts(draw):
    """Extended XYZ or a LAMMPS dump with words and lines changed, swapped, left out or said twice."""
    path = draw(st.sampled_from(TEXTS))
    # The first rows are enough to be odd in; the head of each frame is where most can go wrong.
    lines = [re.split(r"( +|=|:)", line) for line in path.read_text().splitlines()]
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.one_of(st.integers(0, min(11, len(lines) - 1)), st.integers(0, len(lines) - 1)))
        other = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["word", "word", "word", "swap", "drop", "double", "swap lines", "insert"]))
        words = lines[row]
        at = draw(st.integers(0, len(words) - 1))
        if how == "word":
            words[at] = draw(st.one_of(st.sampled_from(ODD_WORDS), st.text(max_size=12)))
        elif how == "swap":
            to = draw(st.integers(0, len(words) - 1))
            words[at], words[to] = words[to], words[at]
        elif how == "drop" and len(lines) > 1:
            del lines[row]
        elif how == "double":
            lines.insert(row, list(words))
        elif how == "swap lines":
            lines[row], lines[other % len(lines)] = lines[other % len(lines)], lines[row]
        else:
            lines.insert(row, [draw(st.sampled_from(ODD_WORDS))])
    return draw(renamed(path.name)), "\n".join("".join(words) for words in lines).encode("utf-8", "surrogatepass")


def files():
    """Any of all of them."""
    kinds = {
        "damaged bytes": damaged_samples(),
        "noise": noise(),
        "odd text": odd_texts(),
        "odd archive": odd_archives(),
        "odd HDF5": odd_own_files(),
        "odd GSD": odd_gsd(),
    }
    # One after the other: one_of would prefer the first ones when it makes examples small.
    return st.sampled_from(sorted(kinds)).flatmap(lambda kind: st.tuples(st.just(kind), kinds[kind]))
