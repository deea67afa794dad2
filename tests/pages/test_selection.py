"""Selecting, following and hovering, in the snapshots and in the curves."""

import numpy as np

from tests.pages.test_app import SMALL
from tests.pages.visit import mirror


def session_of(library):
    return mirror(library, temperature=0.8, time=100.0, configuration=2)


def plot(visit, label):
    """The frame (x, y, width, height) of the Bokeh plot with this axis label, in page coordinates."""
    return visit.page.evaluate(
        """(label) => { for (const view of Bokeh.index.all_views ? Bokeh.index.all_views() : []) {
          if (view.model.type !== "Figure" || !view.model.below.some((axis) => axis.axis_label === label)) continue;
          const box = view.el.getBoundingClientRect(), frame = view.frame.bbox;
          const scale = (name) => [view.model[name].start, view.model[name].end];
          return {x: box.x + frame.left, y: box.y + frame.top, width: frame.width, height: frame.height,
            x_range: scale("x_range"), y_range: scale("y_range")};
        } return null; }""",
        label,
    )


def test_click_and_escape(visit, library):
    visit.open(SMALL)
    session = session_of(library)
    place = visit.places(session, 1, [60])[0]
    visit.reacts(lambda: visit.page.mouse.click(*place), lambda: visit.state.get("selected") == "60", "particle 60")
    visit.page.get_by_role("heading", name=f"Particle 60 · type {session.record.thermal.types[60]}").wait_for()
    visit.page.get_by_text(f"{session.measured()[session.slot][60]:.3f}").first.wait_for()
    visit.press("Escape")
    visit.holds(selected=None)


def test_a_lasso_selects_everywhere(visit, library):
    visit.open(SMALL)
    session, box = session_of(library), visit.panel(0)
    corners = [(0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6)]
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    visit.page.keyboard.down("Shift")
    lasso(visit, lambda: points)
    visit.page.keyboard.up("Shift")
    chosen = [int(k) for k in visit.state["selected"].split(",")]
    places = visit.places(session, 0)
    inside = ((places > points[0]) & (places < points[2])).all(axis=1)
    assert sorted(chosen) == np.flatnonzero(inside).tolist()
    assert len(chosen) > 10
    visit.page.get_by_text(f"{len(chosen)} particles").wait_for()
    # The chosen particles of type 1 are drawn once more in the scatter.
    own = int((session.record.thermal.types[chosen] == 1).sum())
    visit.until(lambda: own in scatter_sizes(visit), "the selection in the scatter")


def scatter_sizes(visit):
    """Number of points of each cloud in the scatter."""
    return visit.page.evaluate(
        """() => [...Bokeh.index.all_views()].filter((view) => view.model.type === "Figure"
          && view.model.below.some((axis) => (axis.axis_label || "").endsWith(", MD")))
          .flatMap((view) => view.model.renderers.filter((r) => r.glyph && r.glyph.type === "Scatter")
          .map((r) => r.data_source.get_length()))"""
    )


def lasso(visit, corners):
    """Draw a lasso through corners() until the address holds a selection."""
    visit.reacts(lambda: drag(visit, corners()), lambda: "selected" in visit.state, "a selection in the address")


def drag(visit, points):
    mouse = visit.page.mouse
    mouse.move(*points[0])
    mouse.down()
    for point in [*points[1:], points[0]]:
        mouse.move(*point, steps=6)
    mouse.up()


def test_a_lasso_in_the_scatter_selects_in_the_snapshots(visit, library):
    visit.open(SMALL)
    session = session_of(library)
    frame = visit.still(lambda: plot(visit, "Propensity C_B of type 1, MD"), "the scatter")

    def corners():
        frame.update(plot(visit, "Propensity C_B of type 1, MD"))
        left, right = frame["x"] + 2, frame["x"] + 0.5 * frame["width"]
        top, bottom = frame["y"] + 2, frame["y"] + frame["height"] - 2
        return [(left, top), (right, top), (right, bottom), (left, bottom)]

    lasso(visit, corners)
    chosen = [int(k) for k in visit.state["selected"].split(",")]
    measured, types = session.measured()[session.slot], session.record.thermal.types
    threshold = frame["x_range"][0] + 0.5 * (frame["x_range"][1] - frame["x_range"][0])
    assert sorted(chosen) == np.flatnonzero((types == 1) & (measured < threshold)).tolist()
    assert len(chosen) > 3


def test_a_click_on_the_decay_sets_the_time(visit):
    visit.open(SMALL)
    frame = visit.still(lambda: plot(visit, "time t"), "the decay")

    def click():
        frame.update(plot(visit, "time t"))
        low, high = np.log(frame["x_range"])
        x = frame["x"] + frame["width"] * (np.log(9.0) - low) / (high - low)
        visit.page.mouse.click(x, frame["y"] + frame["height"] / 2)

    visit.reacts(click, lambda: visit.state.get("time") == "10.0", "time 10 in the address")


def test_a_double_click_follows_a_particle(visit, library):
    visit.open(SMALL)
    place = visit.places(session_of(library), 0, [60])[0]
    visit.reacts(lambda: visit.page.mouse.dblclick(*place), lambda: "followed" in visit.state, "a followed particle")
    visit.holds(followed=60)


def test_the_tooltip_says_both_propensities(visit, library):
    visit.open(SMALL)
    session = session_of(library)
    visit.page.mouse.move(*visit.places(session, 0, [60])[0])
    measured, predicted = session.measured()[session.slot][60], session.predicted()[session.slot][60]
    visit.page.get_by_text(f"particle 60 · type {session.record.thermal.types[60]}", exact=True).wait_for()
    visit.page.locator(".tip", has_text=f"MD {measured:.3f}, predicted {predicted:.3f}").wait_for()


def test_zoom_is_kept_in_the_address(visit, library):
    visit.open(SMALL)
    visit.page.mouse.move(*visit.centre())
    visit.page.mouse.wheel(0, -400)
    visit.until(lambda: "camera" in visit.state, "the camera in the address")
    width = float(visit.state["camera"].split(",")[2])
    assert width < 0.8 * session_of(library).structure.box[0]
    visit.canvas.focus()
    visit.press("0")
    visit.holds(camera=None)
