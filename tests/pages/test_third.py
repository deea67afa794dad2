"""The third views in a real browser: plane of the network, descriptors, weights, another model."""

import numpy as np
import pytest

from glassviz import inside
from glassviz.colours import SEQUENTIAL, propensity_map
from glassviz.library import Library
from glassviz.views.particles import quantise
from tests.learning.quick import store_network
from tests.pages.conftest import fill, serve
from tests.pages.test_selection import lasso, plot
from tests.pages.visit import Visit, mirror

NETWORK = "ka2d-glassmlp-bond_breaking-T0.8000"
RIDGE = "ka2d-ridge-bond_breaking-T0.8000"
STATE = {"temperature": 0.8, "time": 100.0, "configuration": 2, "model": NETWORK}
START = f"?data_set=small&temperature=0.8&configuration=2&time=100&model={NETWORK}"


@pytest.fixture(scope="module")
def networked(tmp_path_factory):
    """The app on the planted data with a ridge regression and a small network."""

    def prepare(home):
        fill(home)
        store_network(Library([home / "data"], [home / "models"]).data_sets["small"][0.8], home / "models")

    yield from serve(tmp_path_factory, "third", prepare)


@pytest.fixture(scope="module")
def models(networked):
    return Library([networked.home / "data"], [networked.home / "models"])


@pytest.fixture
def visit(networked, context):
    visitor = Visit(networked, context.new_page())
    visitor.page.set_default_timeout(30_000)
    yield visitor
    visitor.check()
    visitor.page.close()


def sources(visit, label, *columns):
    """Columns of each data source of the figure with this axis label, of those that have all of them."""
    return visit.page.evaluate(
        """([label, columns]) => [...Bokeh.index.all_views()].filter((view) => view.model.type === "Figure"
          && view.model.below.some((axis) => axis.axis_label === label)).flatMap((view) => view.model.renderers
          .filter((r) => r.data_source && columns.every((name) => r.data_source.data.has
            ? r.data_source.data.has(name) : name in r.data_source.data))
          .map((r) => columns.map((name) => Array.from(r.data_source.get_column(name)))))""",
        [label, list(columns)],
    )


def plane(visit):
    """Frame of the plane of the bottleneck once it is drawn with points."""
    visit.until(lambda: plot(visit, "bottleneck node 1"), "the plane")
    visit.until(lambda: any(len(p[0]) for p in sources(visit, "bottleneck node 1", "particle")), "points in the plane")
    return visit.still(lambda: plot(visit, "bottleneck node 1"), "the plane")


def chosen_in_plane(visit):
    """Numbers among the type's particles of the points that are marked as chosen."""
    return [part[0] for part in sources(visit, "bottleneck node 1", "particle")][-1]


def test_a_lasso_in_the_plane_marks_particles_in_the_snapshots(visit, models):
    visit.open(START + "&third_view=bottleneck&seed=1")
    session, frame = mirror(models, **STATE, seed=1), plane(visit)
    points, own = inside.bottleneck(session), np.flatnonzero(session.of_type())
    visit.agrees(lambda: sources(visit, "bottleneck node 1", "x", "particle")[1][0], points[own, 0])
    low, high = frame["x_range"]
    # Between two points with room between them, in the middle of the plane.
    ordered = np.sort(points[own, 0])
    gaps = np.diff(ordered) * ((ordered[1:] > low + 0.3 * (high - low)) & (ordered[1:] < low + 0.7 * (high - low)))
    split = ordered[gaps.argmax()] + gaps.max() / 2
    middle = frame["x"] + frame["width"] * (split - low) / (high - low)
    top, bottom = frame["y"] + 2, frame["y"] + frame["height"] - 2
    left = frame["x"] + 2
    lasso(visit, lambda: [(left, top), (middle, top), (middle, bottom), (left, bottom)])
    chosen = sorted(int(k) for k in visit.state["selected"].split(","))
    assert chosen == own[points[own, 0] < split].tolist()
    assert 3 < len(chosen) < len(own)
    # In the snapshots the chosen keep their colours and the others are dimmed.
    visit.shows(session, but=np.setdiff1d(np.arange(129), chosen))
    with pytest.raises(AssertionError):
        visit.until(lambda: undimmed(visit, session, chosen), "", seconds=1)
    visit.until(lambda: len(chosen_in_plane(visit)) == len(chosen), "the marks in the plane")
    visit.press("Escape")
    visit.holds(selected=None)
    visit.until(lambda: len(chosen_in_plane(visit)) == 0, "a plane without marks")
    visit.page.wait_for_timeout(500)
    visit.holds(selected=None)


