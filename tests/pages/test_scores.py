"""The page Scores: its curves are the judged rows, what a click opens, and what it says where something is missing."""

import csv
import io
import shutil

import numpy as np
import pytest

from glassviz.colours import method_colour
from glassviz.library import Library
from glassviz.pages.scores import ScoresPage
from glassviz.predictions import Predictions, write_predictions
from glassviz.record import write_record
from glassviz.score_curves import method_name, series_name
from glassviz.session import Session
from glassviz.tasks.train import train
from tests.pages.conftest import TIMES, fill, place, planted
from tests.pages.test_app import NAMED
from tests.pages.visit import Visit

SMALL = "?data_set=small&temperature=0.8&configuration=2&time=100"
DRAWN = """(label) => { for (const view of Bokeh.index.all_views()) {
  if (view.model.type !== "Figure" || view.model.below[0]?.axis_label !== label) continue;
  const box = view.el.getBoundingClientRect(), frame = view.frame.bbox;
  const column = (data, name) => data.get ? data.get(name) : data[name];
  const hits = view.model.renderers.map((r) => r.data_source?.data).filter((d) => d && column(d, "model"));
  // The page Snapshots has a figure over the time too.
  if (!hits.length && label === "time t") continue;
  const own = (name) => hits.length ? Array.from(column(hits[0], name)) : [];
  const at = (name, values) => Array.from(view.frame[name].v_compute(values));
  return {temperature: own("temperature"), time: own("time"), value: own("y"), model: own("model"),
    ylabel: view.model.left[0].axis_label, x: at("x_scale", own("x")).map((v) => v + box.x),
    y: at("y_scale", own("y")).map((v) => v + box.y), bottom: box.y + box.height, right: box.x + box.width,
    width: frame.width, height: frame.height};
} return null; }"""
MODEL = "ka2d-ridge-bond_breaking-T0.8000"


@pytest.fixture
def visit(server, page):
    # The first page of a server that has just started takes its time.
    page.set_default_timeout(40_000)
    visitor = Visit(server, page)
    yield visitor
    visitor.check()


def figure(visit, label="time t"):
    """What the figure with this horizontal axis shows; None before it has points."""
    found = visit.page.evaluate(f"window.Bokeh?.index?.all_views ? ({DRAWN})({label!r}) : null")
    return found if found and found["model"] else None


def drawn_of(visit, column, own=True):
    """Values of one column of the figure against time, of the model or of the other method."""
    drawn = figure(visit)
    return np.array(drawn[column])[(np.array(drawn["model"]) == MODEL) == own]


def settled(visit, methods=2):
    """All methods are drawn, and the figure has its size."""
    before = figure(visit)
    visit.page.wait_for_timeout(200)
    return before and before["width"] > 100 and len(set(before["model"])) == methods and figure(visit) == before


def show(visit, query):
    """Open the page and wait for its curves."""
    visit.page.goto(visit.server.address + SMALL + query)
    visit.until(lambda: settled(visit), "both methods", seconds=60)


def test_key_2_opens_the_scores_and_the_lines_are_the_data(visit, library):
    visit.open(SMALL)
    visit.page.locator("body").click(position={"x": 700, "y": 95})
    visit.press("2")
    visit.holds(page="scores")
    visit.until(lambda: settled(visit), "both methods", seconds=60)
    data = library.data_sets["small"]
    (entry,) = library.methods(data, 0.8, "bond_breaking")
    known = [row for row in library.judgement(entry, data[0.8])[1] if np.isfinite(row["pearson"])]
    visit.agrees(lambda: drawn_of(visit, "time"), [row["time"] for row in known])
    visit.agrees(lambda: drawn_of(visit, "value"), [row["pearson"] for row in known])
    best = library.single_descriptors(data[0.8], "bond_breaking", 1).best()
    expected = [b["pearson"] for b in best if b is not None and np.isfinite(b["pearson"])]
    visit.agrees(lambda: drawn_of(visit, "value", own=False), expected)
    visit.page.get_by_text("one test configuration, so no error bars, at T = 0.8, 1").wait_for()
    rows = visit.page.locator("tbody tr")
    scored = [np.isfinite(row["pearson"]) for t in library.judgement(entry, data[0.8]).values() for row in t]
    visit.agrees(rows.count, sum(scored))
    visit.until(lambda: visit.page.get_by_role("progressbar", name="Scores").count() == 0, "the end of the work")


