"""The tour in a real browser: ten steps, links, keys, the live liquid, and large type."""

import re

import pytest

from glassviz import tour
from glassviz.session import Session
from glassviz.tour_words import reaching
from tests.pages.visit import Visit

PAGES = ["dynamics", "tour", "tour", "snapshots", "snapshots", "snapshots", "network", "transfer", "transfer", "jobs"]


@pytest.fixture
def lecture(server, context):
    """A tab of its own: the tour changes what the shared one shows."""
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    visit = Visit(server, tab)
    yield visit
    visit.check()
    tab.close()


def begin(lecture, query):
    lecture.page.goto(lecture.server.address + query)
    bar = lecture.page.get_by_role("region", name="Tour")
    bar.wait_for(timeout=60_000)
    # What is chosen while a page is still being loaded may not reach it.
    lecture.still(lambda: bar.inner_text() + lecture.page.locator("main").inner_text(), "the page", pause=2000)
    return lecture.page


def shown(lecture, number):
    """Wait until the bar says this step, in words that are worked out."""
    title = tour.STEPS[number - 1].title
    bar = lecture.page.get_by_role("region", name="Tour")
    lecture.until(lambda: f"Step {number} of 10{title}" in bar.inner_text().replace("\n", ""), f"step {number}")
    lecture.until(lambda: len(bar.locator("p").inner_text()) > 40, "its words")
    return bar.locator("p").inner_text()


def go(lecture, key, number):
    """Press a key until the page, which may still be loading, has heard it."""
    bar = lecture.page.get_by_role("region", name="Tour")
    heard = lambda: f"Step {number} of" in bar.inner_text()  # noqa: E731
    lecture.reacts(lambda: lecture.press(key), heard, f"key {key}", patience=15)


def test_ten_steps_each_show_their_page(lecture, library):
    page, seen = begin(lecture, "?tour=1"), set()
    for number, name in enumerate(PAGES, 1):
        seen.add(shown(lecture, number))
        page.locator("header").get_by_role("button", name=name.capitalize(), pressed=True).wait_for()
        if number < len(PAGES):
            page.get_by_role("button", name="Next").click()
    # Without a tGlassMLP steps 8 and 9 lack the same.
    assert len(seen) == len(PAGES) - 1
    assert page.get_by_role("button", name="Next").is_disabled()
    page.get_by_role("button", name="Leave").click()
    lecture.holds(tour=None)
    page.get_by_role("region", name="Tour").wait_for(state="hidden")


def test_words_come_from_the_data_that_are_shown(lecture, library):
    begin(lecture, "?tour=4")
    words = shown(lecture, 4)
    session = Session(library)
    tour.go(session, 4)
    own = session.of_type()
    mean = session.measured()[session.slot][own].mean()
    assert f"{mean:.2f} on average over type 1" in words
    assert f"started {session.record.replicas} times" in words
    # Another temperature, other numbers.
    other = 0.8 if session.temperature == 1.0 else 1.0
    lecture.press("]" if other > session.temperature else "[")
    lecture.holds(temperature=other, tour=4)
    session.choose(temperature=other)
    mean = session.measured()[session.slot][session.of_type()].mean()
    bar = lecture.page.get_by_role("region", name="Tour")
    lecture.until(lambda: f"{mean:.2f} on average" in bar.inner_text(), "the numbers of the other temperature")


def test_what_the_data_lack_is_said(lecture):
    begin(lecture, "?tour=7")
    assert "No tGlassMLP is stored" in shown(lecture, 7)
    go(lecture, "n", 8)
    assert "no tGlassMLP of KA2D is stored" in shown(lecture, 8)


def test_keys_go_on_and_back(lecture):
    begin(lecture, "?tour=9")
    shown(lecture, 9)
    for key, number in (("PageDown", 10), ("n", 10), ("p", 9), ("PageUp", 8)):
        go(lecture, key, number)
        shown(lecture, number)


def test_without_a_tour_the_keys_do_nothing(visit):
    visit.open("?data_set=small&temperature=0.8&configuration=2&time=100&model=ka2d-ridge-bond_breaking-T0.8000")
    visit.press("n", "PageDown", "p")
    visit.page.wait_for_timeout(500)
    visit.holds(tour=None, page=None, temperature=0.8)


def test_a_full_address_is_taken_as_it_is(lecture):
    page = begin(lecture, "?tour=4&temperature=0.8&configuration=0&time=1&page=dynamics")
    page.locator("header").get_by_role("button", name="Dynamics", pressed=True).wait_for()
    page.locator("header").get_by_text("0 · train").wait_for()
    shown(lecture, 4)


