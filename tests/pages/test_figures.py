"""The dialog that saves figures: those of the page, filled with what is chosen, light on a dark page too."""

from glassviz.exports.make import exported
from glassviz.exports.registry import FIGURES
from glassviz.pages.figures import FiguresDialog
from glassviz.session import Session
from tests.pages.visit import Visit, mirror

MODEL = "ka2d-ridge-bond_breaking-T0.8000"


def test_it_offers_the_figures_of_the_page_and_says_what_is_missing(library):
    session = Session(library, temperature=0.8, model=MODEL)
    dialog = FiguresDialog(session)
    dialog.open()
    assert dialog.panel.open
    assert list(dialog.which.options.values()) == [n for n, entry in FIGURES.items() if entry.page == "snapshots"]
    assert dialog.preview.object.startswith(b"\x89PNG")
    dialog.which.value = "bottleneck"
    assert "glassviz train glassmlp" in dialog.words.object
    assert dialog.save.disabled
    assert dialog.preview.object is None
    dialog.which.value = "agreement"
    assert not dialog.save.disabled
    session.choose(page="dynamics")
    dialog.open()
    assert dialog.which.value == "decay"
    dialog.format.value = ".csv"
    assert dialog.save.filename == "decay_small.csv"
    assert dialog.save.callback().getvalue() == exported("decay", session).content(".csv")


def saved(visit):
    """The download that the button gives."""
    save = visit.page.get_by_role("button", name="Save", exact=True)
    visit.until(save.is_enabled, "a figure to save")
    with visit.page.expect_download() as waiting:
        save.click()
    return waiting.value


def test_a_figure_is_saved_from_a_dark_page(server, context, library, tmp_path):
    visit = Visit(server, context.new_page())
    page = visit.page
    visit.open(f"?data_set=small&temperature=0.8&configuration=1&time=100&model={MODEL}&dark=1")
    page.get_by_role("button", name="Export a figure").focus()
    page.keyboard.press("Enter")
    visit.choose("Figure", "Predicted against measured propensity")
    expected = exported("agreement", mirror(library, temperature=0.8, configuration=1, time=100.0, model=MODEL))
    for kind in ("CSV", "SVG"):
        page.get_by_role("button", name=kind, exact=True).click()
        name = f"agreement_small_T0.8000.{kind.lower()}"
        # The figure chosen before can be saved until the new one is there.
        found = []
        visit.until(
            lambda name=name, found=found: found.append(saved(visit)) or found[-1].suggested_filename == name, name
        )
        found[-1].save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes() == expected.content(f".{kind.lower()}")
    # The same file once more.
    assert saved(visit).suggested_filename == name
    visit.check()
    page.close()
