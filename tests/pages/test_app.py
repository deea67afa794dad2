"""The app in a real browser: opening, address, keys, widgets, themes."""

import re

import numpy as np
import pytest

from tests.pages.visit import Visit, mirror

SMALL = "?data_set=small&temperature=0.8&configuration=2&time=100&model=ka2d-ridge-bond_breaking-T0.8000"


def ground(page):
    return page.locator("main").evaluate("(main) => getComputedStyle(main).backgroundColor")


def test_both_snapshots_show_the_data_and_nothing_comes_from_outside(visit, library):
    visit.open("?temperature=1")
    visit.shows(mirror(library, temperature=1.0), panels=[0])
    visit.page.get_by_text("No model for this state point").wait_for()
    visit.open(SMALL)
    session = mirror(library, temperature=0.8, time=100.0, configuration=2)
    visit.shows(session)
    visit.page.get_by_text("Predicted, ridge").first.wait_for()


def test_the_address_restores_the_state(visit, library):
    visit.open(
        "?temperature=0.8&time=1000&configuration=1&selected=3,77&dark=1&observable=bond_breaking&third_view=histogram"
    )
    page = visit.page
    page.get_by_text("2 particles").wait_for()
    page.get_by_text("1 · validation").wait_for()
    page.get_by_text(re.compile("^1000")).first.wait_for()
    visit.until(lambda: ground(page) == "rgb(21, 24, 28)", "a dark page")
    session = mirror(library, temperature=0.8, time=1000.0, configuration=1)
    # The others are dimmed.
    visit.shows(session, but=np.setdiff1d(np.arange(129), [3, 77]))


def test_nonsense_in_the_address_is_ignored(visit, library):
    visit.open("?temperature=hot&time=nan&configuration=99&selected=1,x&followed=-8&copies=3&camera=1,2&third_view=0")
    visit.shows(mirror(library), panels=[0])


def test_arrow_and_bracket_keys(visit, library):
    visit.open(SMALL)
    visit.press("ArrowLeft")
    visit.holds(time=10.0, configuration=2, temperature=0.8)
    visit.shows(mirror(library, temperature=0.8, time=10.0, configuration=2))
    visit.press("ArrowRight")
    visit.holds(time=100.0)
    visit.press("ArrowUp")
    visit.holds(configuration=1)
    visit.shows(mirror(library, temperature=0.8, time=100.0, configuration=1))
    visit.press("ArrowDown")
    visit.holds(configuration=2)
    visit.press("]")
    visit.holds(temperature=1.0, model="")
    visit.press("[")
    visit.holds(temperature=0.8, model="ka2d-ridge-bond_breaking-T0.8000")


def test_keys_belong_to_the_control_that_has_the_focus(visit):
    visit.open(SMALL)
    visit.page.get_by_role("combobox", name="Configuration").focus()
    visit.press("]", "[", "?")
    slider = visit.page.get_by_role("slider").first
    slider.focus()
    visit.press("ArrowLeft")
    # One step by the slider itself, none by the page's key.
    visit.holds(time=10.0, temperature=0.8)
    assert not visit.page.get_by_role("dialog").is_visible()


def test_space_plays_and_stops(visit):
    visit.open(SMALL)
    visit.press("Space")
    visit.holds(time=1000.0)
    visit.holds(time=1.0)
    visit.press("Space")
    visit.page.get_by_role("button", name="Play over time (space)", pressed=False).wait_for()
    visit.page.wait_for_timeout(400)
    stopped = visit.state["time"]
    visit.page.wait_for_timeout(1300)
    assert visit.state["time"] == stopped


def test_question_mark_lists_the_keys_and_escape_clears(visit):
    visit.open(SMALL + "&selected=4,5&followed=4")
    visit.page.get_by_text("2 particles").wait_for()
    visit.press("?")
    dialog = visit.page.get_by_role("dialog")
    dialog.wait_for()
    for entry in ("lower temperature", "play over time", "clear the selection"):
        dialog.get_by_text(entry).first.wait_for()
    visit.press("Escape")
    dialog.wait_for(state="hidden")
    visit.press("Escape")
    visit.holds(selected=None, followed=None)
    visit.page.get_by_text("Click a particle").wait_for()


def test_widgets_write_the_address(visit, library):
    visit.open(SMALL)
    visit.choose("Temperature T", "1")
    visit.holds(temperature=1.0)
    visit.choose("Temperature T", "0.8")
    visit.holds(temperature=0.8)
    visit.choose("Configuration", "0 · train")
    visit.holds(temperature=0.8, configuration=0)
    visit.page.get_by_role("button", name="Displacement").click()
    visit.holds(observable="displacement")
    state = {"temperature": 0.8, "configuration": 0, "observable": "displacement"}
    visit.shows(mirror(library, **state, time=float(visit.state["time"])), panels=[0])
    visit.page.get_by_role("button", name="Inherent").click()
    visit.holds(positions="inherent")
    visit.choose("Colours", "Spread of the data")
    visit.holds(colour_range="data")
    state |= {"positions": "inherent", "colour_range": "data", "time": float(visit.state["time"])}
    visit.shows(mirror(library, **state), panels=[0])