def test_a_click_on_a_point_opens_it_in_the_snapshots_with_its_method(visit):
    show(visit, "&page=scores&model=&dark=1")

    def click():
        drawn = figure(visit)
        if drawn is not None:
            point = [(m, t) for m, t in zip(drawn["model"], drawn["time"], strict=True)].index((MODEL, 1000.0))
            visit.page.mouse.click(drawn["x"][point], drawn["y"][point])

    visit.reacts(click, lambda: "page" not in visit.state, "the Snapshots after a click")
    visit.holds(page=None, temperature=0.8, time=1000.0, model=MODEL)
    visit.page.locator(".panel").nth(1).wait_for()


def test_a_row_opens_and_choices_are_in_the_address(visit, library):
    show(visit, "&page=scores")
    visit.choose("Score", "Variance ratio")
    visit.holds(metric="noise_free_variance_ratio")
    visit.until(lambda: (figure(visit) or {"ylabel": ""})["ylabel"] == "variance, predicted / MD", "the variance")
    data = library.data_sets["small"]
    (entry,) = library.methods(data, 0.8, "bond_breaking")
    rows = library.judgement(entry, data[0.8])[1]
    expected = [row["noise_free_variance_ratio"] for row in rows if np.isfinite(row["noise_free_variance_ratio"])]
    visit.agrees(lambda: figure(visit)["value"], expected)
    visit.page.get_by_role("button", name="C = 0.5").click()
    visit.holds(level=0.5)
    visit.until(lambda: figure(visit, "temperature T, at mean C_B near 0.5"), "the temperatures")
    visit.page.locator("tbody tr").last.click()
    visit.holds(page=None, shown_type=3, time=1000.0, model=MODEL)


def test_a_laptop_shows_the_page_whole_and_every_control_has_a_name(visit):
    show(visit, "&page=scores&level=0.5")
    inside = "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
    visit.agrees(lambda: visit.page.evaluate(inside), [0, 0])
    for label in ("time t", "temperature T, at mean C_B near 0.5", "length L of the average / σ₁₁"):
        drawn = visit.page.evaluate(DRAWN, label)
        assert drawn["bottom"] <= 900
        assert drawn["right"] <= 1440
        assert drawn["width"] > 400
        assert drawn["height"] > 180
    reached = set()
    # A table that is drawn anew while scores are worked out loses the focus; every row of it is a stop.
    visit.until(lambda: visit.page.get_by_role("progressbar", name="Scores").count() == 0, "the end of the work")
    visit.page.wait_for_timeout(1000)
    for _ in range(60):
        visit.press("Tab")
        reached.add(visit.page.evaluate(NAMED))
    assert "" not in reached
    names = " ".join(sorted(reached - {None}))
    for word in ("Scores", "Bond breaking", "Particles", "Score", "C = 0.8", "Published", "Scores as CSV", "Pearson"):
        assert word in names


# Without a browser ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """As the planted set, with three test configurations and a model at both temperatures."""
    home = tmp_path_factory.mktemp("two")
    fill(home)
    for temperature in (0.8, 1.0):
        for index in (3, 4):
            write_record(place(home, temperature, index), planted(index, "test", temperature))
    library = Library([home / "data"], [home / "models"])
    train(library.data_sets["small"][1.0], "ridge", home / "models")
    library.open_models()
    return library


def rows(view, name):
    return {key: list(values) for key, values in view.plot._sources[name].data.items()}


def judged(library, temperature, kind=1):
    data = library.data_sets["small"]
    (entry,) = library.methods(data, temperature, "bond_breaking")
    return library.judgement(entry, data[temperature])[kind]


