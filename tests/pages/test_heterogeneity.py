"""The page Heterogeneity: its curves are those of the tasks; the range of the fit is dragged in a real browser."""

import numpy as np
import pytest

from glassviz.dataset import EMBEDDED
from glassviz.dynamics import four_point_correlation, propensity_distribution, smoothed
from glassviz.heterogeneity_curves import EDGES, HeterogeneityCurves
from glassviz.heterogeneity_words import MARKS
from glassviz.library import Library
from glassviz.pages.heterogeneity import HeterogeneityPage
from glassviz.record import write_record
from glassviz.session import Session
from glassviz.tasks.train import train
from tests.pages.conftest import place, planted, serve
from tests.pages.test_app import NAMED
from tests.pages.visit import Visit

SPLITS = ["train", "validation", "test", "test", "test", "test"]
MODEL = "ka2d-ridge-bond_breaking-T0.8000"
START = f"?data_set=small&temperature=0.8&configuration=2&time=100&model={MODEL}&page=heterogeneity"


def fill(home):
    """Two temperatures with four test configurations each, and a model for the lower one."""
    for temperature in (0.8, 1.0):
        for index, split in enumerate(SPLITS):
            write_record(place(home, temperature, index), planted(index, split, temperature))
    library = Library([home / "data"], [home / "models"])
    train(library.data_sets["small"][0.8], "ridge", home / "models")


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    yield from serve(tmp_path_factory, "many", fill)


@pytest.fixture(scope="module")
def library(many):
    return Library([many.home / "data"], [many.home / "models"])


@pytest.fixture(scope="module")
def embedded():
    return Library(model_folders=[EMBEDDED / "models"], data_sets={"ka2d": [EMBEDDED / "ka2d"]})


@pytest.fixture
def visit(many, context):
    visitor = Visit(many, context.new_page())
    visitor.page.set_default_timeout(40_000)
    yield visitor
    visitor.check()
    visitor.page.close()


SPECTRUM = """() => {
  for (const view of Bokeh.index.all_views ? Bokeh.index.all_views() : []) {
    if (view.model.type !== "Figure") continue;
    if (!view.model.below.some((axis) => axis.axis_label === "wave number q σ₁₁")) continue;
    const box = view.el.getBoundingClientRect(), frame = view.frame.bbox;
    const range = view.model.center.concat(view.model.renderers, view.model.annotations ?? [])
      .find((part) => part.type === "BoxAnnotation");
    const at = (q) => box.x + view.frame.x_scale.compute(q);
    return {left: range.left, right: range.right, at: [at(range.left), at(range.right)],
      y: box.y + frame.top + frame.height / 2, width: frame.width};
  }
  return null;
}"""


def worked_out(visit):
    """Wait until the fits of both methods are told and nothing is drawn any more."""
    visit.page.get_by_text("Ridge: needs 4 rings").wait_for()
    visit.until(lambda: visit.page.get_by_role("progressbar", name="Heterogeneity").count() == 0, "the end of the work")
    return visit.still(lambda: visit.page.evaluate(SPECTRUM), "the figure of S_4(q)", 2000)


def test_the_range_of_the_fit_is_dragged(visit):
    visit.page.goto(visit.server.address + START)
    visit.until(lambda: (visit.page.evaluate(SPECTRUM) or {"width": 0})["width"] > 200, "S_4(q)")
    visit.page.get_by_text("on 0.18 ≤ q ≤ 0.8").wait_for()
    frame = worked_out(visit)
    edge = frame["at"][1]
    # At a hand's pace: Bokeh looks for what lies under the pointer between two moves.
    for step in (visit.page.mouse.down, *[None] * 6, visit.page.mouse.up):
        visit.page.mouse.move(edge, frame["y"])
        visit.page.wait_for_timeout(200)
        edge += 10
        if step is not None:
            step()
        if step == visit.page.mouse.down:
            # Whoever thinks before moving drags all the same.
            visit.page.wait_for_timeout(800)
    visit.until(lambda: "q_range" in visit.state, "a range in the address")
    visit.page.wait_for_timeout(500)
    low, high = map(float, visit.state["q_range"].split(","))
    assert low == pytest.approx(0.18, abs=0.002)
    assert high > 0.9
    visit.page.get_by_text(f"q ≤ {high:g}").wait_for()
    visit.agrees(lambda: [visit.page.evaluate(SPECTRUM)[end] for end in ("left", "right")], [low, high], atol=2e-3)


