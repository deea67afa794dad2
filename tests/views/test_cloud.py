"""Planes of particles and maps of weights: what their figures hold."""

import numpy as np
import pytest
from bokeh.models import BasicTicker, ColorBar

from glassviz.colours import DIFFERENCE, PROPENSITY, SEQUENTIAL, hex_colours, type_colours
from glassviz.figures.plane import draw_plane
from glassviz.structure import glassmlp_descriptor_names
from glassviz.systems import KA2D
from glassviz.views.cloud import MOST_POINTS, CloudView, raster, round_levels
from glassviz.views.weights import WeightsView

LABELS = ("node 1", "node 2", "value")


def source(view, name):
    return view.plot._sources[name].data


@pytest.mark.parametrize(
    ("ends", "levels"),
    [((0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]), ((0.31, 0.62), [0.35, 0.4, 0.45, 0.5, 0.55, 0.6]), ((-3, 4), range(-3, 5)),
     ((2, 2), [2])],
)  # fmt: skip
def test_levels_are_round(ends, levels):
    assert round_levels(np.array(ends, dtype=float)) == pytest.approx(list(levels))


def test_the_bar_of_types_names_the_types_alone():
    view, points, none = (
        CloudView(lambda indices: None),
        np.random.default_rng(2).normal(size=(9, 2)),
        np.zeros(9, bool),
    )
    bar = next(part for part in view.plot.figure.above if isinstance(part, ColorBar))
    view.update(points, np.arange(9) % 3 + 1.0, none, LABELS, (0.5, 3.5, type_colours(3)), False)
    assert bar.ticker.ticks == [1.0, 2.0, 3.0]
    view.update(points, np.linspace(0, 1, 9), none, LABELS, (0.0, 1.0, SEQUENTIAL), False)
    assert isinstance(bar.ticker, BasicTicker)
    drawing = draw_plane(points, np.arange(9) % 3 + 1.0, (0.5, 3.5, type_colours(3)), LABELS)
    assert [tick.get_text() for tick in drawing.axes[1].get_xticklabels()] == ["1", "2", "3"]


def test_points_colours_and_choice():
    rng = np.random.default_rng(1)
    points, values = rng.normal(size=(40, 2)), rng.uniform(size=40)
    values[3] = np.nan
    chosen = np.arange(40) % 10 == 3
    view = CloudView(lambda indices: None)
    view.update(points, values, chosen, LABELS, (0.2, 0.8, SEQUENTIAL), False)
    np.testing.assert_array_equal(source(view, "own")["x"], points[:, 0])
    assert source(view, "chosen")["particle"].tolist() == [3, 13, 23, 33]
    assert view._points.glyph.fill_alpha < 0.5
    bar = next(part for part in view.plot.figure.above if isinstance(part, ColorBar))
    assert (bar.color_mapper.low, bar.color_mapper.high) == (0.2, 0.8)
    assert bar.color_mapper.palette == hex_colours(SEQUENTIAL)
    view.update(points[:0], values[:0], chosen[:0], LABELS, (0, 1, PROPENSITY), True, "nothing yet")
    assert source(view, "words")["text"] == ["nothing yet"]
    assert len(source(view, "own")["x"]) == 0


def test_lines_have_the_values_of_the_field():
    points = np.random.default_rng(2).uniform(-1, 1, (200, 2))
    view = CloudView(lambda indices: None)
    slope = np.array([0.3, 0.1])
    choice = {"field": lambda grid: grid @ slope, "limits": (-0.4, 0.4, PROPENSITY)}
    view.update(points, np.zeros(200), np.zeros(200, bool), LABELS, (0, 1, PROPENSITY), False, **choice)
    texts = source(view, "values")["text"]
    assert len(texts) > 4
    for x, y, text in zip(source(view, "values")["x"], source(view, "values")["y"], texts, strict=True):
        assert np.dot([x, y], slope) == pytest.approx(float(text.replace("−", "-")), abs=1e-9)
    # A line is drawn through where the value says.
    x, y = source(view, "lines")["xs"][2], source(view, "lines")["ys"][2]
    assert np.ptp(np.stack([x, y], axis=1) @ slope) < 1e-9


