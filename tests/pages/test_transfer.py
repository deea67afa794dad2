"""The page Transfer: its rows are those of the tasks; the film plays, stops and is rendered in a real browser."""

import numpy as np
import pytest
from PIL import Image

from glassviz.colours import PROPENSITY
from glassviz.ladder import Ladder, ladder_place
from glassviz.library import Library
from glassviz.pages.address import query_of, state_of
from glassviz.pages.bar import title_name
from glassviz.pages.missing import missing
from glassviz.pages.snapshots import SnapshotsPage
from glassviz.pages.transfer import TransferPage
from glassviz.session import Session
from glassviz.tasks.film_curves import measured_curves, predicted_curves
from glassviz.views.particles import NO_VALUE, quantise
from tests.film_data import BARE, MEANS, NAME, ladder_model, write_ladder
from tests.pages.conftest import serve
from tests.pages.test_app import NAMED
from tests.pages.visit import Visit
from tests.views.stage import READ

START = "?data_set=small&temperature=0.4&configuration=2&page=transfer&decay_level=0.8"


def fill(home):
    """Three temperatures of three configurations, and a tGlassMLP."""
    ladder_model(write_ladder(home / "data" / "small")).save(home / "models" / NAME)


@pytest.fixture(scope="module")
def ladder_server(tmp_path_factory):
    yield from serve(tmp_path_factory, "ladder", fill)


@pytest.fixture(scope="module")
def library(ladder_server):
    return Library([ladder_server.home / "data"], [ladder_server.home / "models"])


@pytest.fixture
def visit(ladder_server, context):
    visitor = Visit(ladder_server, context.new_page())
    visitor.page.set_default_timeout(40_000)
    yield visitor
    visitor.check()
    visitor.page.close()


def opened(visit, query=START):
    """The page with all rows worked out and drawn."""
    visit.page.goto(visit.server.address + query)
    visit.page.get_by_text("predicted", exact=True).wait_for()
    visit.until(lambda: visit.page.get_by_role("progressbar", name="Transfer").count() == 0, "the end of the work")
    visit.slider = visit.page.get_by_role("slider", name="Mean propensity")
    visit.canvas = visit.page.locator("canvas[aria-label^='Snapshots at 3']")
    visit.still(visit.canvas.bounding_box, "the ladder")
    return visit


def level_of(visit):
    return 1 - float(visit.slider.input_value())


def colours(visit, structure, row, panel, places):
    """Colours (n, 3) of particles in a panel of a row."""
    spot = visit.page.locator(".spot").nth(2 * row + panel).bounding_box()
    box = visit.canvas.bounding_box()
    offset = structure.wrap().positions[places] / structure.box[0] * [1, -1] * spot["width"]
    at = offset + [spot["x"] - box["x"], spot["y"] + spot["height"] - box["y"]]
    return np.array(visit.canvas.evaluate(READ, np.floor(at).astype(int).tolist()))


def in_the_middle(structure):
    """Particles of type 1 away from the edges, where the scale of the picture moves them by no pixel."""
    at = structure.wrap().positions / structure.box[0]
    return np.flatnonzero((structure.types == 1) & (np.abs(at - 0.5) < 0.4).all(axis=1))


def test_snapshots_have_the_colours_of_the_level(visit, library):
    opened(visit)
    point = library.data_sets["small"][0.4]
    structure = point.records[2].thermal
    places = in_the_middle(structure)
    model = library.models[0]["model"]
    for level in (0.85, 0.9):
        visit.slider.fill(f"{1 - level:.3f}")
        visit.holds(decay_level=level)
        for panel, curves in enumerate((measured_curves(point, 2), predicted_curves(model, point, 2))):
            wanted = PROPENSITY[quantise(curves(level)[places], 0, 1)].astype(int)
            # Between two pictures the browser's colours differ a little from those of the curve.
            visit.until(
                lambda p=panel, w=wanted: np.abs(colours(visit, structure, 1, p, places) - w).max() <= 6,
                f"the colours of panel {panel} at C = {level}",
            )


