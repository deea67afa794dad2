"""Curves on logarithmic axes: bars end above zero, ticks are words that fit the range of the moment."""

import numpy as np
import pytest
from bokeh.models import FixedTicker, LogTicker

from glassviz.views.curves import CurvesView

POINTS = {"colour": "#000000", "chosen": False, "tau": None, "now": None, "temperature": 0.0, "time": 0.0}


def drawn(view, y, error, **more):
    x = np.arange(1.0, len(y) + 1)
    view.update([{"x": x, "y": y, "error": error, "text": [""] * len(y), **POINTS, **more}], "q", "S₄(q)", False)
    (axis,) = (axis for axis in view.plot.figure.yaxis if axis.visible)
    return view.plot._sources["bars"].data, axis


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-8])
def test_bars_surround_their_points(scale):
    y = scale * np.array([3.0, 2.0, 1.0])
    bars, _ = drawn(CurvesView(x_log=True, y_log=True, points=True), y, scale * np.array([0.5, 2.0, 4.0]))
    np.testing.assert_allclose(bars["low"], scale * np.array([2.5, 0.1, 0.05]))
    np.testing.assert_allclose(bars["high"], scale * np.array([3.5, 4.0, 5.0]))


def test_ticks_follow_the_range():
    view, none = CurvesView(x_log=True, y_log=True, points=True), np.full(2, np.nan)
    axis = drawn(view, np.array([0.001, 0.1]), none)[1]
    assert isinstance(axis.ticker, FixedTicker)
    assert {0.002, 0.05} <= set(axis.ticker.ticks)
    # Powers of ten once more where there are many decades, or none that plain numbers could write.
    for y in ([1e-7, 0.1], [2e-8, 3e-8]):
        axis = drawn(view, np.array(y), none)[1]
        assert isinstance(axis.ticker, LogTicker)
        (grid,) = (grid for grid in view.plot.figure.ygrid if grid.visible)
        assert grid.axis is axis


def test_each_curve_has_its_mark():
    view = CurvesView(points=True)
    drawn(view, np.ones(2), np.zeros(2), marker="square")
    assert view.plot._sources["dots"].data["marker"] == ["square"] * 2
    drawn(view, np.ones(2), np.zeros(2))
    assert view.plot._sources["dots"].data["marker"] == ["circle"] * 2