def test_the_difference_is_a_third_panel(visit, library):
    visit.open(SMALL)
    visit.choose("Third view", "Difference")
    visit.page.locator(".panel").nth(2).wait_for()
    visit.shows(mirror(library, temperature=0.8, time=100.0, configuration=2), panels=[0, 1, 2])
    visit.choose("Third view", "Distribution")
    visit.page.locator(".panel").nth(2).wait_for(state="detached")
    visit.shows(mirror(library, temperature=0.8, time=100.0, configuration=2))


def test_sixty_four_copies(visit, library):
    visit.open(SMALL)
    visit.choose("Periodic copies", "8 × 8")
    visit.holds(copies=8)
    visit.until(lambda: f"{129 * 64} particles" in visit.canvas.get_attribute("aria-label"), "all copies")
    visit.shows(mirror(library, temperature=0.8, time=100.0, configuration=2, copies=8))


def test_one_type_alone_keeps_its_colours(visit, library):
    visit.open(SMALL)
    visit.page.get_by_role("group", name="Type").get_by_role("button", name="2").click()
    visit.holds(shown_type=2)
    session = mirror(library, temperature=0.8, time=100.0, configuration=2)
    visit.shows(session, but=np.flatnonzero(session.record.thermal.types != 2))
    visit.page.get_by_text("Pearson correlation, type 2").wait_for()


def test_dark_and_light(visit):
    visit.open(SMALL)
    visit.until(lambda: ground(visit.page) == "rgb(255, 255, 255)", "a light page")
    visit.page.get_by_role("button", name=re.compile("theme|dark|light", re.I)).first.click()
    visit.holds(dark=1)
    visit.until(lambda: ground(visit.page) == "rgb(21, 24, 28)", "a dark page")


@pytest.mark.parametrize("size", [(1440, 900), (1920, 1080)])
def test_a_laptop_shows_the_page_whole(visit, size):
    visit.page.set_viewport_size({"width": size[0], "height": size[1]})
    visit.open(SMALL)
    inside = "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
    visit.agrees(lambda: visit.page.evaluate(inside), [0, 0])
    for words in ("Bond breaking", "Click a particle"):
        box = visit.page.get_by_text(words).first.bounding_box()
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] + box["height"] <= size[1]


def test_a_phone_gets_one_column(visit):
    visit.page.set_viewport_size({"width": 420, "height": 900})
    visit.open(SMALL)
    for k in (0, 1):
        box = visit.panel(k)
        assert box["width"] > 340
        assert box["x"] + box["width"] <= 420
    control = visit.page.get_by_role("button", name="Displacement").bounding_box()
    assert control["y"] > visit.panel(1)["y"] + visit.panel(1)["height"]
    visit.until(lambda: visit.page.evaluate("document.documentElement.scrollWidth") <= 420, "a page as wide as a phone")


NAMED = """() => {
  let a = document.activeElement;
  while (a?.shadowRoot?.activeElement) a = a.shadowRoot.activeElement;
  if (a.tagName === "BODY" || a.classList.contains("bk-events")) return null;
  const by = (a.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean)
    .map((id) => a.getRootNode().getElementById(id)?.textContent ?? "").join(" ");
  const own = a.labels?.length ? a.labels[0].textContent : "";
  return (a.getAttribute("aria-label") || by || own || a.textContent || a.title || "").trim();
}"""


def test_every_control_has_a_name_and_is_reached_by_tab(visit):
    visit.open(SMALL)
    reached = set()
    for _ in range(25):
        visit.press("Tab")
        reached.add(visit.page.evaluate(NAMED))
    assert "" not in reached
    names = " ".join(sorted(reached - {None}))
    for word in ("Time t", "Play", "Temperature", "Configuration", "Model", "Lasso", "Whole box", "Snapshot of",
                 "Bond breaking", "Thermal", "Colours", "Periodic copies", "Third view"):  # fmt: skip
        assert word in names


def test_without_data_the_page_says_one_sentence(bare, page):
    visitor = Visit(bare, page)
    page.goto(bare.address)
    page.get_by_text("no data set with a configuration lies in").wait_for()
    visitor.check()


def test_a_page_is_no_taller_for_the_others_that_were_visited(visit):
    visit.open(SMALL)
    main = visit.page.locator(".main-content")
    visit.page.get_by_text("Molecular dynamics").first.wait_for()
    for key, name in (("2", "Scores"), ("3", "Heterogeneity"), ("4", "Dynamics"), ("7", "Jobs"), ("1", "Snapshots")):
        visit.page.keyboard.press(key)
        visit.page.locator(f"button[aria-pressed=true]:has-text('{name}')").wait_for()
    visit.page.wait_for_timeout(1500)
    assert main.evaluate("(main) => main.scrollHeight - main.clientHeight") == 0
