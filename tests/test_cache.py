"""The cache: what was computed once comes from disk, bounded in size, never in the way."""

import os

import numpy as np
import pytest

from glassviz.cache import cached_array, trim
from glassviz.errors import InputError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def counted(size=1000):
    """compute() and the list of its calls."""
    calls = []

    def compute():
        calls.append(1)
        return np.arange(size) + len(calls)

    return compute, calls


def test_same_content_is_computed_once_and_other_content_again():
    compute, calls = counted()
    first = cached_array("squares", (np.arange(3.0), "KA2D", 1.5), compute)
    again = cached_array("squares", (np.arange(3.0), "KA2D", 1.5), compute)
    np.testing.assert_array_equal(first, again)
    assert len(calls) == 1
    others = [(np.arange(3), "KA2D", 1.5), (np.arange(3.0), "KA", 1.5), (np.arange(3.0), "KA2D", 1.25)]
    for content in (*others, (np.arange(3.0).reshape(1, 3), "KA2D", 1.5)):
        cached_array("squares", content, compute)
    cached_array("cubes", (np.arange(3.0), "KA2D", 1.5), compute)
    assert len(calls) == 6


def test_a_damaged_entry_is_made_anew(folder):
    compute, calls = counted()
    cached_array("squares", (1,), compute)
    (path,) = folder.glob("*/*.npy")
    path.write_bytes(path.read_bytes()[:200])
    assert len(cached_array("squares", (1,), compute)) == 1000
    assert len(calls) == 2
    cached_array("squares", (1,), compute)
    assert len(calls) == 2


def test_pickled_objects_are_never_loaded(folder):
    compute, calls = counted()
    cached_array("squares", (1,), compute)
    (path,) = folder.glob("*/*.npy")
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert cached_array("squares", (1,), compute).dtype.kind == "i"
    assert len(calls) == 2


def test_the_longest_unused_goes_first(folder, monkeypatch):
    compute, calls = counted()
    for k in range(4):
        cached_array("squares", (k,), compute)
        (newest,) = set(folder.glob("*/*.npy")) - {p for p in folder.glob("*/*.npy") if p.stat().st_mtime_ns < 1e15}
        os.utime(newest, ns=(k, k))
    cached_array("squares", (0,), compute)
    assert len(calls) == 4
    size = next(folder.glob("*/*.npy")).stat().st_size
    trim(3 * size)
    assert len(list(folder.glob("*/*.npy"))) == 2
    cached_array("squares", (0,), compute)
    cached_array("squares", (3,), compute)
    assert len(calls) == 4
    monkeypatch.setenv("GLASSVIZ_CACHE_GB", "0")
    cached_array("squares", (9,), compute)
    cached_array("squares", (9,), compute)
    assert len(calls) == 6


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GLASSVIZ_CACHE", str(tmp_path / "file" / "below"))
    compute, calls = counted()
    assert len(cached_array("squares", (1,), compute)) == 1000
    monkeypatch.setenv("GLASSVIZ_CACHE_GB", "much")
    with pytest.raises(InputError, match="GLASSVIZ_CACHE_GB is 'much'"):
        cached_array("squares", (1,), compute)
    assert len(calls) == 1