def test_a_laptop_shows_the_page_whole_and_every_control_has_a_name(visit):
    visit.page.set_viewport_size({"width": 1440, "height": 900})
    visit.page.goto(visit.server.address + START)
    worked_out(visit)
    inside = "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
    visit.agrees(lambda: visit.page.evaluate(inside), [0, 0])
    reached = set()
    for _ in range(30):
        visit.press("Tab")
        reached.add(visit.page.evaluate(NAMED))
    assert "" not in reached
    names = " ".join(sorted(reached - {None}))
    for word in ("Quantity", "C = 0.8", "MD from", "S₄(q)", "A free", "Smoothing", "Export"):
        assert word in names


# Without a browser ---------------------------------------------------------------------------------------------------


def rows(plot, name):
    return plot._sources[name].data


def page_of(library, **state):
    session = Session(library, page="heterogeneity", temperature=0.8, time=100.0, model=MODEL, **state)
    return session, HeterogeneityPage(session)


def heterogeneities(library, split="test", kind=1):
    """Of molecular dynamics and of the model."""
    point = library.data_sets["small"][0.8]
    (entry,) = library.methods(library.data_sets["small"], 0.8, "bond_breaking")
    return [library.heterogeneity(e, point, "bond_breaking", kind, split) for e in (None, entry)]


@pytest.mark.parametrize("quantity", ["chi_4", "chord", "cluster"])
def test_against_time_molecular_dynamics_and_every_method(library, quantity):
    session, page = page_of(library, collective=quantity, shown_type=2)
    dots = rows(page.against_time.plot, "dots")
    found = heterogeneities(library, kind=2)
    # The chosen model is drawn last, on top.
    expected = [v for f in found for v in getattr(f, quantity) if np.isfinite(v)]
    np.testing.assert_allclose(dots["y"], expected)
    lines = rows(page.against_time.plot, "lines")
    if quantity == "chi_4":
        assert len(lines["xs"]) == 2
    else:
        (permuted,) = (k for k, dash in enumerate(lines["dash"]) if dash == "dashed")
        wanted = getattr(found[0], f"{quantity}_permuted")
        np.testing.assert_allclose(lines["ys"][permuted], wanted[np.isfinite(getattr(found[0], quantity))])
        assert lines["width"][permuted] == min(lines["width"])
        assert "MD, permuted" in page.legend.panel.object
    page._choose(0.8, 1000.0)
    assert (session.time, session.page) == (1000.0, "heterogeneity")


def test_all_configurations_of_molecular_dynamics(library):
    session, page = page_of(library)
    assert "MD from 4 configurations: χ₄ to ± 82 %" in page.legend.panel.object
    session.choose(md_from="all")
    assert "MD from 6 configurations: χ₄ to ± 63 %" in page.legend.panel.object
    found = heterogeneities(library, "all")
    np.testing.assert_allclose(rows(page.against_time.plot, "dots")["y"][:4], found[0].chi_4)


def test_spectra_fits_and_collapse(library):
    session, page = page_of(library, q_range=[0.5, 2.5], collective="xi")
    md, method = heterogeneities(library)
    slot, plot = session.slot, page.spectrum.curves.plot
    fits = [found.fit(slot, (0.5, 2.5)) for found in (md, method)]
    positive = [found.rings[slot].s4[found.rings[slot].s4 > 0] for found in (md, method)]
    np.testing.assert_allclose(np.sort(rows(plot, "dots")["y"]), np.sort(np.concatenate(positive)))
    assert len(rows(plot, "lines")["xs"]) == sum(not fit.reason for fit in fits)
    for fit in fits:
        assert (f"{fit.xi:.3g} ±" in page.fits.panel.object) == (not fit.reason)
    every = [f.fit(k, (0.5, 2.5)) for f in (md, method) for k in range(len(f.times)) if f.rings[k] is not None]
    known = [fit.xi for fit in every if not fit.reason]
    np.testing.assert_allclose(np.sort(rows(page.against_time.plot, "dots")["y"]), np.sort(known))
    session.choose(waves="collapse")
    drawn = rows(page.collapse.plot, "dots")
    assert bool(len(drawn["y"])) == bool(known)


def test_a_collapse_names_temperatures_and_times_and_marks_them(embedded):
    choices = {"temperature": 0.4, "md_from": "all", "cubic": False, "observable": "displacement"}
    session = Session(embedded, page="heterogeneity", waves="collapse", **choices)
    page, curves = HeterogeneityPage(session), HeterogeneityCurves(session).collapse()
    times = {}
    for curve in curves:
        times.setdefault(curve["temperature"], set()).add(curve["found"].times[curve["slot"]])
    assert len(times[0.4]) > 1
    marks = dict(zip(HeterogeneityCurves(session).labelled, MARKS.items(), strict=False))
    for T, own in times.items():
        assert f"{marks[T][1]} T = {T:g}: t = {', '.join(f'{t:g}' for t in sorted(own))}" in page.fits.panel.object
    drawn = rows(page.collapse.plot, "dots")
    assert list(drawn["marker"]) == [marks[c["temperature"]][0] for c in curves for _ in c["x"]]