def undimmed(visit, session, chosen):
    """Whether the particles that were not chosen still have their full colours."""
    rest = [k for k in np.flatnonzero(inner(session)) if k not in chosen]
    measured = session.measured()[session.slot][rest]
    wanted = propensity_map("bond_breaking")[quantise(measured, 0, 1)].astype(int)
    return np.abs(visit.pixels(visit.places(session, 0, rest)).astype(int) - wanted).max() <= 2


def inner(session):
    """Particles that no edge and no scale bar covers, (N,) bool."""
    relative = session.record.thermal.wrap().positions / session.record.thermal.box
    return ((relative > 0.05) & (relative < 0.95)).all(axis=1) & ~((relative[:, 0] < 0.45) & (relative[:, 1] < 0.25))


def test_a_click_in_a_snapshot_marks_the_point_and_names_the_nearest(visit, models):
    visit.open(START + "&third_view=bottleneck")
    session = mirror(models, **STATE)
    plane(visit)
    index = int(np.flatnonzero(session.of_type() & inner(session))[5])
    place = visit.places(session, 0, [index])[0]
    chosen = str(index)
    visit.reacts(lambda: visit.page.mouse.click(*place), lambda: visit.state.get("selected") == chosen, "the particle")
    place = int(np.flatnonzero(np.flatnonzero(session.of_type()) == index)[0])
    visit.until(lambda: chosen_in_plane(visit) == [place], "the mark in the plane")
    found, distance = inside.nearest(session, index)
    visit.page.get_by_text(f"Nearest in the model: particle {found}, at {distance:.3f}").wait_for()
    visit.press("Escape")
    visit.until(lambda: chosen_in_plane(visit) == [], "no mark")


def test_choices_of_the_plane_are_in_the_address(visit, models):
    visit.open(START + "&third_view=bottleneck")
    plane(visit)
    visit.choose("Network", "2 of 2")
    visit.holds(seed=1)
    visit.choose("Points coloured by", "Descriptor")
    visit.holds(coloured_by="descriptor")
    session = mirror(models, **STATE, seed=1, coloured_by="descriptor")
    points, values = inside.cloud(session)
    visit.until(lambda: shows_points(visit, points, values), "the other network's points")
    visit.choose("Configuration", "0 · train")
    visit.choose("Points of", "All test configurations")
    visit.holds(cloud="test", configuration=0)
    visit.page.get_by_text("behind: 1 other test configuration, ").wait_for()
    visit.until(lambda: behind(visit, points), "the test configuration behind")


def shows_points(visit, points, values):
    found = sources(visit, "bottleneck node 1", "x", "y", "value")[1]
    return len(found[0]) == len(points) and np.allclose(np.transpose(found), np.column_stack([points, values]))


def behind(visit, points):
    found = sources(visit, "bottleneck node 1", "x", "y", "value")[0]
    return len(found[0]) == len(points) and np.allclose(found[0], points[:, 0])


def test_a_descriptor_is_a_third_snapshot(visit, models):
    visit.open(START + "&third_view=descriptor")
    visit.page.locator(".panel").nth(2).wait_for()
    shows_descriptor(visit, mirror(models, **STATE))
    field = visit.page.get_by_role("combobox", name="Descriptor")
    field.click()
    visit.page.get_by_placeholder("Search").or_(visit.page.locator("input[type=text]:visible")).last.fill(
        "density L=3 "
    )
    visit.page.locator("[role=menuitem]").get_by_text("density L=3 type 2", exact=True).click()
    visit.holds(descriptor="density L=3 type 2")
    shows_descriptor(visit, mirror(models, **STATE, descriptor="density L=3 type 2"))