def test_a_raster_has_the_mean_colour_where_points_are():
    rng = np.random.default_rng(3)
    points = np.concatenate([rng.uniform(0.0, 0.4, (500, 2)), rng.uniform(0.6, 1.0, (500, 2))])
    values = np.repeat([0.0, 1.0], 500)
    picture = raster(points, values, ((0, 1), (0, 1)), (0, 1, DIFFERENCE)).view(np.uint8).reshape(480, 480, 4)
    drawn = picture[..., 3] > 0
    lower, upper = (np.s_[:200, :200], np.s_[280:, 280:])
    assert drawn[lower].sum() + drawn[upper].sum() == drawn.sum() > 800
    np.testing.assert_array_equal(np.unique(picture[lower][drawn[lower]][:, :3], axis=0), DIFFERENCE[[0]])
    np.testing.assert_array_equal(np.unique(picture[upper][drawn[upper]][:, :3], axis=0), DIFFERENCE[[-1]])
    one = raster(np.full((2, 2), 0.5), np.array([0.0, 1.0]), ((0, 1), (0, 1)), (0, 1, DIFFERENCE))
    pixel = one.view(np.uint8).reshape(-1, 4)[one.ravel() > 0]
    np.testing.assert_array_equal(pixel[:, :3], DIFFERENCE[[128]])


def test_many_points_become_a_picture_and_few_do_not():
    rng = np.random.default_rng(4)
    view = CloudView(lambda indices: None)
    own = rng.normal(size=(100, 2)), rng.uniform(size=100), np.arange(100) == 7
    for number, pictures, glyphs in ((1000, 0, 1000), (MOST_POINTS, 1, 0)):
        others = rng.normal(size=(number, 2)), rng.uniform(size=number)
        view.update(*own, LABELS, (0, 1, PROPENSITY), False, others=others)
        assert len(source(view, "raster")["image"]) == pictures
        assert len(source(view, "others")["x"]) == glyphs
        # The shown configuration can still be selected, and what is selected is seen.
        assert len(source(view, "own")["x"]) == 100
        assert source(view, "chosen")["particle"].tolist() == [7]
    assert (source(view, "raster")["image"][0] > 0).sum() > 10_000


@pytest.mark.parametrize("nodes", [1, 2])
def test_every_weight_lies_in_the_row_and_column_of_its_name(nodes):
    observables, lengths = ["density", "energy", "energy_variance"], (0.0, 1.5, 4.0)
    names = glassmlp_descriptor_names(KA2D, lengths, observables=observables)
    weights = np.arange(nodes * len(names), dtype=float).reshape(nodes, -1) - 20
    weights[:, 5] = np.nan
    view = WeightsView()
    view.update(weights.reshape(nodes, 3, 3, 4), observables, lengths, ["a", "b"][:nodes], False)
    cells = source(view, "cells")
    assert len(cells["value"]) == nodes * (len(names) - 1)
    assert len(source(view, "unused")["x"]) == nodes
    for label, value, x in zip(cells["label"], cells["value"], cells["x"], strict=True):
        assert label == names[(int(value) + 20) % len(names)]
        assert lengths[x] == float(label.split("L=")[1].split(" ")[0])
    rows = view.plot.figure.yaxis[0].major_label_overrides
    below = {(round(y, 6), label.split(" ", 2)[2]) for y, label in zip(cells["y"], cells["label"], strict=True)}
    assert {rows[y] for y, _ in below} == {"1", "2", "3", "all"}
    assert all(kind.removeprefix("type ") == rows[y] for y, kind in below)
    reach = view._colours.high
    assert view._colours.low == -reach
    assert reach == np.nanmax(np.abs(weights))
    view.update(np.empty((0, 1, 1, 2)), [], [0.0], [], True, "no weights")
    assert source(view, "words")["text"] == ["no weights"]
    assert len(source(view, "cells")["x"]) == 0
