"""Own data: uploads piece by piece, what the dialog shows, and every page on what was imported."""

import os
import re
import time

import pytest

from glassviz.access import GUEST, OWNER, ROLES, Visitor
from glassviz.errors import DataError, InputError, Refused
from glassviz.pages.own_data import OwnDataDialog
from glassviz.pages.understood import picture_svg, table_html, words
from glassviz.pages.uploads import OLDEST, Uploads
from glassviz.session import Session
from glassviz.tasks.understand import describe
from glassviz.views.upload import PIECE, UploadView
from tests.formats.samples import SAMPLES, UNWRAPPED, WRAPPED, XYZ
from tests.pages.conftest import fill, serve
from tests.pages.visit import Visit

STUDENT = Visitor("ada", "student")
PAGES = ("Scores", "Heterogeneity", "Dynamics", "Network", "Transfer", "Jobs", "Snapshots")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A server whose data the tests add to."""
    yield from serve(tmp_path_factory, "own", fill)


# Uploads -------------------------------------------------------------------------------------------------------------


def sent(view, files, size=PIECE):
    """Let a view receive files, name -> bytes, as the browser sends them; what it said at the end."""
    answers, contents = [], list(files.values())
    view._send_msg = answers.append
    view._handle_msg({"kind": "begin", "files": [{"name": n, "size": len(c)} for n, c in files.items()]})
    while answers and answers[-1]["kind"] == "next":
        ask = answers[-1]
        assert ask["size"] <= size
        data = contents[ask["file"]][ask["offset"] : ask["offset"] + ask["size"]]
        view._handle_msg({"kind": "piece", "file": ask["file"], "offset": ask["offset"], "data": data})
    return answers[-1]["words"]


def view_of(uploads):
    """A view that fills `uploads`, as the dialog makes it."""

    def said(work):
        try:
            work()
        except (InputError, DataError, Refused) as error:
            return str(error)

    return UploadView(
        lambda files: said(lambda: uploads.begin(files)),
        lambda *piece: said(lambda: uploads.take(*piece)),
        lambda: said(uploads.finish) or "all there",
        uploads.remove,
    )


def test_files_arrive_whole_in_pieces_in_a_folder_of_the_visitor(home):
    uploads = Uploads(STUDENT)
    files = {"large.npz": os.urandom(2 * PIECE + 5), "empty.xyz": b"", "small one.xyz": b"x" * 10}
    assert sent(view_of(uploads), files) == "all there"
    assert uploads.folder.parent == home / "users" / "ada" / "uploads"
    assert {path.name: path.read_bytes() for path in uploads.folder.iterdir()} == files


REFUSED = {
    "a guest": (GUEST, [("a.xyz", 1)], "only for those who have logged in"),
    "a large one": (STUDENT, [("a.xyz", ROLES["student"].upload + 1)], "expected at most 268,435,456 for a student"),
    "many": (STUDENT, [(f"{k}.xyz", ROLES["student"].upload) for k in range(5)], "bytes together, expected at most"),
    "a name that leads out": (STUDENT, [("../a.xyz", 1)], "name is '../a.xyz', expected letters"),
    "a hidden name": (STUDENT, [(".a.xyz", 1)], "name is '.a.xyz', expected letters"),
    "a name twice": (STUDENT, [("a.xyz", 1), ("a.xyz", 1)], "expected 1 to 2000 of different names"),
    "no file": (STUDENT, [], "0 files are offered"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_come_is_refused_before_it_does(home, name):
    visitor, files, sentence = REFUSED[name]
    with pytest.raises((InputError, Refused), match=sentence):
        Uploads(visitor).begin([{"name": file, "size": size} for file, size in files])
    assert list(home.rglob("*.xyz")) == []


def test_a_full_disk_is_said_as_such(home, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 5}))
    with pytest.raises(InputError, match="the disk is full: the files have 10 bytes, 5 are free"):
        Uploads(OWNER).begin([{"name": "a.xyz", "size": 10}])


def test_pieces_come_in_order_and_within_the_size_stated(home):
    uploads = Uploads(OWNER)
    uploads.begin([{"name": "a.xyz", "size": 10}])
    for file, offset, data in ((1, 0, b"x"), (-1, 0, b"x"), (0, 5, b"x"), (0, 0, b"x" * 11)):
        with pytest.raises(DataError, match="expected"):
            uploads.take(file, offset, data)
    uploads.take(0, 0, b"x" * 9)
    with pytest.raises(DataError, match="9 bytes came, expected 10"):
        uploads.finish()


def test_old_uploads_are_removed_and_a_new_one_replaces_the_last(home):
    first, second = Uploads(OWNER), Uploads(OWNER)
    first.begin([{"name": "a.xyz", "size": 1}])
    old, past = first.folder, time.time() - OLDEST - 10
    os.utime(old, (past, past))
    second.begin([{"name": "b.xyz", "size": 1}])
    assert not old.exists()
    before = second.folder
    second.begin([{"name": "c.xyz", "size": 1}])
    assert not before.exists()
    assert [path.name for path in second.folder.iterdir()] == ["c.xyz"]


# Words ---------------------------------------------------------------------------------------------------------------


def test_what_was_understood_is_shown_as_text_never_as_markup(tmp_path):
    name = "<b>bold</b>.xyz"
    (tmp_path / "x.xyz").write_text(XYZ.read_text().replace("He ", "<i>*He*</i> "))
    found = describe(SAMPLES / "T0.60" / "test", [], 2**24, {})
    found["files"][0]["name"] = name
    found["refused"] = describe(tmp_path, ["x.xyz"], 2**24, {})["refused"]
    table, said = table_html(found), words(found)
    assert "&lt;b&gt;bold&lt;/b&gt;" in table
    assert name not in table
    assert "N = 129 (60 + 33 + 36), 2D" in table
    assert "&lt;i&gt;\\*He\\*" in said
    assert "<i>" not in said
    assert picture_svg(found["picture"]).count("<circle") == 129


def test_guests_read_one_sentence_and_find_nothing_to_press(library):
    dialog = OwnDataDialog(Session(library), GUEST)
    dialog.open()
    assert dialog.words.object.startswith("Bringing data is only for those who have logged in")
    assert dialog.panel.objects == [dialog.words, dialog.wizard]
    assert not dialog.wizard.visible
    # Enforced behind the page, too.
    dialog._found = describe(SAMPLES, [XYZ.name], 2**24, {})
    dialog._source, dialog.fields.name.value = SAMPLES, "mine"
    dialog._import()
    assert "only for those who have logged in" in dialog.words.object


def test_only_the_owner_looks_into_folders(library):
    student = OwnDataDialog(Session(library), STUDENT)
    assert student.panel.objects[0] is student.upload
    student._look_into(str(SAMPLES))
    assert student._found is None
    owner = OwnDataDialog(Session(library), OWNER)
    owner._look_into("nowhere")
    assert "expected the whole path of a folder" in owner.words.object
    owner._look_into(str(SAMPLES))
    assert len(owner._found["files"]) >= 9
    assert owner.wizard.visible


def test_a_name_that_is_taken_by_another_liquid_is_refused(library):
    dialog = OwnDataDialog(Session(library), OWNER)
    dialog._look_into(str(SAMPLES))
    dialog._found["files"] = [replace_number(dialog._found["files"][0])]
    dialog.fields.name.value = "small"
    with pytest.raises(InputError, match="data set small holds 129 particles of KA2D, the files 500 of KA"):
        dialog._arguments()


def replace_number(entry):
    return {**entry, "number": 500, "system": "KA"}


# Browser -------------------------------------------------------------------------------------------------------------


def bring(visit, files, name, fields):
    """Upload files, fill in what is missing and import."""
    page = visit.page
    page.get_by_role("button", name="Bring your own data").click()
    page.locator("input[type=file]").set_input_files([str(path) for path in files])
    field = page.get_by_role("textbox", name="Name of the data set")
    field.wait_for()
    visit.until(lambda: field.input_value() == "ka2d-n129", "what was understood")
    for label, value in {"Name of the data set": name, **fields}.items():
        widget = page.get_by_role("textbox", name=label)
        widget.fill(value)
        widget.press("Enter")
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text(re.compile(r"written into the data set")).wait_for(timeout=90_000)
    page.get_by_role("button", name="close", exact=True).click()
    visit.holds(data_set=name, temperature=0.6)


def go_round(visit):
    """Every page shows something without a complaint."""
    for name in PAGES:
        visit.page.get_by_role("button", name=name, exact=True).click()
        visit.holds(page=None if name == "Snapshots" else name.lower())
        visit.page.wait_for_timeout(1500)
    visit.check()


def test_labelled_and_bare_samples_are_uploaded_and_every_page_works_on_them(own, page):
    visit = Visit(own, page)
    visit.open("?data_set=small&temperature=0.8")
    bring(visit, [WRAPPED, UNWRAPPED], "labelled", {"Times t of the labels": "0.1 2"})
    visit.holds(time=2.0)
    go_round(visit)
    bring(visit, [XYZ], "bare", {"Temperature T": "0.6"})
    visit.holds(time=0.0)
    go_round(visit)
    assert [path for path in (own.home / "uploads").iterdir() if any(path.iterdir())] == []