def space(visit, name):
    """Press space until the button says what it would do next."""
    button = visit.page.get_by_role("button", name=name, exact=True)
    visit.reacts(lambda: visit.press("Space"), button.is_visible, name, patience=12)


def test_the_film_plays_with_the_space_bar_and_stops_with_it(visit):
    opened(visit)
    before = level_of(visit)
    space(visit, "Pause")
    visit.until(lambda: level_of(visit) < before - 0.1, "a film that goes on")
    # While it plays the address rests.
    assert "decay_level" not in visit.state or visit.state["decay_level"] == "0.8"
    space(visit, "Play")
    visit.until(lambda: float(visit.state.get("decay_level", 0.8)) < before - 0.1, "the level in the address")
    visit.agrees(lambda: [level_of(visit)], [float(visit.state["decay_level"])], atol=0.006)
    # Another page stops it.
    space(visit, "Pause")
    visit.press("1")
    visit.holds(page=None)
    visit.press("6")
    visit.page.get_by_role("button", name="Play", exact=True).wait_for()


def test_rows_say_what_is_missing_and_one_is_chosen(visit):
    opened(visit)
    page = visit.page
    page.get_by_text(f"no labels: glassviz simulate --temperature {BARE:g} makes them").wait_for()
    assert page.locator(".word").all_inner_texts() == ["MD", "MD", "predicted"]
    visit.slider.fill("0.6")
    page.get_by_text("simulated to C = 0.75; longer: glassviz simulate --temperature 0.4").wait_for()
    page.get_by_role("button", name="T = 0.5").click()
    visit.holds(temperature=0.5, configuration=2)
    visit.until(
        lambda: page.get_by_role("button", name="T = 0.5").get_attribute("aria-pressed") == "true", "the chosen row"
    )


def test_a_laptop_shows_the_page_whole_and_every_control_has_a_name(visit):
    visit.page.set_viewport_size({"width": 1440, "height": 900})
    opened(visit)
    inside = "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
    visit.agrees(lambda: visit.page.evaluate(inside), [0, 0])
    assert visit.page.locator(".scroll").evaluate("e => e.scrollHeight - e.clientHeight") <= 0
    reached = set()
    for _ in range(25):
        visit.press("Tab")
        reached.add(visit.page.evaluate(NAMED))
    assert "" not in reached
    names = " ".join(sorted(reached - {None}))
    for word in ("tGlassMLP", "Render film", "Play"):
        assert word in names


