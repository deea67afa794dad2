"""Snapshots in a real browser: pixels, camera, selection, hover, lost contexts."""

import numpy as np
import pytest

from glassviz.colours import DIFFERENCE, PROPENSITY
from glassviz.configuration import Configuration
from glassviz.views.particles import ParticleView, quantise
from tests.views.stage import RADII, close_to, lattice, served

MISSING = [0x99, 0xA0, 0xA8]
GROUND = np.array([0xC3, 0xC8, 0xCE])


@pytest.fixture(scope="module")
def tab(browser):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def shared(tab):
    view = ParticleView(titles=["MD", "Predicted"])
    view.show(lattice(16), RADII, [np.zeros(256), np.ones(256)])
    with served(view, tab) as stage:
        yield stage


@pytest.fixture
def stage(shared):
    shared.reset()
    return shared


def test_quantise_closed_cases():
    field = [0.0, 0.5, 1.0, -3.0, 7.0, np.nan, np.inf, -np.inf]
    assert quantise(field, 0, 1).tolist() == [0, 127, 254, 0, 254, 255, 254, 0]
    assert quantise([2.0, 3.0, 4.0], 4, 2).tolist() == [254, 127, 0]
    assert quantise([5.0, np.nan], 5, 5).tolist() == [127, 255]
    assert quantise(np.arange(255), 0, 254).tolist() == list(range(255))
    with pytest.raises(ValueError, match="expected finite"):
        quantise([1.0], 0, np.nan)


def test_wrong_fields_are_named():
    view = ParticleView(titles=["a", "b"])
    view.show(lattice(4), RADII)
    with pytest.raises(ValueError, match="1 fields for 2 panels"):
        view.set_fields([np.zeros(16)])
    with pytest.raises(ValueError, match=r"field 1 has shape \(15,\), expected \(16,\)"):
        view.set_fields([None, np.zeros(15)])
    with pytest.raises(ValueError, match="types reach 3"):
        view.show(lattice(4), RADII[:1])


def test_another_liquid_forgets_selection_and_camera():
    view = ParticleView()
    view.show(lattice(4), RADII)
    view.param.update(selected=[3], camera=[1.0, 1.0, 2.0], followed=2)
    view.show(lattice(4, seed=1), RADII)
    assert (view.selected, view.camera, view.followed) == ([3], [1.0, 1.0, 2.0], 2)
    view.show(lattice(5), RADII)
    assert (view.selected, view.camera, view.followed) == ([], [], -1)


def test_pixels_show_the_values(stage):
    rng = np.random.default_rng(5)
    fields = rng.uniform(0, 1, (2, 256))
    fields[1] = 2 * fields[1] - 1
    inner = np.arange(20, 236)
    before = len(stage.patches)
    stage.view.set_fields(fields, [0, -1], 1, palettes=PROPENSITY.tobytes() + DIFFERENCE.tobytes())
    stage.drawn()
    assert len(stage.patches) == before + 1
    assert close_to(stage.colours(0, inner), PROPENSITY[quantise(fields[0], 0, 1)[inner]])
    assert close_to(stage.colours(1, inner), DIFFERENCE[quantise(fields[1], -1, 1)[inner]])
    stage.view.palettes = PROPENSITY.tobytes()


def test_no_value_is_grey(stage):
    field = np.zeros(256)
    field[[40, 90]] = np.nan
    stage.view.set_fields([field, None])
    stage.drawn()
    assert close_to(stage.colours(0, [40, 90]), [MISSING] * 2)
    assert close_to(stage.colours(0, [41, 91]), [PROPENSITY[0]] * 2)
    assert close_to(stage.colours(1, [40, 41]), [MISSING] * 2)


def test_disc_across_the_edge_continues_on_the_other_side(stage):
    field = np.ones(256)
    field[0] = 0
    stage.view.set_fields([field, field])
    stage.drawn()
    # Particle 0 lies 0.1 inside the left edge; 0.2 inside the right edge is 0.3 from its image.
    right = stage.places(0, [0])
    right[:, 0] += 15.7 * stage.panel(0)["width"] / (1.008 * 16)
    assert close_to(stage.pixels(right), [PROPENSITY[0]])


