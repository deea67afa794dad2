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


def test_of_many_stages_of_a_transfer_the_last_are_drawn_and_named():
    view = LossView()
    stages = {f"step 1, C = {c}": [[3.0 - c, 4.0], [2.0, 3.5]] for c in (0.9, 0.8, 0.5)}
    view.update({**stages, "step 2, all labels": [[1.0, 1.5]]}, dark=False)
    lines, key = (view.plot.figure.select_one({"name": name}).data_source.data for name in ("lines", "key"))
    assert key["text"] == ["step 1, C = 0.8", "step 1, C = 0.5", "step 2, all labels"]
    assert len(set(key["colour"])) == 3
    np.testing.assert_array_equal([ys[0] for ys in lines["ys"][::2]], [2.2, 2.5, 1.0])
