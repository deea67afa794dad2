"""The table, the map of descriptors and the curves of the page Scores, each on its own."""

import numpy as np
from bokeh.models import LinearColorMapper
from bokeh.plotting import figure

from glassviz.colours import NEUTRALS
from glassviz.views.curves import CurvesView
from glassviz.views.descriptor_map import DescriptorMap
from glassviz.views.score_table import ScoreTable
from tests.views.stage import Stage

ROWS = [
    {"cells": ["Ridge", "10", "0.5"], "keys": ["Ridge", 10, 0.5], "colour": "#123456", "chosen": False},
    {"cells": ["BOTAN", "9", "–"], "keys": ["BOTAN", 9, None], "colour": "#654321", "chosen": True},
    {"cells": ["CAGE", "100", "0.25"], "keys": ["CAGE", 100, 0.25], "colour": "#222222", "chosen": False},
]

FOCUSED = """() => {
  let own = document.activeElement;
  while (own?.shadowRoot?.activeElement) own = own.shadowRoot.activeElement;
  return own?.getAttribute("aria-label");
}"""


def data(view, name):
    return {key: list(values) for key, values in view.plot._sources[name].data.items()}


def test_headings_sort_and_rows_open(page):
    opened = []
    table = ScoreTable(opened.append, label="Scores", width=500, height=300, sizing_mode="fixed")
    table.update(["Method", "t", "C_2"], ROWS, "", False)
    stage = Stage(table, page)
    try:
        page.locator("tbody tr").first.wait_for()

        def order():
            return page.locator("tbody tr td:first-child").all_inner_texts()

        assert order() == ["Ridge", "BOTAN", "CAGE"]
        assert page.locator("th").nth(2).inner_text() == "C2"
        time = page.get_by_role("button", name="t", exact=True)
        time.click()
        assert order() == ["BOTAN", "Ridge", "CAGE"]
        assert page.locator("th").nth(1).get_attribute("aria-sort") == "ascending"
        page.keyboard.press("Enter")
        assert order() == ["CAGE", "Ridge", "BOTAN"]
        page.keyboard.press("Enter")
        assert order() == ["Ridge", "BOTAN", "CAGE"]
        # What has no value stays last both ways.
        score = page.locator("th button").nth(2)
        score.click()
        assert order() == ["CAGE", "Ridge", "BOTAN"]
        page.locator("th button").nth(2).click()
        assert order() == ["Ridge", "CAGE", "BOTAN"]
        page.get_by_text("CAGE").click()
        page.locator("tbody tr").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        assert opened == [2, 1]
        # Rows that come later don't take the focus away.
        before = page.evaluate(FOCUSED)
        table.update(["Method", "t", "C_2"], [ROWS[2], ROWS[0], ROWS[1]], "", False)
        page.wait_for_timeout(500)
        assert before
        assert page.evaluate(FOCUSED) == before
        table.update(["Method", "t", "C_2"], [], "nothing here", True)
        page.get_by_text("nothing here").wait_for()
        colour = page.locator(".frame p").evaluate("p => getComputedStyle(p).color")
        quiet = NEUTRALS[True]["quiet"]
        assert colour == f"rgb({', '.join(str(int(quiet[k : k + 2], 16)) for k in (1, 3, 5))})"
    finally:
        stage.server.stop()


def test_the_map_places_each_descriptor():
    view = DescriptorMap()
    names = [f"{kind} L={length} {over}" for kind in ("density", "energy") for length in ("0", "0.5", "1")
             for over in ("type 1", "all")]  # fmt: skip
    values = np.linspace(-0.4, 0.6, len(names))
    values[3] = np.nan
    view.update(names, values, ["energy L=0.5 all"], False)
    cells = data(view, "cells")
    np.testing.assert_array_equal(cells["value"], values)
    # Rows from the top: density 1, density all, energy 1, energy all.
    place = names.index("density L=1 type 1")
    assert (cells["x"][place], cells["y"][place]) == (2, 3)
    assert data(view, "rings") == {"x": [1], "y": [0]}
    chart = next(model for model in view.panel.get_root().references() if isinstance(model, figure))
    assert dict(chart.yaxis[0].major_label_overrides)[3] == "density · 1"
    mapper = next(model for model in chart.references() if isinstance(model, LinearColorMapper))
    assert (mapper.low, mapper.high) == (-0.6, 0.6)
    view.update([], [], [], True, "nothing")
    assert data(view, "words")["text"] == ["nothing"]
    assert data(view, "cells")["x"] == []


def test_thin_lines_bands_and_columns_to_click():
    clicked = []
    view = CurvesView(lambda **row: clicked.append(row), points=True, clicked=("temperature", "time", "model"))
    known = {"error": [0.1, np.nan], "chosen": True, "tau": None, "now": None, "text": ["a", "b"], "colour": "#111111"}
    curve = {**known, "x": [1.0, 2.0], "y": [0.2, 0.4], "temperature": 0.5, "time": [10.0, 20.0], "model": ["m", "n"]}
    thin = {"x": [0.0, 4.0], "y": [0.0, 0.9], "colour": "#222222", "chosen": False, "thin": True, "dash": "dashed"}
    band = {"x": [1.0, 2.0], "low": [0.7, 0.7], "middle": [0.8, 0.8], "high": [0.9, 1.1]}
    view.update([curve, thin], "x", "y", False, band=band)
    assert data(view, "lines")["dash"] == ["dashed", "solid"]
    assert data(view, "dots")["x"] == [1.0, 2.0]
    assert data(view, "band")["high"] == [0.9, 1.1]
    hits = data(view, "hits")
    assert (hits["temperature"], hits["time"], hits["model"]) == ([0.5, 0.5], [10.0, 20.0], ["m", "n"])
    assert view.plot.figure.x_range.end >= 4
    assert view.plot.figure.y_range.end >= 1.1
    view.plot._clicked(view.plot._sources["hits"].data, 2.0, 0.4)
    assert clicked == [{"temperature": 0.5, "time": 20.0, "model": "n"}]