def test_drag_and_wheel_move_both_panels(stage):
    box = stage.panel(1)
    x, y = box["x"] + 0.3 * box["width"], box["y"] + 0.6 * box["height"]
    pivot = stage.places(1, [100])[0]
    stage.page.mouse.move(*pivot)
    stage.page.mouse.wheel(0, -400)
    stage.until(lambda: stage.view.camera)
    assert stage.view.camera[2] == pytest.approx(1.008 * 16 * np.exp(-0.45), rel=1e-6)
    assert stage.places(1, [100])[0] == pytest.approx(pivot, abs=0.6)
    old = list(stage.view.camera)
    stage.page.mouse.move(x, y)
    stage.page.mouse.down()
    stage.page.mouse.move(x - 20, y + 10)
    stage.page.mouse.move(x - 40, y + 25)
    stage.page.mouse.up()
    stage.until(lambda: stage.view.camera != old)
    unit = old[2] / box["width"]
    assert stage.view.camera == pytest.approx([old[0] + 40 * unit, old[1] + 25 * unit, old[2]], abs=1e-6)
    assert stage.view.selected == []
    stage.redrawn()
    for k in (0, 1):
        places, panel = stage.places(k, np.arange(256)), stage.panel(k)
        inside = np.flatnonzero((np.abs(places - [panel["x"], panel["y"]] - panel["width"] / 2) < 340).all(axis=1))
        assert 60 < len(inside) < 200
        expected = PROPENSITY[quantise(np.linspace(0, 1, 256), 0, 1)[inside]]
        assert close_to(stage.pixels(places[inside]), expected)
    stage.page.keyboard.press("0")
    stage.until(lambda: stage.view.camera == [])


def test_click_selects(stage):
    mouse, (a, b) = stage.page.mouse, stage.places(1, [37, 150])
    mouse.click(*a)
    stage.until(lambda: stage.view.selected == [37])
    stage.page.keyboard.down("Shift")
    mouse.click(*b)
    stage.page.keyboard.up("Shift")
    stage.until(lambda: stage.view.selected == [37, 150])
    stage.page.keyboard.press("Escape")
    stage.until(lambda: stage.view.selected == [])
    mouse.click(*a)
    stage.until(lambda: stage.view.selected == [37])
    # Between four discs.
    mouse.click(*stage.places(0, [100, 117]).mean(axis=0))
    stage.until(lambda: stage.view.selected == [])
    mouse.dblclick(*b)
    stage.until(lambda: stage.view.followed == 150)


def inside_polygon(points, polygon):
    """Winding number by summed angles: another method than the browser's crossing count."""
    arms = polygon[None] - points[:, None]
    angle = np.arctan2(arms[..., 1], arms[..., 0])
    turn = np.diff(np.concatenate([angle, angle[:, :1]], axis=1), axis=1)
    return np.abs(((turn + np.pi) % (2 * np.pi) - np.pi).sum(axis=1)) > np.pi


@pytest.mark.parametrize("with_button", [False, True])
def test_lasso_selects(stage, with_button):
    box = stage.panel(0)
    shape = np.array([[0.2, 0.2], [0.7, 0.25], [0.5, 0.5], [0.75, 0.8], [0.25, 0.7], [0.4, 0.45]])
    polygon = shape * box["width"] + [box["x"], box["y"]]
    expected = np.flatnonzero(inside_polygon(stage.places(0, np.arange(256)), polygon))
    mouse, keyboard = stage.page.mouse, stage.page.keyboard
    button = stage.page.get_by_role("button", name="Lasso")
    if with_button:
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
    else:
        keyboard.down("Shift")
    mouse.move(*polygon[0])
    mouse.down()
    for corner in polygon[1:]:
        mouse.move(*corner)
    mouse.up()
    keyboard.up("Shift")
    stage.until(lambda: stage.view.selected)
    assert 20 < len(expected) < 120
    assert stage.view.selected == expected.tolist()
    assert stage.view.camera == []
    if with_button:
        button.click()


def test_selection_and_type_dim_the_others(stage):
    types = np.frombuffer(stage.view.types, np.uint8)
    stage.view.set_fields([np.zeros(256), np.ones(256)])
    stage.view.selected = [50, 60]
    stage.redrawn()
    for k, colour in enumerate(PROPENSITY[[0, 254]].astype(int)):
        assert close_to(stage.colours(k, [50, 60]), [colour] * 2)
        dimmed = stage.colours(k, [51, 61])
        assert (np.abs(dimmed - GROUND).sum(axis=1) < 0.25 * np.abs(colour - GROUND).sum()).all()
    stage.view.param.update(selected=[], shown_type=2)
    stage.redrawn()
    inner = np.arange(20, 236)
    shown = stage.colours(0, inner[types[inner] == 2])
    assert close_to(shown, [PROPENSITY[0]] * len(shown))
    hidden = stage.colours(0, inner[types[inner] != 2])
    assert np.abs(hidden - GROUND).max() < 40


