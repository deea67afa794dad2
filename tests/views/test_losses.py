import numpy as np

from glassviz.views.losses import LossView


def test_each_type_has_a_thin_line_of_training_and_a_thick_one_of_validation():
    view, first = LossView(), np.array([[3.0, 4.0], [2.0, 3.5], [1.5, 3.6]])
    view.update({"1": first, "3": first[:2] + 1}, dark=False)
    lines, key = (view.plot.figure.select_one({"name": name}) for name in ("lines", "key"))
    data = lines.data_source.data
    np.testing.assert_array_equal(data["ys"][0], first[:, 0])
    np.testing.assert_array_equal(data["ys"][3], [5.0, 4.5])
    np.testing.assert_array_equal(data["xs"][1], [1, 2, 3])
    assert data["width"][0] < data["width"][1]
    assert data["colour"][0] == data["colour"][1] != data["colour"][2]
    assert key.data_source.data["text"] == ["type 1", "type 3"]
    frame = view.plot.figure
    assert frame.y_range.start < 1.5
    assert frame.y_range.end > 5.0
    assert frame.x_range.end > 3
    view.update({}, dark=True, message="no epoch yet")
    assert lines.data_source.data["xs"] == []
    assert view.plot.words.data_source.data["text"] == ["no epoch yet"]
