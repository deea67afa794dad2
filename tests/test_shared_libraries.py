"""Thirty visitors hold the data once; what is somebody's own is seen by them alone."""

import gc
import os
import shutil
import weakref

import pytest

from glassviz import dataset
from glassviz.access import GUEST, OWNER, Visitor
from glassviz.dataset import Dataset
from glassviz.pages import libraries
from glassviz.record import write_record
from tests.pages.conftest import fill, place, planted

ANN, BEN = Visitor("ann", "student"), Visitor("ben", "student")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    monkeypatch.setattr(libraries, "EMBEDDED", tmp_path / "none")
    monkeypatch.setattr("glassviz.library.EMBEDDED", tmp_path / "none")
    monkeypatch.setattr(libraries, "_libraries", {})
    monkeypatch.setattr(libraries, "_further", {"data": [], "models": []})
    fill(tmp_path)
    return tmp_path


def test_without_anything_of_their_own_all_share_one_library(home):
    shared = libraries.library(OWNER)
    assert libraries.library(GUEST) is shared
    assert libraries.library(ANN) is shared
    (ANN.home / "data").mkdir(parents=True)
    assert libraries.library(ANN) is shared


def test_own_data_and_models_are_seen_by_their_owner_alone(home):
    shared = libraries.library(OWNER)
    write_record(place(ANN.home, 1.2, 0), planted(0, "test", 1.2))
    own = libraries.library(ANN)
    assert own.data_sets["small"].temperatures == [0.8, 1.0, 1.2]
    assert libraries.library(BEN).data_sets["small"].temperatures == [0.8, 1.0]
    assert libraries.library(ANN) is own
    # The records of all are in memory once.
    assert own.data_sets["small"][0.8].records[0] is shared.data_sets["small"][0.8].records[0]
    shutil.copytree(next((home / "models").iterdir()), BEN.home / "models" / "mine")
    theirs = libraries.library(BEN)
    assert {entry["name"] for entry in theirs.models} - {entry["name"] for entry in shared.models} == {"mine"}
    assert theirs.data_sets["small"] is shared.data_sets["small"]


def test_what_is_added_for_all_is_seen_in_the_library_of_one(home):
    write_record(place(ANN.home, 1.2, 0), planted(0, "test", 1.2))
    own = libraries.library(ANN)
    write_record(place(home, 1.4, 0), planted(0, "test", 1.4))
    assert own.refresh()
    assert own.data_sets["small"].temperatures == [0.8, 1.0, 1.2, 1.4]


def test_records_are_shared_while_used_and_read_anew_when_replaced(home):
    first, second = Dataset(home / "data" / "small"), Dataset(home / "data" / "small")
    assert first[0.8].records[1] is second[0.8].records[1]
    path = place(home, 0.8, 1)
    replacement = path.with_name(".new.h5")
    write_record(replacement, planted(1, "test", 0.8))
    os.replace(replacement, path)
    first.refresh()
    assert first[0.8].records[1].split == "test"
    assert second[0.8].records[1].split == "validation"
    kept = weakref.ref(first[0.8].records[0])
    del first, second
    gc.collect()
    assert kept() is None
    assert not [key for key in dataset._shared if str(home) in key[0]]
