"""What appears on disk or is made by the page: training, new configurations, damaged files."""

import pytest

from glassviz.library import Library
from glassviz.record import write_record
from tests.pages.conftest import place, planted
from tests.pages.visit import Visit, mirror


@pytest.fixture
def visit(changing, page):
    visitor = Visit(changing, page)
    yield visitor
    visitor.check()


def test_a_damaged_file_is_named_and_the_rest_opens(visit):
    visit.open("?temperature=1")
    visit.page.get_by_text("0002.h5: not a whole HDF5 file").wait_for()
    visit.page.get_by_role("combobox", name="Configuration").click()
    names = visit.page.locator("[role=menuitem]").all_inner_texts()
    assert names == ["0 · train", "1 · validation"]


def test_a_missing_model_is_trained_on_the_page(visit):
    visit.open("?temperature=1&time=100")
    visit.page.get_by_text("No model for this state point").wait_for()
    grey = visit.pixels([[visit.panel(1)["x"] + 150, visit.panel(1)["y"] + 150]])
    visit.page.get_by_role("button", name="Train a model").click()
    visit.page.get_by_role("button", name="Ridge regression").click()
    visit.page.get_by_role("button", name="Train", exact=True).click()
    visit.page.get_by_text("Stored as ka2d-ridge-bond_breaking-T1.0000").wait_for(timeout=60_000)
    visit.page.get_by_role("button", name="close", exact=True).click()
    visit.page.get_by_text("Predicted, ridge").first.wait_for()
    visit.holds(model="ka2d-ridge-bond_breaking-T1.0000")
    library = Library([visit.server.home / "data"], [visit.server.home / "models"])
    visit.shows(mirror(library, temperature=1.0, time=100.0))
    assert grey.max() - grey.min() < 20


def test_a_new_configuration_is_noticed(visit):
    visit.open("?temperature=0.8")
    write_record(place(visit.server.home, 0.8, 7), planted(7, "test", 0.8))
    visit.page.wait_for_timeout(2500)
    visit.page.get_by_role("combobox", name="Configuration").click()
    visit.page.locator("[role=menuitem]").get_by_text("7 · test").wait_for()
