"""Files of a figure: kinds, units, fonts, the same bytes twice, and what is refused."""

import csv
import re

import matplotlib
import numpy as np
import pytest

from glassviz.errors import InputError
from glassviz.figures.cells import draw_cells
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.figures.discs import Snapshot, draw_discs
from glassviz.figures.product import SUFFIXES, Column, Figure
from glassviz.figures.style import COLUMN, PAGE, styled

X, Y = np.array([1.0, 10.0, 100.0]), np.array([0.9, 0.5, np.nan])
STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF", ".csv": b"# figure", ".py": b"import glassviz"}


def a_figure():
    panel = Panel([Curve(X, Y, 0.1 * Y, "a curve")], "$t$", "$C_B$", x_log=True)
    columns = [Column("method", "", ["a, b"] * 3), Column("time", "s", X), Column("C_B", "1", Y)]
    lines = 'import glassviz as gv\n\nfigure = gv.figure("decay")\n'
    return Figure("decay", "A test", lambda: draw_curves([panel]), columns, {"data set": "made up"}, lines)


def test_what_was_saved_before_leaves_no_trace():
    made = a_figure()
    made.content(".png", dpi=70)
    assert made.content(".svg") == a_figure().content(".svg")


def test_every_kind_is_written_whole_and_the_same_twice(tmp_path):
    for suffix in SUFFIXES:
        path = a_figure().save(tmp_path / f"made{suffix}")
        assert path.read_bytes().startswith(STARTS[suffix])
        assert a_figure().save(tmp_path / f"again{suffix.upper()}").read_bytes() == path.read_bytes()
    assert len(list(tmp_path.iterdir())) == 2 * len(SUFFIXES)


def test_another_suffix_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(InputError, match=r"suffix is '.tiff', expected one of .png, .svg, .pdf, .csv, .py"):
        a_figure().save(tmp_path / "made.tiff")
    assert not list(tmp_path.iterdir())


def test_the_table_has_provenance_units_and_the_numbers():
    lines = a_figure().content(".csv").decode().splitlines()
    np.testing.assert_array_equal(a_figure().numbers["C_B"], Y)
    assert lines[:2] == ["# figure: A test", "# data set: made up"]
    assert list(csv.reader(lines[2:])) == [
        ["method", "time (s)", "C_B (1)"],
        ["a, b", "1", "0.9"],
        ["a, b", "10", "0.5"],
        ["a, b", "100", ""],
    ]


def test_the_legend_names_curves_that_only_another_panel_has():
    one, both = Curve(X, Y, None, "0.4"), [Curve(X, Y, None, "0.3"), Curve(X, Y, None, "0.4")]
    with styled():
        drawing = draw_curves([Panel([one], "$t$", "$C_B$"), Panel(both, "$t$", "$F_s$")])
    assert [text.get_text() for text in drawing.axes[0].get_legend().get_texts()] == ["0.3", "0.4"]


def test_in_three_dimensions_what_is_nearer_covers_what_is_behind():
    positions = np.array([[5.0, 5.0, 9.0], [5.2, 5.0, 1.0], [4.0, 4.0, 5.0]])
    shown = [Snapshot(np.array([0.1, 0.2, 0.3]), "", 0, 1, np.zeros((256, 3), np.uint8), "value")]
    with styled():
        drawing = draw_discs(positions, np.array([0.5, 0.4, 0.3]), np.full(3, 10.0), shown)
    discs = drawing.axes[0].collections[0]
    np.testing.assert_allclose(discs.get_array(), [0.2, 0.3, 0.1])
    np.testing.assert_allclose(discs.get_widths(), [0.8, 0.6, 1.0])


def test_text_stays_text_and_fonts_are_embedded():
    svg, pdf = a_figure().content(".svg").decode(), a_figure().content(".pdf")
    assert re.search(r"<text[^>]*>a curve</text>", svg)
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf


def test_the_users_own_settings_neither_count_nor_change():
    plain = a_figure().content(".svg")
    with matplotlib.rc_context({"font.size": 30, "axes.grid": True}):
        assert a_figure().content(".svg") == plain
        assert matplotlib.rcParams["font.size"] == 30


def test_discs_have_their_true_size_and_reach_over_the_edge():
    positions = np.array([[0.2, 5.0], [5.0, 5.0]])
    shown = [Snapshot(np.array([0.0, 1.0]), "one", 0, 1, np.zeros((256, 3), np.uint8), "value")]
    with styled():
        drawing = draw_discs(positions, np.array([0.5, 0.4]), np.array([10.0, 10.0]), shown)
    discs = drawing.axes[0].collections[0]
    np.testing.assert_allclose(discs.get_offsets(), [[0.2, 5.0], [5.0, 5.0], [10.2, 5.0]])
    np.testing.assert_allclose(discs.get_widths(), [1.0, 0.8, 1.0])
    np.testing.assert_allclose(discs.get_array(), [0, 1, 0])


def test_widths_are_those_of_a_column_and_a_page():
    assert a_figure().drawing.get_size_inches()[0] == COLUMN
    table = np.zeros((256, 3), np.uint8)
    with styled():
        cells = draw_cells(np.eye(3)[None], list("abc"), list("123"), table, "weight", "length")
        snapshots = [Snapshot(np.zeros(1), "", 0, 1, table, "v")] * 2
        assert draw_discs(np.ones((1, 2)), np.ones(1), np.array([9.0, 9.0]), snapshots).get_size_inches()[0] == PAGE
    assert cells.get_size_inches()[0] == COLUMN