def test_hover_names_the_particle(stage):
    types = np.frombuffer(stage.view.types, np.uint8)
    tip = stage.page.locator(".tip")
    watcher = stage.view.param.watch(lambda event: stage.view.explain(event.new, f"C_B {event.new}"), "hovered")
    for k, i in ((0, 70), (1, 201)):
        stage.page.mouse.move(*stage.places(k, [i])[0] + 3)
        stage.until(lambda i=i: stage.view.hovered == i)
        stage.until(lambda i=i: tip.inner_text().split() == f"particle {i} · type {types[i]} CB {i}".split())
    # An answer about another particle is not shown.
    stage.view.explain(70, "late")
    stage.redrawn()
    assert "late" not in tip.inner_text()
    stage.page.mouse.move(2, 890)
    stage.until(lambda: stage.view.hovered == -1)
    assert not tip.is_visible()
    stage.view.param.unwatch(watcher)


def test_lost_context_is_restored(stage):
    stage.canvas.evaluate("""canvas => {
      const lose = canvas.getContext("webgl2").getExtension("WEBGL_lose_context");
      lose.loseContext();
      setTimeout(() => lose.restoreContext(), 100);
    }""")
    stage.page.wait_for_timeout(50)
    # A change while the context is away is drawn when it is back.
    stage.view.set_fields([np.zeros(256), np.ones(256)])
    stage.view.selected = [80]
    stage.redrawn()
    assert close_to(stage.colours(0, [80]), [PROPENSITY[0]])
    assert close_to(stage.colours(1, [80]), [PROPENSITY[254]])
    assert np.abs(stage.colours(1, [81]) - GROUND).max() < 40


def test_colour_bar_and_dark_colours(stage):
    scale = {"label": "Propensity C_B", "low": 0, "high": 1, "low_text": "rearranged", "high_text": "frozen"}
    stage.view.param.update(scales=[{**scale, "panels": [0, 1]}], dark=True)
    stage.redrawn()
    assert stage.page.locator(".bar").inner_text().split() == ["Propensity", "CB", "0", "rearranged", "1", "frozen"]
    assert stage.page.locator(".bar sub").inner_text() == "B"
    assert stage.page.locator(".title").first.evaluate("e => getComputedStyle(e).color") == "rgb(232, 234, 237)"
    assert [text.split()[1] for text in stage.page.locator(".ruler").all_inner_texts()] == ["σ₁₁"] * 2
    stage.view.param.update(scales=[], dark=False)


def test_narrow_page_stacks_the_panels(stage):
    assert stage.panel(0)["y"] == stage.panel(1)["y"]
    stage.page.set_viewport_size({"width": 400, "height": 900})
    stage.until(lambda: stage.panel(1)["y"] > stage.panel(0)["y"] + stage.panel(0)["height"])
    stage.redrawn()
    assert stage.panel(0)["width"] > 350
    assert close_to(stage.colours(1, [100]), PROPENSITY[quantise([100 / 255], 0, 1)])
    stage.page.set_viewport_size({"width": 1440, "height": 900})
    stage.until(lambda: stage.panel(0)["y"] == stage.panel(1)["y"])


def test_three_dimensions_are_not_drawn_as_two(page):
    view = ParticleView()
    rng = np.random.default_rng(1)
    view.show(Configuration(rng.uniform(0, 5, (50, 3)), np.ones(50, int), 5.0), [0.5])
    with served(view, page) as stage:
        assert "hree-dimensional snapshots are not drawn yet" in page.get_by_role("status").inner_text()
        assert not stage.canvas.is_visible()
        view.show(lattice(8), RADII)
        stage.drawn()
        assert stage.canvas.is_visible()


def test_without_webgl2_the_page_says_so(page):
    page.add_init_script("""const real = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        return kind === "webgl2" ? null : real.call(this, kind, ...rest);
      }""")
    view = ParticleView()
    view.show(lattice(4), RADII)
    with served(view, page):
        assert "WebGL2" in page.get_by_role("status").inner_text()


def test_82_560_particles(page):
    rng = np.random.default_rng(2)
    number, edge = 82_560, 287.4
    cells = rng.permutation(288 * 288)[:number]
    positions = (np.stack([cells % 288, cells // 288], axis=1) + 0.5) * edge / 288
    view = ParticleView(titles=["MD", "Predicted"])
    fields = rng.uniform(0, 1, (2, number))
    view.show(Configuration(positions, rng.integers(1, 4, number), edge), RADII, fields)
    with served(view, page) as stage:
        fields = fields[::-1].copy()
        view.set_fields(fields)
        stage.drawn()
        for k in (0, 1):
            # A disc of two pixels covers a whole pixel only when it lies on the pixel's middle.
            places = stage.places(k, np.arange(number))
            centred = np.flatnonzero((np.abs(places % 1 - 0.5) < 0.1).all(axis=1))[::20]
            assert len(centred) > 100
            assert close_to(stage.pixels(places[centred]), PROPENSITY[quantise(fields[k], 0, 1)[centred]])