def test_against_temperature_at_a_level(two):
    session = Session(two, page="scores", temperature=0.8, level=0.5)
    page = ScoresPage(session)
    hits = rows(page.against_temperature, "hits")
    data = two.data_sets["small"]
    for place_, model in enumerate(hits["model"]):
        T, t = hits["temperature"][place_], hits["time"][place_]
        slot = list(data[T].times).index(t)
        level = abs(data[T].mean_correlation().mean(axis=0) - 0.5)
        assert level[slot] == level.min() < 0.08
        assert hits["x"][place_] == T
        if model:
            assert hits["y"][place_] == judged(two, T)[slot]["pearson"]
    assert len([model for model in hits["model"] if model]) >= 1
    bars, dots = rows(page.against_time, "bars"), rows(page.against_time, "dots")
    own = [row for row in judged(two, 0.8) if np.isfinite(row["pearson"])]
    mine = [k for k, colour in enumerate(dots["colour"]) if colour == method_colour("Ridge")]
    np.testing.assert_allclose(np.array(bars["high"])[mine] - np.array(dots["y"])[mine], [r["error"] for r in own])
    band = rows(page.against_time, "band")
    known = [row for row in judged(two, 0.8) if np.isfinite(row["ceiling"])]
    np.testing.assert_allclose(band["middle"], [row["ceiling"] for row in known])
    np.testing.assert_allclose(np.array(band["middle"]) - band["low"], [row["ceiling_error"] for row in known])
    assert "no error bars" not in page.level_note.panel.object


def test_other_scores(two):
    session = Session(two, page="scores", temperature=0.8)
    page = ScoresPage(session)
    for metric, key in (("chi_4_ratio", "chi_4_ratio"), ("C_far", "C_8"), ("C_near", "C_2")):
        session.choose(metric=metric)
        hits = rows(page.against_time, "hits")
        found = [y for y, model in zip(hits["y"], hits["model"], strict=True) if model == MODEL]
        np.testing.assert_allclose(found, [r[key] for r in judged(two, 0.8) if np.isfinite(r[key])])
        assert rows(page.against_time, "band")["x"] == []
    measured = [y for y, model in zip(hits["y"], hits["model"], strict=True) if not model]
    np.testing.assert_allclose(measured, [r["C_2_md"] for r in judged(two, 0.8) if np.isfinite(r["C_2_md"])])
    session.choose(metric="pearson_ceiling", shown_type=3)
    hits = rows(page.against_time, "hits")
    found = [y for y, model in zip(hits["y"], hits["model"], strict=True) if model == MODEL]
    expected = [r["pearson"] / r["ceiling"] for r in judged(two, 0.8, 3)]
    np.testing.assert_allclose(found, [value for value in expected if np.isfinite(value)])
    assert np.isfinite(rows(page.against_time, "guide")["y"]).all()


def test_the_map_shows_the_present_time_and_the_csv_the_whole(two):
    session = Session(two, page="scores", temperature=0.8, time=100.0, shown_type=2)
    page = ScoresPage(session)
    found = two.single_descriptors(session.point, "bond_breaking", 2)
    np.testing.assert_array_equal(rows(page.map, "cells")["value"], found.pearson[session.slot])
    assert len(rows(page.map, "rings")["x"]) == 4
    table = list(csv.DictReader(io.StringIO(page._csv().getvalue().decode())))
    single = [row for row in table if row["kind"] == "descriptor"]
    best = [row for row in found.best() if row is not None and np.isfinite(row["pearson"])]
    assert [float(row["pearson"]) for row in single] == pytest.approx([r["pearson"] for r in best], rel=1e-6)
    table = [row for row in table if row["kind"] != "descriptor"]
    assert [row["type"] for row in table] == [str(kind) for kind in (1, 2, 3) for _ in range(4)]
    chosen = [row["cells"] for row in page.table.rows if row["chosen"]]
    assert len(chosen) == 1
    assert chosen[0][:3] == ["Ridge", "2", "100"]


def test_what_is_missing_names_the_command(two, tmp_path):
    library = Library(two.data_folders, [tmp_path])
    page = ScoresPage(Session(library, page="scores", temperature=1.0, observable="displacement", metric="C_near"))
    words = rows(page.against_time, "words")["text"][0]
    assert words == "no method here: glassviz train ridge --temperature 1 --observable displacement\nmakes one"
    assert page.table.message == words
    write_record(tmp_path / "data" / "lone" / "T0.8000" / "0000.h5", planted(0, "train", 0.8))
    lone = ScoresPage(Session(Library([tmp_path / "data"], [tmp_path]), page="scores"))
    assert "glassviz simulate --temperature 0.8 --test 2" in rows(lone.against_time, "words")["text"][0]


