"""The page Network: it draws what the network does, and its choices are in the address."""

import numpy as np
import pytest

from glassviz.learning.conditioning import attention_shift, conditioning
from glassviz.learning.length_weights import length_distribution, mean_length
from glassviz.learning.mean_attention import through_bottleneck
from glassviz.learning.tglass_inside import Inside
from glassviz.library import Library
from glassviz.network_curves import NetworkCurves
from glassviz.pages.network import NetworkPage
from glassviz.session import Session
from tests.learning.quick import store_transfer_network
from tests.pages.conftest import fill, serve
from tests.pages.test_app import NAMED
from tests.pages.test_heterogeneity import rows
from tests.pages.visit import Visit

MODEL = "ka2d-tglassmlp-bond_breaking-Tmin0.8000"
STATE = {"data_set": "small", "temperature": 0.8, "configuration": 2, "time": 10.0, "model": MODEL}
START = "?" + "&".join(f"{name}={value}" for name, value in STATE.items()) + "&page=network"


def prepare(home):
    """Two temperatures and a network of both."""
    fill(home)
    data = Library([home / "data"], [home / "models"]).data_sets["small"]
    store_transfer_network([data[0.8], data[1.0]], home / "models")


@pytest.fixture(scope="module")
def transferred(tmp_path_factory):
    yield from serve(tmp_path_factory, "transferred", prepare)


@pytest.fixture(scope="module")
def library(transferred):
    return Library([transferred.home / "data"], [transferred.home / "models"])


@pytest.fixture
def visit(transferred, context):
    visitor = Visit(transferred, context.new_page())
    visitor.page.set_default_timeout(40_000)
    yield visitor
    visitor.check()
    visitor.page.close()


@pytest.fixture(scope="module")
def model(library):
    return next(entry["model"] for entry in library.models if entry["name"] == MODEL)


DOTS = """(label) => {
  for (const view of Bokeh.index.all_views ? Bokeh.index.all_views() : []) {
    if (view.model.type !== "Figure" || !view.model.left.some((axis) => axis.axis_label === label)) continue;
    const dots = view.model.renderers.filter((part) => part.glyph?.type === "Scatter");
    return Array.from(dots[0].data_source.data.y);
  }
  return [];
}"""


def xi_of(library, **state):
    """Mean lengths that the page should draw."""
    curves = NetworkCurves(Session(library, **STATE, **state))
    curves.work()
    return curves.mean_lengths()[0][0]["y"]


def test_lengths_follow_the_choices(visit, library):
    visit.page.goto(visit.server.address + START)
    read = lambda: visit.page.evaluate(DOTS, "ξ_int / σ₁₁")  # noqa: E731
    visit.agrees(read, xi_of(library))
    visit.page.get_by_role("button", name="Over C").click()
    visit.holds(across="level")
    visit.agrees(read, xi_of(library, across="level"))
    visit.page.get_by_role("button", name="w |B|").click()
    visit.choose("Descriptors of", "Density")
    visit.choose("Length ξ", "Integral over L")
    visit.holds(weighing="bottleneck", part="density", length_rule="integral")
    wanted = xi_of(library, across="level", weighing="bottleneck", part="density", length_rule="integral")
    visit.agrees(read, wanted)
    visit.page.reload()
    visit.agrees(read, wanted)


def test_a_laptop_shows_the_page_whole_and_every_control_has_a_name(visit):
    visit.page.set_viewport_size({"width": 1440, "height": 900})
    visit.page.goto(visit.server.address + START)
    visit.until(lambda: len(visit.page.evaluate(DOTS, "ξ_int / σ₁₁")) == 2, "two temperatures")
    inside = "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
    visit.agrees(lambda: visit.page.evaluate(inside), [0, 0])
    heading = visit.page.get_by_text("What the state point does").bounding_box()
    assert heading["x"] + heading["width"] < 1440
    assert heading["y"] < 700
    reached = set()
    for _ in range(30):
        visit.press("Tab")
        reached.add(visit.page.evaluate(NAMED))
    assert "" not in reached
    names = " ".join(sorted(reached - {None}))
    for word in ("Over T", "Particles", "Network", "Descriptors of", "Averages", "Length ξ", "Weights", "Export"):
        assert word in names


def test_key_5_and_what_makes_a_network(server, context):
    visitor = Visit(server, context.new_page())
    visitor.page.set_default_timeout(40_000)
    visitor.open("?temperature=0.8")
    visitor.press("5")
    visitor.holds(page="network")
    visitor.page.get_by_text("No tGlassMLP is stored: glassviz transfer --quick trains one.").wait_for()
    visitor.check()
    visitor.page.close()


# Without a browser ---------------------------------------------------------------------------------------------------


def page_of(library, **state):
    session = Session(library, **{**STATE, "page": "network", **state})
    return session, NetworkPage(session)


