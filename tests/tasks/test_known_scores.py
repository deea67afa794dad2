"""Scores come from disk where the same state point and the same method were scored before, by whichever process."""

from dataclasses import replace

import numpy as np
import pytest

from glassviz.learning.store import entry_of
from glassviz.library import Library
from glassviz.tasks import known_scores
from glassviz.tasks.judge import judge
from tests.pages.conftest import fill


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_CACHE", str(tmp_path / "cache"))
    fill(tmp_path)
    return tmp_path


def opened(home):
    """State point and method, read anew as by another process."""
    library = Library([home / "data"], [home / "models"])
    data = library.data_sets["small"]
    (entry,) = library.methods(data, 0.8, "bond_breaking")
    return data[0.8], entry


def test_only_the_first_process_works_them_out(home, monkeypatch):
    calls = []
    monkeypatch.setattr(known_scores, "judge", lambda *args: calls.append(1) or judge(*args))
    first = known_scores.known_judgement(*opened(home)[::-1])
    point, entry = opened(home)
    again = known_scores.known_judgement(entry, point)
    assert len(calls) == 1
    assert again.keys() == first.keys() == judge(entry, point).keys()
    made = judge(entry, point)
    for kind, rows in made.items():
        for place, row in enumerate(rows):
            for name, value in row.items():
                np.testing.assert_array_equal([again[kind][place][name], first[kind][place][name]], value)
    # A model that was trained anew is another.
    weights = {kind: 2 * values for kind, values in entry["model"].weights.items()}
    known_scores.known_judgement(entry_of(replace(entry["model"], weights=weights), entry["name"]), point)
    assert len(calls) == 2


def test_ceilings_descriptors_and_scores_come_back_as_they_were(home):
    for _ in range(2):
        point, entry = opened(home)
        assert str(known_scores.known_ceilings(point, "bond_breaking", 1)) == str(
            known_scores.ceiling_table(point, "bond_breaking", 1)
        )
        assert str(known_scores.known_score(entry, point)) == str(known_scores.score(entry, point))
        kept = known_scores.known_descriptors(point, "bond_breaking", 1)
        made = known_scores.single_descriptors(point, "bond_breaking", 1)
        assert kept.names == made.names
        for name in ("times", "pearson", "errors", "training"):
            np.testing.assert_array_equal(getattr(kept, name), getattr(made, name))