def shows_values(visit, session, panel, values, limits, table):
    """Wait until a snapshot has the colours of these values, where there are any."""
    some = inner(session) & np.isfinite(values)
    wanted = table[quantise(values, *limits)][some].astype(int)
    visit.until(
        lambda: np.abs(visit.pixels(visit.places(session, panel, some)).astype(int) - wanted).max() <= 2,
        f"the values in panel {panel}",
    )


def shows_descriptor(visit, session):
    """Wait until the third snapshot and the points below it are those of the chosen descriptor."""
    values, own = inside.descriptor(session), session.of_type()
    limits = [float(f"{end:.3g}") for end in inside.descriptor_limits(session)]
    shows_values(visit, session, 2, values, limits, SEQUENTIAL)
    measured = session.measured()[session.slot]
    agreement = f"{np.corrcoef(values[own], measured[own])[0, 1]:.2f}".replace("-", "−")
    label = f"{session.descriptor}, of type 1 · Pearson {agreement}"
    visit.until(lambda: plot(visit, label), label)
    visit.agrees(lambda: sources(visit, label, "x", "y", "particle")[1][:2], [values[own], measured[own]])


def test_weights_of_network_and_ridge(visit, models):
    visit.open(START + "&third_view=weights&shown_type=2")
    for model in (NETWORK, RIDGE):
        session = mirror(models, **{**STATE, "model": model, "shown_type": 2})
        if model == RIDGE:
            visit.choose("Model", "ridge · T0.8000")
        expected = inside.weights(session)
        known = np.sort(expected[np.isfinite(expected)])
        visit.until(lambda w=known: same_weights(visit, w), f"the weights of {model}")
        unused = int(np.isnan(expected).sum())
        visit.until(
            lambda n=unused: n in [len(part[0]) for part in sources(visit, "length L / σ₁₁", "x", "y")],
            f"the descriptors that {model} does not use",
        )


def same_weights(visit, known):
    cells = [part[0] for part in sources(visit, "length L / σ₁₁", "value", "label")]
    return len(cells) == 1 and len(cells[0]) == len(known) and np.allclose(np.sort(cells[0]), known)


def test_another_model_is_a_third_snapshot(visit, models):
    visit.open(START + "&third_view=model")
    visit.page.get_by_text("Predicted, ridge").first.wait_for()
    session, other = mirror(models, **STATE), mirror(models, **{**STATE, "model": RIDGE})
    for panel, shown in ((1, session), (2, other)):
        shows_values(visit, session, panel, shown.predicted()[shown.slot], (0, 1), propensity_map("bond_breaking"))


def test_a_model_without_a_bottleneck_says_what_makes_one(visit):
    visit.open(START.replace(NETWORK, RIDGE) + "&third_view=bottleneck")
    visit.until(
        lambda: any(
            "glassviz train glassmlp --temperature 0.8" in " ".join(part[0][0].split())
            for part in sources(visit, "bottleneck node 1", "text")
            if part[0]
        ),
        "the sentence",
    )
    visit.choose("Model", "glassmlp · T0.8000")
    plane(visit)


@pytest.mark.parametrize("view", ["bottleneck", "weights", "descriptor", "model"])
def test_the_page_stays_whole(visit, view):
    visit.page.set_viewport_size({"width": 1440, "height": 900})
    visit.open(START + f"&third_view={view}&dark=1")
    inside_window = (
        "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
    )
    visit.agrees(lambda: visit.page.evaluate(inside_window), [0, 0])
    visit.choose("Third view", "Predicted against MD")
    visit.until(lambda: plot(visit, "Propensity C_B of type 1, MD"), "the scatter")
    visit.until(lambda: visit.panel(1)["width"] > 450, "large snapshots again")
