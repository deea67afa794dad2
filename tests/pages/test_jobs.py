"""Page Jobs: forms from parameters, what is missing, following, cancelling, using."""

import pytest

from glassviz.access import GUEST, OWNER, Visitor
from glassviz.errors import InputError
from glassviz.jobs import REQUESTS, jobs, start
from glassviz.library import Library
from glassviz.pages.job_form import JobForm
from glassviz.pages.job_words import COLUMNS, table_rows, told
from glassviz.pages.jobs import JobsPage
from glassviz.pages.missing import MissingBar, missing
from glassviz.record import write_record
from glassviz.session import Session
from tests.jobs.conftest import until
from tests.pages.conftest import place, planted
from tests.pages.visit import Visit


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    for index, split in enumerate(["train", "validation", "test"]):
        write_record(place(tmp_path, 0.8, index), planted(index, split, 0.8))
    write_record(place(tmp_path, 1.0, 0), planted(0, "train", 1.0))
    return Library([tmp_path / "data"], [tmp_path / "models"])


@pytest.mark.parametrize("task", REQUESTS)
def test_a_form_says_what_its_parameters_are(library, task):
    session = Session(library, temperature=0.8)
    form = JobForm(session, OWNER, task)
    assert list(form.fields) == list(REQUESTS[task].form)
    if "temperature" in form.fields:
        assert form.fields["temperature"].value == 0.8
    if task == "predict":
        with pytest.raises(InputError, match="model is ''"):
            form.request().check()
        return
    # What is not touched is asked for as always.
    request = form.request()
    for name in form.fields:
        if name not in form.given:
            assert getattr(request, name) == request.param[name].default, name
    assert request.arguments().get("data", [str(library.data_folders[0] / "small")]) == [
        str((library.data_folders[0] / "small").resolve())
    ]


def test_odd_entries_are_named(library):
    form = JobForm(Session(library), OWNER, "transfer")
    form.fields["to"].value = "0.3, cold"
    with pytest.raises(InputError, match="To temperatures T is '0.3, cold', expected numbers such as 0.35 0.3"):
        form.request()
    form.fields["to"].value = "0.3  0.27,0.25"
    assert form.request().to == [0.3, 0.27, 0.25]
    form = JobForm(Session(library), OWNER, "simulate")
    form.fields["cycles"].value = None
    with pytest.raises(InputError, match="Monte Carlo cycles is empty, expected a number"):
        form.request()
    form.fields["cycles"].value, form.fields["until"].value = 20, ""
    assert form.request().until is None


def test_what_is_missing_follows_the_page(library):
    session = Session(library, temperature=0.8)
    assert missing(session)[2:] == ("train", {"temperature": 0.8, "observable": "bond_breaking"})
    session.choose(temperature=1.0, page="scores")
    assert missing(session)[2] == "simulate"
    assert "no test configuration" in missing(session)[0]
    session.choose(page="transfer")
    assert missing(session)[2] == "transfer"
    bar = MissingBar(session)
    assert bar.panel.visible
    bar._ask()
    assert session.page == "jobs"
    assert session.asked == ("transfer", {})
    assert not bar.panel.visible


def test_a_job_is_started_followed_and_used(library, tmp_path):
    session = Session(library, temperature=0.8)
    session.ask("train", temperature=0.8, kind="ridge")
    page = JobsPage(session)
    assert page.tasks.value == "train"
    assert page.form.fields["kind"].value == "ridge"
    page._start()
    job = jobs()[0]
    until(lambda: not job.is_running)
    page._look()
    assert [row["cells"][1] for row in page.table.rows] == ["done"]
    assert page.detail.use.visible
    assert not page.detail.cancel.visible
    assert told(job) == "Done."
    page._use(job)
    assert session.page == "snapshots"
    assert session.model == "ka2d-ridge-bond_breaking-T0.8000"
    # The name is taken now, which is said and starts nothing.
    session.choose(page="jobs")
    page._start()
    assert "exists already" in page.note.panel.object
    assert len(jobs()) == 1
    page.detail._rename("my first")
    assert page.table.rows[0]["cells"][0] == "my first"
    page.detail._do(page.detail._delete)
    assert page.table.rows == []
    assert len(table_rows(jobs(), "", {}, False)) == 0
    assert len(COLUMNS) == 8


def test_browsing_jobs_leaves_their_names_alone(library):
    made = [
        start("train", data=[], temperature=T, kind="ridge", output=str(library.model_folders[0])) for T in (0.5, 0.45)
    ]
    for job, title in zip(made, ("my precious", ""), strict=True):
        job.cancel()
        job.rename(title)
    session = Session(library, page="jobs")
    page = JobsPage(session)
    for row in (1, 0, 1, 0):
        page._open(row)
    assert [job.title for job in made] == ["my precious", made[1].name]
    for job in made:
        until(lambda job=job: not job.is_running)


def test_another_page_can_ask_for_another_task(library):
    session = Session(library, temperature=0.8, page="jobs")
    page = JobsPage(session)
    assert page.tasks.value == "simulate"
    session.ask("heterogeneity", temperature=1.0)
    assert page.tasks.value == "heterogeneity"
    assert page.form.fields["temperature"].value == 1.0
    session.ask("heterogeneity", temperature=0.8)
    assert page.form.fields["temperature"].value == 0.8


@pytest.mark.parametrize(("visitor", "tasks"), [(GUEST, []), (Visitor("anna", "student"), ["train", "predict"])])
def test_forms_are_those_of_the_role(library, monkeypatch, visitor, tasks):
    monkeypatch.setattr("glassviz.pages.jobs.current_visitor", lambda: visitor)
    page = JobsPage(Session(library, page="jobs"))
    assert list(page.tasks.options.values())[:2] == tasks
    assert "simulate" not in page.tasks.options.values()
    if not tasks:
        assert "only for those who have logged in" in page.note.panel.object


def test_a_training_is_watched_cancelled_and_resumed_in_the_browser(changing, page):
    visit = Visit(changing, page)
    visit.open("?temperature=0.8")
    visit.press("7")
    visit.page.get_by_role("button", name="Train", exact=True).click()
    visit.page.get_by_label("Networks", exact=True).fill("64")
    visit.page.get_by_label("Networks", exact=True).press("Enter")
    visit.page.get_by_label("Replace one of that name").check()
    visit.page.get_by_role("button", name="How long?").click()
    visit.page.get_by_text("About ").wait_for(timeout=60_000)
    visit.page.get_by_role("button", name="Start", exact=True).click()
    visit.page.get_by_text("validation loss").wait_for(timeout=60_000)
    visit.page.get_by_role("button", name="Cancel").click()
    visit.page.get_by_text("Cancelled; resume goes on from what is finished.").wait_for()
    visit.page.get_by_role("button", name="Resume").click()
    visit.page.get_by_text("left in this stage").wait_for(timeout=60_000)
    visit.page.get_by_role("button", name="Cancel").click()
    visit.page.get_by_text("Cancelled; resume goes on").wait_for()
    visit.page.get_by_role("button", name="Delete", exact=True).click()
    visit.page.get_by_role("button", name="Delete for good").click()
    visit.page.get_by_role("button", name="Delete for good").wait_for(state="hidden")
    visit.check()
