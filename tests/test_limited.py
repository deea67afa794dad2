"""Work in a process with limits: each limit ends in a sentence, and the process that asked goes on."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from glassviz.cache import _limit
from glassviz.errors import Cancelled, DataError, GlassvizError, InputError
from glassviz.limited import Limits, call
from tests.formats.samples import XYZ

DESCRIBE, NAME = "glassviz.tasks.understand:describe", "glassviz.tasks.understand:safe_name"


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Arguments that describe a file of 516,000 particles, which takes seconds and hundreds of megabytes."""
    folder, (_, comment, *rows) = tmp_path_factory.mktemp("large"), XYZ.read_text().splitlines()[:131]
    (folder / "many.xyz").write_text("\n".join([str(4000 * len(rows)), comment, *(4000 * rows)]))
    return {"folder": str(folder), "files": ["many.xyz"], "largest": 2**30, "options": {}}


def test_a_result_comes_back_as_it_is():
    assert call(NAME, {"text": "mine_2"}) == "mine_2"


def test_a_process_that_takes_its_time_to_close_has_answered_all_the_same(monkeypatch):
    monkeypatch.setattr("glassviz.limited.GRACE", 0.0)
    assert call(NAME, {"text": "mine_2"}) == "mine_2"
    assert children() == []


def test_an_error_of_the_user_keeps_its_kind_and_its_sentence():
    with pytest.raises(InputError, match=r"name is '\.\./x', expected small letters"):
        call(NAME, {"text": "../x"})


def test_only_functions_of_the_package_are_called():
    with pytest.raises(GlassvizError, match="function is 'os:getcwd', expected one of glassviz"):
        call("os:getcwd", {})


def test_secrets_of_the_server_do_not_reach_the_process(monkeypatch, tmp_path):
    monkeypatch.setenv("GLASSVIZ_CACHE_GB", "nonsense")
    with pytest.raises(InputError):
        _limit()
    assert call("glassviz.cache:_limit", {}) == 2e9


def test_too_much_memory_is_said_as_such(large):
    with pytest.raises(DataError, match=r"many: needs more than 0\.586 GiB of memory, the limit"):
        call(DESCRIBE, large, Limits(memory=600 * 2**20), what="many")


def test_too_much_computing_is_said_as_such(large):
    with pytest.raises(DataError, match=r"many: needs more than 1 s of computing, the limit"):
        call(DESCRIBE, large, Limits(cpu=1), what="many")


def test_too_long_is_said_as_such(large):
    begin = time.monotonic()
    with pytest.raises(DataError, match=r"many: took longer than 0\.5 s, the limit"):
        call(DESCRIBE, large, Limits(seconds=0.5), what="many")
    assert time.monotonic() - begin < 5
    assert children() == []


def test_a_file_that_grows_too_large_is_said_as_such(tmp_path):
    arguments = {"source": str(XYZ.parent), "folder": str(tmp_path / "mine"), "files": [XYZ.name], "largest": 2**20}
    arguments |= {"structures": {"temperature": 0.6, "split": "test"}, "predictions": None}
    with pytest.raises(DataError, match="needs to write more than 1000 bytes into a file, the limit"):
        call("glassviz.tasks.bring:carry_out", arguments, Limits(file=1000), progress=lambda *_: None)
    assert [path for path in (tmp_path / "mine").rglob("*") if path.is_file()] == []


def test_a_process_that_breaks_is_said_as_such(large):
    threading.Timer(0.7, lambda: [os.kill(child, signal.SIGSEGV) for child in children()]).start()
    with pytest.raises(DataError, match=r"many: the process that read it broke \(SIGSEGV\)"):
        call(DESCRIBE, large, what="many")


def test_a_process_is_ended_when_it_is_no_longer_wanted(large, tmp_path):
    arguments = {"source": large["folder"], "folder": str(tmp_path / "mine"), "files": [], "largest": 2**30}
    arguments |= {"structures": {"temperature": 0.6}, "predictions": None}
    begin = time.monotonic()

    def cancelled(*_):
        if time.monotonic() - begin > 0.6:
            raise Cancelled

    with pytest.raises(Cancelled):
        call("glassviz.tasks.bring:carry_out", arguments, progress=cancelled)
    assert time.monotonic() - begin < 5
    assert children() == []
    assert not (tmp_path / "mine").exists()


def children():
    """Processes with limits that this one has started."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            status, command = (place / "stat").read_text(), (place / "cmdline").read_text()
        except OSError:
            continue
        if status.rpartition(")")[2].split()[1] == str(os.getpid()) and "glassviz.limited" in command:
            found.append(int(place.name))
    return found
