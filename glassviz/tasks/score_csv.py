"""Write scores as CSV: one row for each method, type and time, with units and where the numbers come from."""

import csv
import io
from pathlib import Path

import numpy as np

from glassviz import __version__
from glassviz.learning.method_table import correlation_names
from glassviz.publish import publish

TIME = "sigma_11 (m/eps_11)^(1/2)"
PLACE = ("method", "kind", "system", "temperature", "temperature_unit", "observable", "type", "time", "time_unit")
PEARSON = ("correlation", "pearson", "error", "seed_spread", "ceiling", "ceiling_error")
SPREAD = (
    "variance_ratio",
    "variance_ratio_error",
    "noise_free_variance_ratio",
    "noise_free_variance_ratio_error",
)
SUSCEPTIBILITY = ("chi_4", "chi_4_md", "chi_4_ratio", "chi_4_ratio_error")
ORIGIN = ("configurations", "particles", "test_indices", "replicas", "training_indices", "descriptor", "software")
TITLES = {"correlation": "mean_C_B", "error": "pearson_error", "configurations": "test_configurations"}


def scores_text(judged, data):
    """CSV of judged methods of a Dataset: [(entry, temperature, type, rows)], the rows of learning.method_table.

    All scores have the unit 1; errors are standard errors over the test configurations, empty for one. Columns without
    a value, as of a single descriptor that only has a Pearson correlation, are empty.
    """
    names = correlation_names(data.system.dimension)
    correlations = [name + end for name in names for end in ("", "_error", "_md", "_md_error")]
    columns = (*PLACE, *PEARSON, *SPREAD, *correlations, *SUSCEPTIBILITY, *ORIGIN)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([TITLES.get(name, name) for name in columns])
    for entry, temperature, kind, rows in judged:
        constant = _constant(entry, data[temperature], kind)
        writer.writerows([_word((constant | row).get(name, "")) for name in columns] for row in rows)
    return text.getvalue()


def write_scores(judged, data, path):
    """Write `scores_text` to a file, whole or not at all; returns the number of rows."""
    text = scores_text(judged, data)
    publish(Path(path), lambda file: file.write(text.encode()))
    return text.count("\n") - 1


def _constant(entry, state_point, kind):
    """What all rows of a method at one state point share."""
    test = [record for record in state_point.records if record.split == "test"]
    provenance = getattr(entry.get("model"), "provenance", {})
    return {
        "method": entry["name"],
        "kind": entry["kind"],
        "system": state_point.system.name,
        "temperature": float(state_point.temperature),
        "temperature_unit": "eps_11/k_B",
        "observable": entry["observable"],
        "type": kind,
        "time_unit": TIME,
        "test_indices": " ".join(str(record.index) for record in test),
        "replicas": " ".join(map(str, sorted({record.replicas for record in test}))),
        "training_indices": " ".join(map(str, provenance.get("training_indices", []))),
        "software": f"glassviz {__version__}",
    }


def _word(entry):
    """Numbers to seven digits, nan as an empty field."""
    if isinstance(entry, float | np.floating):
        return f"{entry:.7g}" if np.isfinite(entry) else ""
    return entry
