import numpy as np
from bokeh.plotting import figure

from glassviz.views.comparison import HistogramView, ScatterView
from glassviz.views.decay import DecayView


def shown(view):
    """The living Bokeh figure of a view."""
    return next(model for model in view.panel.get_root().references() if isinstance(model, figure))


def test_axes_follow_another_quantity():
    times = np.array([0.1, 1.0, 10.0])
    decay = DecayView(lambda time: None)
    chart = shown(decay)
    decay.update(times, np.array([[1.0, 0.9, 0.5]]), 0, 1.0, np.nan, "Mean C_B, type 1", False, None)
    assert chart.y_range.end == 1.03
    decay.update(times, np.array([[0.1, 0.9, 2.5]]), 0, 1.0, np.nan, "Mean R, type 1", False, None)
    assert chart.y_range.end == 1.05 * 2.5
    values = np.linspace(1.2, 1.8, 50)
    scatter = ScatterView(lambda indices: None)
    chart = shown(scatter)
    scatter.update(values / 2, values / 2, np.zeros(50, bool), "C_B", (0.0, 1.0), False)
    scatter.update(values, values, np.zeros(50, bool), "R", (0.0, 2.3), False)
    assert (chart.x_range.end, chart.y_range.end) == (2.3, 2.3)
    histogram = HistogramView()
    chart = shown(histogram)
    histogram.update({"MD": values / 2, "predicted": values / 2}, "C_B", (0.0, 1.0), False)
    histogram.update({"MD": values, "predicted": values}, "R", (0.0, 2.3), False)
    assert chart.x_range.end == 2.3
    assert chart.y_range.end > 1
