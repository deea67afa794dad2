"""Networks trained through the dialog: live losses, cancelling, going on, the model in the menu."""

import json
import re
import time
from dataclasses import replace

import pytest

from glassviz.jobs import jobs, running
from glassviz.pages.training import TrainingDialog
from glassviz.session import Session
from tests.pages.visit import Visit

NAME = "ka2d-glassmlp-bond_breaking-T0.8000"


@pytest.fixture
def visit(changing, page):
    visitor = Visit(changing, page)
    yield visitor
    visitor.check()


def test_a_model_of_another_store_is_trained_beside_it(library, monkeypatch, tmp_path):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    before = {path: path.stat().st_mtime_ns for entry in library.models for path in entry["path"].iterdir()}
    dialog = TrainingDialog(Session(library, temperature=0.8))
    dialog.open()
    dialog.kind.value = "ridge"
    dialog.go.clicks += 1
    job = running() or jobs()[0]
    end = time.monotonic() + 60
    while job.is_running and time.monotonic() < end:
        time.sleep(0.2)
    assert job.state["state"] == "done"
    assert (tmp_path / "models" / "ka2d-ridge-bond_breaking-T0.8000" / "model.json").exists()
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_the_button_is_there_where_there_is_something_to_learn_from(library, monkeypatch):
    session = Session(library, temperature=0.8)
    dialog = TrainingDialog(session)
    assert dialog.button.visible
    monkeypatch.setattr(session.point, "records", [replace(r, split="test") for r in session.point.records])
    session.param.trigger("temperature")
    assert not dialog.button.visible


def latest(visit, file):
    """A file of the latest job; empty where there is none yet."""
    folders = sorted((visit.server.home / "runs").glob("*-train*"))
    path = folders[-1] / file
    return json.loads(path.read_text()) if path.exists() else {}


def test_a_network_is_trained_cancelled_and_goes_on(visit):
    visit.open("?temperature=0.8&time=100&model=")
    page = visit.page
    page.get_by_role("button", name="Train a model").click()
    page.get_by_role("button", name="As published").click()
    # So many that it cannot end before it is cancelled.
    networks, at_work = page.get_by_label("Networks for each type and time"), re.compile(r"Type \d, epoch \d+")
    networks.fill("64")
    networks.press("Enter")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text(at_work).wait_for(timeout=60_000)
    assert page.get_by_role("button", name="Train", exact=True).is_disabled()
    page.get_by_role("button", name="Cancel").click()
    visit.until(lambda: latest(visit, "state.json")["state"] == "cancelled", "a cancelled job")
    page.get_by_text("the same choices go on from here").wait_for()
    reached = latest(visit, "progress.json")["done"]
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text(at_work).wait_for(timeout=60_000)
    assert latest(visit, "progress.json")["done"] >= reached
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("the same choices go on from here").wait_for()
    page.get_by_role("button", name="Quick").click()
    networks.fill("2")
    networks.press("Enter")
    # The number has to reach the server before the click does.
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text(f"Stored as {NAME}").wait_for(timeout=120_000)
    visit.holds(model=NAME)
    assert json.loads((visit.server.home / "models" / NAME / "model.json").read_text())["seeds"] == 2
    page.get_by_role("button", name="close", exact=True).click()
    page.get_by_text("Predicted, glassmlp").first.wait_for()
    assert [path.name for path in (visit.server.home / "models").iterdir() if path.name.startswith(".")] == []