def test_a_film_is_rendered_as_a_job_and_saved(visit, tmp_path):
    page = opened(visit).page
    page.get_by_role("button", name="Render film").click()
    visit.holds(page="jobs")
    visit.choose("Format", ".gif")
    for name, value in (("Pictures", "3"), ("Edge of a snapshot", "240")):
        page.get_by_label(name).first.fill(value)
        page.get_by_label(name).first.press("Enter")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="Save").wait_for(timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save").click()
    assert download.value.suggested_filename.endswith("-film.gif")
    download.value.save_as(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as image:
        assert image.n_frames == 3
        assert image.width == 2 * 240 + 3 * 10


# Without a browser ---------------------------------------------------------------------------------------------------


def page_of(library, **state):
    session = Session(library, page="transfer", **{"temperature": 0.4, "configuration": 2, **state})
    return session, TransferPage(session)


def test_rows_hold_the_curves_of_the_tasks(library):
    _, page = page_of(library)
    data, model = library.data_sets["small"], library.models[0]["model"]
    rows = page.view.rows
    assert [row["temperature"] for row in rows] == [0.5, 0.4, BARE]
    for row in rows:
        point = data[row["temperature"]]
        number = point.records[2].thermal.number
        levels = np.linspace(1, 0.25, len(row["times"]))
        frames = np.frombuffer(row["predicted"], np.uint8).reshape(-1, number)
        curves = predicted_curves(model, point, 2)
        for frame, level in zip(frames, levels, strict=True):
            np.testing.assert_array_equal(frame, quantise(curves(level), 0, 1))
        assert (frames[:, point.records[2].thermal.types != 1] == NO_VALUE).all()
    assert rows[2]["measured"] == b""
    assert rows[2]["scores"] == []
    assert rows[1]["measured_to"] == pytest.approx(MEANS[0.4][-1], abs=0.01)
    assert [c for c, *_ in rows[0]["scores"]] == pytest.approx(data[0.5].decay().tolist())
    (entry,) = library.methods(data, 0.5, "bond_breaking")
    wanted = [row["pearson"] for row in library.score(entry, data[0.5], 1)]
    assert [pearson for _, pearson, _ in rows[0]["scores"]] == wanted
    assert rows[0]["times"][0] == 0
    assert rows[2]["estimated"]
    assert not rows[0]["estimated"]


def test_molecular_dynamics_is_grey_where_nothing_is_predicted(library):
    _, page = page_of(library)
    row = page.view.rows[1]
    types = np.frombuffer(row["types"], np.uint8)
    frames = np.frombuffer(row["measured"], np.uint8).reshape(-1, len(types))
    assert ((frames == NO_VALUE) == (types != 1)).all()


def test_only_what_another_choice_concerns_is_worked_out_anew(library):
    session, page = page_of(library)
    before = page.view.rows
    session.choose(decay_level=0.5)
    assert page.view.rows is before
    assert page.view.level == 0.5
    session.choose(configuration=0)
    after = page.view.rows
    # All rows go over to the training split, each to its own structure.
    assert all(row["key"] != old["key"] for row, old in zip(after, before, strict=True))
    session.choose(configuration=2)
    assert [row["key"] for row in page.view.rows] == [row["key"] for row in before]


def test_the_place_of_other_temperatures_is_of_the_same_split(library):
    session = Session(library, temperature=0.4, configuration=1)
    point = session.data[0.5]
    assert point.split[ladder_place(session, 0.5)] == "validation"
    assert ladder_place(session, 0.4) == 1


def test_without_a_model_the_page_says_what_makes_one(library, tmp_path):
    bare = Library(library.data_folders, [tmp_path])
    session, page = page_of(bare)
    assert "No tGlassMLP of KA2D is stored: <code>glassviz transfer --quick</code>" in page.note.panel.object
    assert not page.view.visible
    assert page.film.disabled
    assert Ladder(session).jobs() == []


def test_two_visitors_share_the_rows_that_both_see(library):
    (first, page), (second, other) = page_of(library), page_of(library)
    for row, same in zip(page.view.rows, other.view.rows, strict=True):
        assert row["key"] == same["key"]
        assert row["positions"] is same["positions"]
    second.choose(configuration=0)
    assert first.configuration == 2
    assert page.ladder.rung(0.4) is not other.ladder.rung(0.4)


def test_where_there_are_no_labels_snapshots_point_to_this_page(library, tmp_path):
    session = Session(library, temperature=BARE, page="snapshots")
    assert "predicts there is on the page Transfer" in missing(session)[0]
    page = SnapshotsPage(session)
    assert session.model == NAME
    assert page.snapshots.titles[1] == f"{title_name(NAME)}: no label time to predict for"
    session.choose(model="")
    assert page.snapshots.titles[1] == "No model for this state point"
    session = Session(Library(library.data_folders, [tmp_path]), temperature=BARE, page="snapshots")
    assert missing(session)[0] == f"T = {BARE:g} has no labels of molecular dynamics."


def test_choices_are_in_the_address_but_for_the_playing(library):
    session = Session(library, page="transfer", decay_level=0.33, ladder_model=NAME, playing=True)
    query = query_of(session)
    assert "playing" not in query
    other = Session(library, **state_of(query))
    assert (other.decay_level, other.ladder_model, other.playing) == (0.33, NAME, False)
    # What no film shows is left as it was.
    other.choose(decay_level=0.1)
    assert other.decay_level == 0.33


def test_a_film_is_asked_for_with_what_is_seen(library):
    session, page = page_of(library, temperature=BARE)
    page._ask_for_film()
    assert session.page == "jobs"
    task, arguments = session.asked
    assert task == "film"
    assert arguments == {"temperature": BARE, "configuration": session.record.index, "model": NAME}
