"""The page Dynamics: what it draws and where a click leads, in the browser and, on a made-up set, without one."""

import numpy as np
import pytest

from glassviz.colours import temperature_colours
from glassviz.library import Library
from glassviz.pages.dynamics import DynamicsPage
from glassviz.session import Session
from glassviz.tasks.dynamics import state_summaries
from glassviz.views.relaxation import with_error
from tests.made_up import TEMPERATURES, planted_tau, write_made_up
from tests.pages.test_app import NAMED
from tests.pages.test_selection import plot
from tests.pages.visit import Visit

DYNAMICS = "?data_set=small&temperature=0.8&configuration=2&time=100&page=dynamics"
LABEL = "bond breaking C_B, type 1"
DRAWN = """(label) => { for (const view of Bokeh.index.all_views()) {
  if (view.model.type !== "Figure" || view.model.left[0]?.axis_label !== label) continue;
  const box = view.el.getBoundingClientRect(), frame = view.frame.bbox;
  const column = (data, name) => data.get ? data.get(name) : data[name];
  const hits = view.model.renderers.map((r) => r.data_source.data).filter((d) => column(d, "temperature"));
  const own = (name) => hits.length ? Array.from(column(hits[0], name)) : [];
  const at = (name, values) => Array.from(view.frame[name].v_compute(values));
  return {temperature: own("temperature"), time: own("time"), value: own("y"), xlabel: view.model.below[0].axis_label,
    x: at("x_scale", own("x")).map((v) => v + box.x), y: at("y_scale", own("y")).map((v) => v + box.y),
    bottom: box.y + box.height, right: box.x + box.width, width: frame.width, height: frame.height};
} return null; }"""


@pytest.fixture
def visit(server, page):
    visitor = Visit(server, page)
    yield visitor
    visitor.check()


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    home = tmp_path_factory.mktemp("made_up")
    write_made_up(home / "data" / "small")
    return Library([home / "data"], [home / "models"])


def show(visit, query=DYNAMICS):
    """Open the page and wait for its curves."""
    visit.page.goto(visit.server.address + query)
    visit.until(lambda: settled(visit), "the decays")
    return visit


def click(visit, label, place):
    """Click a point of a figure, which opens it in the Snapshots."""

    def move():
        drawn = points(visit, label)
        visit.page.mouse.click(drawn["x"][place], drawn["y"][place])

    visit.reacts(move, lambda: "page" not in visit.state, "the Snapshots after a click")


def settled(visit):
    """The figures have their data and their size."""
    before = points(visit)
    visit.page.wait_for_timeout(150)
    return before and before["width"] > 100 and points(visit) == before


def points(visit, label=LABEL):
    """What the figure with this vertical label shows; None before it has points."""
    found = visit.page.evaluate(f"window.Bokeh?.index?.all_views ? ({DRAWN})({label!r}) : null")
    return found if found and found["temperature"] else None


def drawn_at(visit, temperature, label):
    """Times and values of one temperature in a figure."""
    drawn = points(visit, label)
    own = np.array(drawn["temperature"]) == temperature
    return [np.array(drawn[column])[own] for column in ("time", "value")]


def test_the_decays_are_the_data(visit, library):
    show(visit)
    summaries = {s.temperature: s for s in state_summaries(library.data_sets["small"])}
    for label, name in ((LABEL, "bond_breaking"), ("displacement R, type 1", "displacement")):
        for temperature, summary in summaries.items():
            decay = summary.decays[name]
            visit.agrees(lambda t=temperature, x=label: drawn_at(visit, t, x), [decay.times, decay.mean])
    visit.agrees(lambda: sorted(points(visit, "relaxation time τ_α")["temperature"]), [0.8, 1.0])
    visit.page.get_by_text("Arrhenius fit needs 3 temperatures with a relaxation time, has 2").wait_for()
    visit.page.get_by_text("published, Jung et al., PRL 130, 238202").wait_for()
    visit.until(lambda: plot(visit, "distance r / σ₁₁"), "g(r)")


def test_a_click_on_a_decay_opens_its_point_in_the_snapshots(visit):
    show(visit)
    drawn = points(visit)
    place = next(
        k for k, (T, t) in enumerate(zip(drawn["temperature"], drawn["time"], strict=True)) if (T, t) == (1.0, 100.0)
    )
    click(visit, LABEL, place)
    visit.holds(page=None, temperature=1.0, time=100.0)
    visit.page.locator(".panel").nth(1).wait_for()
    visit.page.get_by_role("button", name="Dynamics").click()
    visit.holds(page="dynamics", temperature=1.0)
    visit.until(lambda: settled(visit), "the decays again")


def test_a_click_on_a_relaxation_time_opens_the_nearest_labels(visit, library):
    show(visit, DYNAMICS + "&dark=1")
    tau = points(visit, "relaxation time τ_α")
    place = tau["temperature"].index(1.0)
    click(visit, "relaxation time τ_α", place)
    times = library.data_sets["small"][1.0].times
    nearest = times[np.abs(np.log(times / tau["value"][place])).argmin()]
    visit.holds(page=None, temperature=1.0, time=nearest)


def test_toggles_and_keys_are_in_the_address(visit):
    show(visit)
    visit.page.get_by_role("group", name="Time axis").get_by_role("button", name="t / τ").click()
    visit.holds(time_axis="scaled")
    visit.until(lambda: points(visit)["xlabel"] == "time / relaxation time  t / τ_B", "scaled times")
    visit.page.get_by_role("button", name="S(q)").click()
    visit.until(lambda: plot(visit, "wavenumber q σ₁₁"), "S(q)")
    visit.choose("Pair of types", "1–2")
    visit.holds(static_view="structure_factor", pair="12")
    visit.page.get_by_role("button", name="V(r)").click()
    visit.until(lambda: (plot(visit, "distance r / σ₁₁") or {"x_range": [0, 0]})["x_range"][0] == 0.6, "the potential")
    visit.press("]")
    visit.holds(temperature=1.0)
    visit.page.locator("body").click(position={"x": 700, "y": 95})
    visit.press("1")
    visit.holds(page=None)
    visit.press("4")
    visit.holds(page="dynamics")


