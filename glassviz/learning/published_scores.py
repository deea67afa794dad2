"""Scores of published methods on GlassBench, to stand beside one's own."""

import csv
from functools import cache
from pathlib import Path

import numpy as np

SOURCE = "GlassBench, G. Jung et al., doi 10.5281/zenodo.10118191, CC-BY-4.0"
"""Attribution of published_scores.csv: values of GlassBench's figures, in its files' own digits."""
NAMED_APART = 2e-3
"""GlassBench calls its KA2D temperature 0.231 "0.23"."""


def published_scores(system, temperature, observable, metric="pearson"):
    """Published curves against time, {method: (times (n,), values (n,))}; empty where there are none.

    system : name, as "KA2D"; observable : "bond_breaking" or "displacement"
    metric : "pearson", or "pearson_ceiling" with the one method "MD split-half"; particles of type 1
    Curves of methods that were trained at another temperature are left out.
    Source: Jung et al., Roadmap on machine learning glassy dynamics (2025), GlassBench.
    """
    curves = {}
    for row in _rows():
        same = (row["system"], row["observable"], row["metric"]) == (system, observable, metric)
        if same and not row["training_temperature"] and abs(float(row["temperature"]) - temperature) < NAMED_APART:
            curves.setdefault(row["method"], []).append((float(row["time"]), float(row["value"])))
    return {method: tuple(np.array(sorted(points)).T) for method, points in curves.items()}


@cache
def _rows():
    with Path(__file__).with_name("published_scores.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
