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
    # What is missing is said, and the button beside it opens the form with the state point filled in.
    visit.page.get_by_text("No model predicts this propensity at T = 1.").wait_for()
    # The damaged file is told at the foot, too.
    visit.page.get_by_role("button", name="Close", exact=True).click()
    visit.page.get_by_role("button", name="Train one").click()
    visit.holds(page="jobs")
    assert visit.page.get_by_label("Temperature T (ε", exact=False).first.input_value() in ("1", "1.0")
    visit.choose("Model kind", "ridge")
    visit.page.get_by_role("button", name="Start", exact=True).click()
    visit.page.get_by_role("button", name="Use this result").click(timeout=60_000)
    visit.holds(page=None)
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
