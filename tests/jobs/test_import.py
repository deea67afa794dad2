"""The job *import*: whose files it takes, where they go, and what of an upload is left."""

import json

import numpy as np
import pytest

import glassviz as gv
from glassviz.access import GUEST, OWNER, Visitor
from glassviz.errors import DataError, InputError, Refused
from glassviz.jobs import here, jobs, request_of
from glassviz.library import Library
from glassviz.session import Session
from tests.formats.samples import UNWRAPPED, WRAPPED, XYZ
from tests.formats.whole import own_files, prediction_arrays

STUDENT = Visitor("ada", "student")
TIMES = [0.1, 2.0]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    return tmp_path


def upload(visitor, *paths):
    """A folder as an upload makes it."""
    folder = visitor.home / "uploads" / "batch"
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        (folder / path.name).write_bytes(path.read_bytes())
    return str(folder)


@pytest.mark.parametrize("visitor", [OWNER, STUDENT], ids=["owner", "student"])
def test_an_upload_becomes_a_data_set_of_the_visitor_and_is_removed(visitor):
    source = upload(visitor, WRAPPED, UNWRAPPED)
    folder = here("import", visitor=visitor, source=source, name_of_set="mine", times=TIMES)
    assert folder == str(visitor.home / "data" / "mine")
    assert gv.open(folder)[0.6].times.tolist() == TIMES
    assert not (visitor.home / "uploads" / "batch").exists()
    (job,) = jobs(visitor)
    found = json.loads((job.folder / "result" / "imported.json").read_text())
    assert [path.rpartition("/")[2] for path in found["written"]] == ["0007.h5"]


def test_a_folder_of_the_owner_is_left_as_it_is(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / XYZ.name).write_bytes(XYZ.read_bytes())
    here("import", source=str(tmp_path / "own"), name_of_set="mine", temperature=0.6)
    assert (tmp_path / "own" / XYZ.name).exists()
    assert len(gv.open(tmp_path / "data" / "mine")[0.6]) == 2


def test_nobody_but_the_owner_names_a_folder(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / XYZ.name).write_bytes(XYZ.read_bytes())
    upload(STUDENT, XYZ)
    others = upload(Visitor("bob", "student"), XYZ)
    for source in (str(tmp_path / "secret"), others, str(STUDENT.home / "uploads"), f"{STUDENT.home}/uploads/../data"):
        with pytest.raises(Refused, match="is no upload of ada"):
            here("import", visitor=STUDENT, source=source, name_of_set="mine", temperature=0.6)
    (STUDENT.home / "uploads" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(Refused, match="is no upload of ada"):
        here("import", visitor=STUDENT, source=str(STUDENT.home / "uploads" / "link"), name_of_set="mine")


def test_guests_import_nothing():
    with pytest.raises(Refused, match="only for those who have logged in"):
        here("import", visitor=GUEST, source=upload(OWNER, XYZ), name_of_set="mine", temperature=0.6)


WRONG = {
    "name_of_set": ("../mine", "name is '../mine', expected small letters"),
    "files": (["../../jobs/x"], "leads out of the folder"),
    "times": ([0.1, "x"], "times is .*, expected a list"),
    "temperature": (-1, "temperature is -1, expected a number above 0"),
    "mean_of": (3, "replicas behind the means are 3, expected an even number"),
    "system": ("WATER", "system is 'WATER', expected one of"),
    "split": ("all", "split is 'all', expected one of"),
    "source": ("uploads", "source is 'uploads', expected the whole path"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_are_named_before_anything_is_begun(name):
    value, sentence = WRONG[name]
    arguments = {"source": upload(OWNER, XYZ), "name_of_set": "mine", "temperature": 0.6, name: value}
    with pytest.raises((InputError, DataError), match=sentence):
        request_of("import", arguments).check()
    assert jobs() == []


def test_files_above_the_limit_of_the_role_are_refused(monkeypatch):
    source = upload(STUDENT, XYZ)
    with open(f"{source}/large.xyz", "wb") as file:
        file.truncate(STUDENT.rights.upload + 1)
    with pytest.raises(DataError, match=f"expected at most {STUDENT.rights.upload:,}"):
        here("import", visitor=STUDENT, source=source, name_of_set="mine", temperature=0.6)


def test_uploaded_predictions_are_a_method_of_their_state_point(home):
    folder = home / "uploads" / "batch"
    folder.mkdir(parents=True)
    (folder / "0007.h5").write_bytes(own_files()["0007.h5"])
    here("import", source=str(folder), name_of_set="mine")
    folder.mkdir()
    np.savez(folder / "0007.npz", **prediction_arrays()["0007.npz"])
    asked = {"kind": "predictions", "method": "Guess", "temperature": 0.6, "data": [str(home / "data" / "mine")]}
    here("import", source=str(folder), name_of_set="mine", **asked)
    session = Session(Library([home / "data"], [home / "models"]), data_set="mine", temperature=0.6, model="Guess")
    assert session.model == "Guess"
    np.testing.assert_allclose(session.predicted(), prediction_arrays()["0007.npz"]["guess"], atol=1e-6)