def test_cards_open_steps(lecture):
    page = lecture.page
    page.goto(lecture.server.address + "?page=tour")
    cards = page.locator("li button")
    lecture.until(lambda: cards.count() == 10, "ten cards")
    assert cards.locator("svg").count() == 10
    cards.nth(4).click()
    shown(lecture, 5)
    lecture.holds(page=None, third_view="descriptor")
    page.keyboard.press("8")
    lecture.holds(page="tour", tour=5)
    lecture.until(lambda: page.locator("li[aria-current] button").inner_text().startswith("5"), "the present card")


def seconds_of(page):
    """Time since the mark, as the page tells it."""
    facts = page.locator(".row", has_text="t since the mark")
    found = re.search(r"t since the mark\s*([\d.]+)", facts.inner_text()) if facts.count() else None
    return float(found[1]) if found else -1.0


def test_the_liquid_runs_while_it_is_watched(lecture):
    page = begin(lecture, "?tour=2")
    since = lambda: seconds_of(page)  # noqa: E731
    lecture.until(lambda: since() > 1, "time that passes")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Run").wait_for()
    page.wait_for_timeout(300)
    then = since()
    page.wait_for_timeout(700)
    assert since() == then
    page.get_by_role("button", name="Mark").click()
    lecture.until(lambda: since() == 0, "a mark")
    page.get_by_role("button", name="Run").click()
    lecture.until(lambda: since() > 0.5, "time that passes again")
    # Another page stops it, the way back starts a new one.
    go(lecture, "p", 1)
    go(lecture, "n", 2)
    lecture.until(lambda: since() > 0.5, "time of the next liquid")


def test_a_hidden_page_stops_the_liquid(lecture):
    page = begin(lecture, "?tour=2")
    since = lambda: seconds_of(page)  # noqa: E731
    lecture.until(lambda: since() > 1, "time that passes")
    # A tab in the background draws nothing.
    page.evaluate(
        "window.kept = requestAnimationFrame; window.requestAnimationFrame = (call) => { window.late = call; };"
    )
    page.wait_for_timeout(1500)
    then = since()
    page.wait_for_timeout(1500)
    assert since() == then
    page.evaluate("window.requestAnimationFrame = window.kept; window.late && requestAnimationFrame(window.late)")
    lecture.until(lambda: since() > then, "time that passes again")


def test_large_type_and_back(lecture):
    page = begin(lecture, "?tour=1")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    heading = page.get_by_role("region", name="Tour").locator("h2")
    small = heading.bounding_box()["height"]
    assert page.evaluate(size) == 16
    lecture.reacts(lambda: lecture.press("m"), lambda: lecture.state.get("large") == "1", "key m", patience=15)
    page.wait_for_function(f"() => {size} > 20")
    heading.wait_for()
    lecture.until(lambda: heading.bounding_box()["height"] > 1.2 * small, "a larger heading")
    inside = "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
    lecture.agrees(lambda: page.evaluate(inside), [0, 0])
    page.get_by_role("button", name="Presentation mode").click()
    lecture.holds(large=None, tour=1)
    page.wait_for_function(f"() => {size} === 16")


@pytest.mark.parametrize("large", ["", "&large=1"])
def test_the_header_fits_a_laptop(lecture, large):
    page = begin(lecture, f"?tour=1{large}")
    header = page.locator("header")
    for words in ("Snapshots", "Heterogeneity", "Tour"):
        box = header.get_by_role("button", name=words).bounding_box()
        assert box["x"] + box["width"] <= 1440
        assert box["y"] >= 0
    toggle = header.get_by_role("button", name=re.compile("theme|dark|light", re.I)).first.bounding_box()
    assert toggle["x"] + toggle["width"] <= 1440
    bottoms = [header.get_by_role("combobox", name=name).bounding_box() for name in ("Configuration", "Model")]
    assert max(box["y"] + box["height"] for box in bottoms) <= header.bounding_box()["height"]


def test_steps_without_a_browser(library):
    """Every step settles on choices that exist, and says something or what is missing."""
    session = Session(library)
    for number, step in enumerate(tour.STEPS, 1):
        tour.go(session, number)
        assert session.page == PAGES[number - 1]
        assert session.tour == number
        assert step.title
        assert step.about
    tour.step(session, 1)
    assert session.tour == 10
    tour.go(session, 0)
    tour.step(session, 1)
    assert session.tour == 0
    assert reaching(session)