def test_rings_that_a_logarithmic_axis_cannot_show_are_counted(embedded):
    choices = {"temperature": 0.4, "md_from": "all", "observable": "displacement"}
    session = Session(embedded, page="heterogeneity", time=434.0, **choices)
    page, curves = HeterogeneityPage(session), HeterogeneityCurves(session)
    found = {label: curves.found(entry, 0.4).rings[session.slot] for entry, label, _ in curves.methods(0.4)}
    absent = {label: int((rings.s4 <= 0).sum()) for label, rings in found.items()}
    assert absent["MD"] > 0
    whose = ", ".join(f"{label} {number}" for label, number in absent.items() if number)
    assert f"{sum(absent.values())} rings with S₄ ≤ 0 not drawn ({whose})" in page.fits.panel.object
    drawn = rows(page.spectrum.curves.plot, "dots")["y"]
    assert len(drawn) + sum(absent.values()) == sum(len(rings.s4) for rings in found.values())
    session.choose(time=0.1)
    assert rows(page.spectrum.curves.plot, "words")["text"] == ["no ring with S₄ > 0"]
    assert len(rows(page.spectrum.curves.plot, "dots")["y"]) == 0


def test_a_temperature_without_the_level_is_named(embedded):
    session = Session(embedded, page="heterogeneity", level=0.8, temperature=0.4)
    page = HeterogeneityPage(session)
    data = session.data
    # Structures without labels have no level at all.
    labelled = [T for T in data.temperatures if len(data[T].times)]
    absent = [T for T in labelled if not (np.abs(data[T].decay(1) - 0.8) < 0.1).any()]
    assert absent
    drawn = set(rows(page.against_temperature.plot, "hits")["temperature"])
    assert drawn == set(labelled) - set(absent)
    assert f"no label time near C = 0.8 at T = {', '.join(f'{T:g}' for T in absent)}" in page.note.panel.object


def test_correlations_over_distance(library):
    session, page = page_of(library, waves="correlation")
    md, method = heterogeneities(library)
    point = session.point
    expected = []
    for found in (md, method):
        own = [point.configurations[k].types == 1 for k in found.places]
        positions = [point.configurations[k].positions[o] for k, o in zip(found.places, own, strict=True)]
        halves = [v[:, session.slot] for v in found.values]
        expected.append(four_point_correlation(positions, halves, session.record.thermal.box, normalised=True)[1])
    drawn = rows(page.correlation.plot, "dots")["y"]
    np.testing.assert_allclose(drawn, [v for values in expected for v in values if np.isfinite(v)])
    # The planted wave spans the box: neighbours are alike.
    assert drawn[1] > 0.5


def test_distributions_and_fields(library):
    session, page = page_of(library, waves="distribution", smoothing=2.0)
    md, method = heterogeneities(library)
    expected = [
        propensity_distribution([v[:, session.slot].mean(axis=0) for v in found.values], EDGES["bond_breaking"])[0]
        for found in (md, method)
    ]
    np.testing.assert_allclose(rows(page.distribution.plot, "dots")["y"], np.concatenate(expected))
    own, thermal = session.of_type(), session.record.thermal
    field = smoothed(thermal.positions[own], session.measured()[session.slot][own], thermal.box, 2.0)
    pictures = rows(page.field.plot, "pictures")
    np.testing.assert_allclose(pictures["image"][0], field.T, rtol=1e-6)
    assert len(pictures["image"]) == 2
    session.choose(smoothing=0.0)
    assert np.ptp(rows(page.field.plot, "pictures")["image"][0]) > np.ptp(field)


def test_what_is_missing_is_said(tmp_path):
    write_record(tmp_path / "data" / "small" / "T0.8000" / "0000.h5", planted(0, "train", 0.8))
    session = Session(Library([tmp_path / "data"], [tmp_path / "models"]), page="heterogeneity")
    page = HeterogeneityPage(session)
    assert "glassviz simulate --temperature 0.8 --test 2" in rows(page.against_time.plot, "words")["text"][0]
    session.choose(md_from="all")
    assert len(rows(page.against_time.plot, "dots")["y"]) == 0
    assert len(rows(page.spectrum.curves.plot, "dots")["y"]) > 0
    session.choose(q_range=[2.0, 1.0])
    assert session.q_range == [0.18, 0.8]


def test_nothing_is_worked_out_before_the_page_is_shown(library, monkeypatch):
    calls = []
    monkeypatch.setattr(Library, "heterogeneity", lambda *_, **__: calls.append(1))
    session = Session(Library([*library.data_folders], library.model_folders), temperature=0.8)
    HeterogeneityPage(session)
    assert calls == []
    session.choose(page="heterogeneity")
    assert len(calls) == 3
