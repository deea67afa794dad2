"""Damaged, odd and hostile files: every reader gives what was read, or one sentence that names file and fault.

`benchmarks/fuzz.py` draws ten thousand from the same strategies; here are a few hundred, the same ones each time.
"""

import h5py
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from glassviz.errors import DataError
from glassviz.formats.own import read_own
from tests.formats.outcome import outcome
from tests.formats.strategies import files
from tests.formats.strategies_hdf5 import MADE
from tests.formats.whole import own_files, whole_files

QUICK = settings(
    max_examples=400,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@QUICK
@given(drawn=files())
def test_a_file_is_read_or_refused_in_a_sentence(folder, drawn):
    kind, (name, content) = drawn
    ended, words = outcome(folder, name, content)
    assert ended != "fault", f"{kind}: {words}"


def test_whole_files_are_read(folder):
    names = ["N129T0.60_7_tc01.npz", "two_frames.xyz", "two_frames.gsd", "ka2d_plain.dump", *own_files(), "all.npz"]
    whole = whole_files()
    assert {name: outcome(folder, name, whole[name]) for name in names} == dict.fromkeys(names, ("reading", ""))


EXPECTED = {
    "soft": "is a link to another place",
    "external": "is a link to another file",
    "raw": "is stored in another file",
    "virtual": "is stored in another file",
    "group": "'types' is not a plain array in this file",
    "type": "is a named type",
    "cycle": "holds more than 48 items",
    "many": "holds more than 48 items",
    "lzf": "uses filter 32000, expected gzip",
    "words": "has type object and shape",
    "reference": "has type object and shape",
    "bomb": "would grow from 0 to 8796093022208 bytes",
}


@pytest.mark.parametrize("how", MADE)
def test_hdf5_that_leads_elsewhere_is_refused_before_it_is_followed(tmp_path, how):
    path = tmp_path / "0007.h5"
    path.write_bytes(own_files()["0007.h5"])
    with h5py.File(path, "r+") as file:
        del file["types"]
        MADE[how](file, "types")
    with pytest.raises(DataError, match=EXPECTED[how]) as refusal:
        read_own(path)
    assert str(path) in str(refusal.value)