def test_nothing_is_worked_out_before_the_page_is_shown_and_a_change_of_time_does_not_start_again(two, monkeypatch):
    fresh = Library(two.data_folders, two.model_folders)
    session, calls = Session(fresh), []
    known = fresh.judgement
    monkeypatch.setattr(fresh, "judgement", lambda *a, **k: calls.append(1) or known(*a, **k))
    page = ScoresPage(session)
    session.choose(time=10.0)
    assert calls == []
    assert rows(page.against_time, "lines")["xs"] == []
    session.choose(page="scores")
    assert len(calls) == 2
    session.choose(time=1000.0, metric="C_near")
    assert len(calls) == 2
    assert page.work.panel.object == ""


def test_published_curves_fit_system_temperature_observable_and_type(tmp_path):
    write_record(tmp_path / "data" / "ka2d" / "T0.3000" / "0000.h5", planted(0, "test", 0.3))
    session = Session(Library([tmp_path / "data"], [tmp_path]), page="scores")
    page = ScoresPage(session)
    drawn = rows(page.against_time, "lines")
    assert drawn["width"].count(1.2) == 8 + 1
    assert len(set(zip(drawn["colour"], drawn["dash"], strict=True))) == len(drawn["dash"])
    assert "ceiling, published" in page.legend.panel.object
    assert "CC-BY-4.0" in page.legend.panel.object
    for change in ({"published": False}, {"published": True, "shown_type": 2}, {"shown_type": 0, "metric": "C_near"}):
        session.choose(**change)
        assert 1.2 not in rows(page.against_time, "lines")["width"]
        assert "CC-BY-4.0" not in page.legend.panel.object
        assert ("nothing published" in page.legend.panel.object) == session.published


def test_predictions_made_elsewhere_and_a_second_model_of_a_kind_are_told_apart(tmp_path):
    fill(tmp_path)
    library = Library([tmp_path / "data"], [tmp_path / "models"])
    point = library.data_sets["small"][0.8]
    own, other = tmp_path / "models" / MODEL, tmp_path / "models" / "mine-T0.8000"
    shutil.copytree(own, other)
    values = point.bond_breaking[[2]][:, 1:3] + 0.1
    made = Predictions(
        "BOTAN", "KA2D", 0.8, "bond_breaking", TIMES[1:3], np.array([1]), np.array([2]), values.astype("f4")
    )
    write_predictions(tmp_path / "data" / "small", made)
    library.refresh(), library.open_models()
    session = Session(library, page="scores", temperature=0.8, time=100.0, model="BOTAN")
    page = ScoresPage(session)
    lines, hits = rows(page.against_time, "lines"), rows(page.against_time, "hits")
    place_ = lines["colour"].index(method_colour("BOTAN"))
    np.testing.assert_allclose(lines["xs"][place_], TIMES[1:3])
    np.testing.assert_allclose(lines["ys"][place_], 1, atol=1e-6)
    assert lines["width"][place_] == max(lines["width"])
    mine = [lines["dash"][k] for k, colour in enumerate(lines["colour"]) if colour == method_colour("Ridge")]
    assert sorted(mine) == ["dotdash", "solid"]
    assert {MODEL, "mine-T0.8000", "BOTAN"} <= set(hits["model"])
    shown = page.legend.panel.object
    assert "</svg> Ridge</span>" in shown
    assert "</svg> Ridge, mine</span>" in shown
    page._open(0.8, 10.0, "BOTAN")
    assert (session.page, session.time, session.model) == ("snapshots", 10.0, "BOTAN")


def test_names_of_methods_and_of_their_series():
    entry = {"kind": "glassmlp", "name": "ka2d-glassmlp-bond_breaking-T0.3000", "temperature": 0.3}
    assert method_name(entry) == "GlassMLP"
    assert series_name(entry) == "ka2d-glassmlp-bond_breaking"
    foreign = {"kind": "predictions", "name": "BOTAN", "temperature": 0.3}
    assert (method_name(foreign), series_name(foreign)) == ("BOTAN", "BOTAN")
