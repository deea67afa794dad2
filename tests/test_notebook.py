"""The notebook of docs/ runs from start to end, and prints what it is stored with."""

import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from tests.liquids import REPOSITORY

NOTEBOOK = REPOSITORY / "docs" / "glassmlp.ipynb"


def printed(notebook):
    """Text that each code cell printed."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return ["".join(o.get("text", "") for o in cell.outputs if o.output_type == "stream") for cell in cells]


def scores(notebook):
    """Rows (time, Pearson, error, ceiling) that are printed, (n, 4)."""
    number = r"(-?\d+\.?\d*|nan)"
    rows = [re.fullmatch(rf"\s*{number}\s+{number}\s+{number}\s+{number}", line) for line in _lines(notebook)]
    return np.array([[float(value) for value in row.groups()] for row in rows if row])


def _lines(notebook):
    return "\n".join(printed(notebook)).splitlines()


@pytest.mark.timeout(600)
def test_it_runs_and_its_scores_are_the_stored_ones(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    stored = nbformat.read(NOTEBOOK, as_version=4)
    fresh = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(fresh, timeout=500, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    assert not [o for cell in fresh.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    before, now = scores(stored), scores(fresh)
    assert len(before) >= 2
    # Training on another processor differs by rounding, which a few hundred steps enlarge.
    np.testing.assert_allclose(now, before, atol=0.03, equal_nan=True)
    assert now[:, 1].max() > 0.3
    pictures = [o for cell in fresh.cells for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
    assert len(pictures) == 5