def test_a_laptop_shows_the_page_whole_and_every_control_has_a_name(visit):
    show(visit)
    inside = "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
    visit.agrees(lambda: visit.page.evaluate(inside), [0, 0])
    for label in (
        LABEL,
        "displacement R, type 1",
        "relaxation time τ_α",
        "inherent E/N",
        "pair correlation g(r), all particles",
    ):
        visit.until(lambda label=label: (visit.page.evaluate(DRAWN, label) or {"width": 0})["width"], label)
        drawn = visit.page.evaluate(DRAWN, label)
        assert drawn["bottom"] <= 900
        assert drawn["right"] <= 1440
        assert drawn["width"] > 300
        assert drawn["height"] > 100
    reached = set()
    for _ in range(26):
        visit.press("Tab")
        reached.add(visit.page.evaluate(NAMED))
    assert "" not in reached
    names = " ".join(sorted(reached - {None}))
    for word in ("Snapshots", "Time t", "Temperature", "t", "g(r)", "Pair of types"):
        assert word in names


# Without a browser ---------------------------------------------------------------------------------------------------


def rows(plot, name):
    return {key: np.asarray(values) for key, values in plot._sources[name].data.items()}


def test_a_made_up_set_of_many_temperatures(made_up):
    page = DynamicsPage(Session(made_up, page="dynamics", temperature=0.30))
    hits = rows(page.decays["bond_breaking"].plot, "hits")
    assert sorted(set(hits["temperature"])) == [T for T in TEMPERATURES if T > 0.25]
    assert sorted(set(rows(page.decays["self_scattering"].plot, "hits")["temperature"])) == [0.26, 0.30, 0.35, 0.45]
    # Structures without labels are there in energy and in g(r).
    for energies in page.energy.plots.values():
        np.testing.assert_allclose(rows(energies, "dots")["x"], TEMPERATURES)
    assert len(rows(page.static.plot, "lines")["xs"]) == len(TEMPERATURES)
    assert "no labels at T = 0.15, 0.2" in page.legend.panel.object
    assert "Parabolic: τ<sub>0</sub> = " in page.fits.panel.object
    tau = rows(page.relaxation.plot, "hits")
    np.testing.assert_allclose(rows(page.relaxation.plot, "published")["y"], [1.7e3, 3.4e4, 4.0e6])
    assert len(tau["temperature"]) == 5 + 4
    colours = temperature_colours(TEMPERATURES, False)
    assert len(set(colours.values())) == len(TEMPERATURES)
    assert set(rows(page.decays["displacement"].plot, "lines")["colour"]) == {colours[T] for T in TEMPERATURES[2:]}


def test_times_in_units_of_tau_collapse(made_up):
    session = Session(made_up, page="dynamics", temperature=0.30, time_axis="scaled")
    page = DynamicsPage(session)
    for name, at in (("bond_breaking", 0.5), ("self_scattering", np.exp(-1))):
        plot = page.decays[name].plot
        np.testing.assert_allclose(rows(plot, "taus")["x"], 1)
        np.testing.assert_allclose(rows(plot, "taus")["y"], at)
        lines = rows(plot, "lines")
        curves = [np.interp(0.0, np.log(x), y) for x, y in zip(lines["xs"], lines["ys"], strict=True)]
        np.testing.assert_allclose(curves, at, atol=1e-6)
    session.choose(time_axis="absolute")
    assert rows(page.decays["bond_breaking"].plot, "taus")["x"].max() > 0.8 * planted_tau(0.26)


def test_what_is_missing_is_said(made_up):
    page = DynamicsPage(Session(made_up, page="dynamics", temperature=0.5))
    page._draw_dynamics(state_summaries(made_up.data_sets["small"])[:2], {"VFT": "VFT fit needs 4, has 0"})
    for name, words in (("bond_breaking", "glassviz simulate makes them"), ("self_scattering", "has labels")):
        plot = page.decays[name].plot
        assert words in rows(plot, "words")["text"][0]
        assert len(rows(plot, "lines")["xs"]) == 0
    assert "VFT fit needs 4, has 0" in page.fits.panel.object


def test_nothing_is_worked_out_before_the_page_is_shown(made_up):
    session = Session(made_up)
    page = DynamicsPage(session)
    session.choose(temperature=0.26)
    assert len(rows(page.decays["bond_breaking"].plot, "lines")["xs"]) == 0
    session.choose(page="dynamics", pair="13")
    widths = rows(page.decays["bond_breaking"].plot, "lines")["width"]
    assert len(widths) == 5
    # The chosen temperature is thick and drawn last.
    assert widths[-1] == widths.max() > widths[0]
    assert page.static.plot.figure.yaxis[0].axis_label == "pair correlation g(r), types 1–3"
    session.choose(static_view="potential")
    assert len(rows(page.potential.plot, (1, 3))["x"]) > 100


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(1718.3, 44.1, "1718 ± 44"), (0.16593, 0.0086, "0.1659 ± 0.0086"), (9.476, 2.13, "9.5 ± 2.1"),
     (4.02e6, 3.1e4, "(4.020 ± 0.031)·10<sup>6</sup>"), (0.5, float("nan"), "0.500")],
)  # fmt: skip
def test_errors_decide_the_digits(value, error, text):
    assert with_error(value, error) == text