def test_ridges_and_lengths_are_those_of_the_network(library, model):
    session, page = page_of(library, weighing="bottleneck")
    curves = NetworkCurves(session)
    means, lengths = [], []
    for T in (0.8, 1.0):
        inside = Inside(model, session.data[T], 1)
        weights = through_bottleneck(inside.model, inside.attention)[:, curves.slot]
        found, grid = length_distribution(weights, inside.names)
        means.append(found.mean(axis=0))
        lengths.append(mean_length(found, grid))
    drawn = rows(page.ridges.plot, "lines")
    bases = [ridge[0] - mean[0] for ridge, mean in zip(drawn["ys"], means[::-1], strict=True)]
    for ridge, base, mean in zip(drawn["ys"], bases, means[::-1], strict=True):
        np.testing.assert_allclose(ridge, base + mean, rtol=1e-6)
    assert bases[0] > bases[1] == pytest.approx(0)
    dots = rows(page.lengths.plot, "dots")
    np.testing.assert_allclose(dots["y"], np.mean(lengths, axis=1), rtol=1e-6)
    bars = rows(page.lengths.plot, "bars")
    np.testing.assert_allclose(np.asarray(bars["high"]) - dots["y"], np.std(lengths, axis=1, ddof=1), rtol=1e-5)
    assert rows(page.lengths.plot, "now")["x"] == [0.8]


def test_time_is_the_level_and_no_descriptor_is_said(library):
    session, page = page_of(library)
    level = NetworkCurves(session).level
    assert abs(session.point.decay(1)[session.slot] - level) < 0.1
    assert f"at C = {level:g}" in page.heads["ridges"].panel.object
    session.choose(time=100.0)
    later = NetworkCurves(session).level
    assert later < level
    assert f"at C = {later:g}" in page.heads["ridges"].panel.object
    session.choose(across="level")
    assert len(rows(page.ridges.plot, "lines")["ys"]) == len(NetworkCurves(session).levels)
    session.choose(part="perimeter", averaged="type 3")
    assert len(rows(page.ridges.plot, "lines")["ys"]) > 0


def test_planes_and_output(library, model):
    session, page = page_of(library, seed=1)
    curves = NetworkCurves(session)
    inside, own = Inside(model, session.point, 1), session.of_type()
    values = inside.bottleneck(session.record, curves.slot, 1)[own]
    np.testing.assert_allclose(rows(page.plane.plot, "own")["x"], values[:, 0], rtol=1e-6)
    np.testing.assert_allclose(curves.output(values), inside.output(values, curves.slot, 1), rtol=1e-6)
    titles = rows(page.planes.plot, "titles")["text"]
    assert [title.split(" · ")[0] for title in titles] == ["T = 0.8", "T = 1"]
    # Labels near the level colour the points: those of molecular dynamics, here of the one test configuration.
    assert titles[0].endswith("MD")
    drawn = rows(page.planes.plot, "points")
    np.testing.assert_allclose(drawn["value"][: own.sum()], session.measured()[session.slot][own], rtol=1e-6)
    left = rows(page.planes.plot, "frames")["left"]
    assert (drawn["x"][: own.sum()] <= left[0] + 1).all()
    assert (drawn["x"][own.sum() :] >= left[1]).all()


def test_the_map_holds_weights_or_sensitivities(library, model):
    session, page = page_of(library, mapped="sensitivity")
    slot, inside = NetworkCurves(session).slot, Inside(model, session.point, 1)
    cells = dict(zip(*(rows(page.map.plot, "cells")[name] for name in ("label", "value")), strict=True))
    expected = dict(zip(inside.names, inside.sensitivity[:, slot].mean(axis=0), strict=True))
    assert len(cells) == len(expected)
    for name, value in expected.items():
        assert cells[name] == pytest.approx(value), name
    session.choose(mapped="weights")
    values = rows(page.map.plot, "cells")["value"]
    # As multiples of equal weights their mean is one.
    assert np.mean(values) == pytest.approx(1, abs=1e-5)


def test_conditioning_of_the_chosen_network(library, model):
    session, page = page_of(library, across="level", seed=1)
    levels = NetworkCurves(session).levels
    first, _ = conditioning(model, 0.8, levels)
    shift = attention_shift(model, first)
    np.testing.assert_allclose(rows(page.conditioning.plot, "dots")["y"], shift.mean(axis=0), rtol=1e-5)
    lines = rows(page.conditioning.plot, "lines")
    outputs = np.concatenate([part[1] for part in conditioning(model, 0.8, lines["xs"][0])], axis=1)
    drawn = np.array([y for y in lines["ys"] if len(y) == len(outputs)])
    np.testing.assert_allclose(drawn, outputs.T, rtol=1e-5)


def test_what_is_missing_is_said(library):
    session, page = page_of(library, shown_type=2)
    assert "no network for type 2, only for 1" in page.sentence.panel.object
    session.choose(shown_type=1)
    assert "no network" not in page.sentence.panel.object
    without = Library([*library.data_folders], [library.data_folders[0]])
    _, page = page_of(without)
    assert "glassviz transfer --quick trains one" in page.sentence.panel.object


def test_nothing_is_worked_out_before_the_page_is_shown(library, monkeypatch):
    calls = []
    monkeypatch.setattr(NetworkCurves, "_work", lambda self, T, name, progress=None: calls.append((T, name)))
    fresh = Library([*library.data_folders], library.model_folders)
    session = Session(fresh, **STATE)
    NetworkPage(session)
    assert calls == []
    session.choose(page="network")
    assert calls == [(0.8, "attention"), (1.0, "attention")]
