"""What visitors share: worked out once however many ask, bounded in size."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from glassviz.kept import Kept


def test_who_asks_meanwhile_waits_for_the_first():
    kept, calls, begun, finish = Kept(), [], Event(), Event()

    def slow():
        calls.append(1)
        begun.set()
        finish.wait(30)
        return "found"

    with ThreadPoolExecutor(3) as workers:
        first = workers.submit(kept.once, "key", slow)
        begun.wait(30)
        assert kept.get("key") is None
        others = [workers.submit(kept.once, "key", slow) for _ in range(2)]
        assert kept.once("other", lambda: None) is None
        finish.set()
        assert [found.result(30) for found in (first, *others)] == ["found"] * 3
    assert len(calls) == 1
    assert kept.get("key") == "found"


def test_what_fails_is_tried_again_and_none_is_a_result():
    kept, calls = Kept(), []

    def compute():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("not yet")

    with pytest.raises(ValueError, match="not yet"):
        kept.once("key", compute)
    assert kept.once("key", compute) is None
    assert kept.once("key", compute) is None
    assert len(calls) == 2
    kept.clear()
    kept.once("key", compute)
    assert len(calls) == 3


def test_beyond_the_size_the_longest_unused_array_goes():
    kept = Kept(largest=2500)
    kept.once("words", lambda: "kept, for words count nothing")
    for name in "ab":
        kept.once(name, lambda: np.zeros(125))
    kept.get("a")
    kept.once("c", lambda: {"one": [np.zeros(125)]})
    assert kept.get("b") is None
    assert kept.get("a") is not None
    assert kept.get("c") is not None
    assert kept.get("words")
    # What is larger than all is kept until the next result comes.
    kept.once("huge", lambda: np.zeros(1000))
    assert kept.get("huge") is not None
    assert kept.get("a") is None


def test_work_that_was_given_up_is_done_once_by_those_who_wait():
    kept, calls, begun, finish = Kept(largest=10**6), [], [Event(), Event()], [Event(), Event()]

    def slow():
        turn = len(calls)
        calls.append(turn)
        begun[turn].set()
        finish[turn].wait(30)
        if turn == 0:
            raise RuntimeError("given up")
        return np.zeros(1000)

    with ThreadPoolExecutor(3) as workers:
        first = workers.submit(kept.once, "key", slow)
        begun[0].wait(30)
        second = workers.submit(kept.once, "key", slow)
        finish[0].set()
        with pytest.raises(RuntimeError, match="given up"):
            first.result(30)
        begun[1].wait(30)
        # Asks while the second is at it.
        third = workers.submit(kept.once, "key", slow)
        finish[1].set()
        assert second.result(30) is third.result(30)
    assert calls == [0, 1]
    assert kept._size == 8000
    assert not kept._working
