"""Write dynamic heterogeneity as CSV: one row for each method, label time and quantity, with units and origin."""

import csv
import io
from pathlib import Path

import numpy as np

from glassviz import __version__
from glassviz.publish import publish
from glassviz.tasks.heterogeneity import PERMUTATIONS
from glassviz.tasks.score_csv import TIME

HEADER = (
    "method",
    "system",
    "temperature (eps_11/k_B)",
    "observable",
    "type",
    f"time ({TIME})",
    "mean C_B",
    "quantity",
    "q (1/sigma_11)",
    "value",
    "error",
    "unit",
    "configurations",
    "indices",
    "note",
    "software",
)
UNITS = {"chi_4": "1", "chord": "sigma_11", "cluster": "1", "xi": "sigma_11", "chi": "1", "A": "1"}


def write_heterogeneity(known, data, path):
    """Write [(Heterogeneity, temperature, fits)] to `path`, whole or not at all; returns the number of rows.

    Quantities: chi_4, chord, cluster, chord_permuted and cluster_permuted (without correlation), S_4 (at each q), and
    xi, chi, A of the fit, whose note says its range, or why there is no number. Errors are standard errors over
    configurations, for the fit the larger of covariance and bootstrap.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    number = 0
    for found, temperature, fits in known:
        indices = " ".join(str(data[temperature].records[k].index) for k in found.places)
        for slot, fit in enumerate(fits):
            about = (found.name, data.system.name, temperature, found.observable, found.type_number, found.times[slot],
                     found.correlation[slot])  # fmt: skip
            tail = (int(found.configurations[slot]), indices)
            for quantity, q, value, error, unit, note in _quantities(found, slot, fit):
                row = (*about, quantity, q, value, error, unit, *tail, note, f"glassviz {__version__}")
                writer.writerow([_word(entry) for entry in row])
                number += 1
    publish(Path(path), lambda file: file.write(text.getvalue().encode()))
    return number


def _quantities(found, slot, fit):
    """(quantity, q, value, error, unit, note) of one label time."""
    for name in ("chi_4", "chord", "cluster"):
        yield name, "", getattr(found, name)[slot], getattr(found, f"{name}_error")[slot], UNITS[name], ""
    for name in ("chord", "cluster"):
        note = f"mean of {PERMUTATIONS} permutations of the propensities inside every configuration"
        yield f"{name}_permuted", "", getattr(found, f"{name}_permuted")[slot], np.nan, UNITS[name], note
    rings = found.rings[slot]
    if rings is not None:
        for q, value, error in zip(rings.q, rings.s4, rings.errors, strict=True):
            yield "S_4", q, value, error, "1", ""
    if fit is not None:
        note = fit.message or f"fit in {fit.q_range[0]:g} <= q <= {fit.q_range[1]:g}, chi^2 = {fit.chi2:.3g}"
        note += ", barely identified" * (not fit.message and fit.barely)
        for name in ("xi", "chi", "A"):
            yield name, "", getattr(fit, name), fit.error(name), UNITS[name], note


def _word(entry):
    """Numbers to nine digits, nan as an empty field."""
    if isinstance(entry, float | np.floating):
        return f"{entry:.9g}" if np.isfinite(entry) else ""
    return entry
