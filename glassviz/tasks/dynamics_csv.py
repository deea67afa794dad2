"""Write the curves of the page Dynamics as CSV: one row for each point, with its units."""

import csv
import io

import numpy as np

from glassviz.interactions.potential import pair_potential
from glassviz.publish import publish
from glassviz.tasks.dynamics import DECAYS, LEVELS, state_summaries, static_curve

HEADER = ("quantity", "temperature", "types", "x", "x_unit", "value", "error", "value_unit", "configurations")
TIME, LENGTH, INVERSE = "sigma_11 (m/eps_11)^(1/2)", "sigma_11", "1/sigma_11"
UNITS = {"bond_breaking": "1", "displacement": LENGTH, "self_scattering": "1"}
STATIC_UNITS = {"pair_correlation": LENGTH, "structure_factor": INVERSE}
DISTANCES = np.linspace(0.7, 2.5, 361)


def write_curves(data, path):
    """Write every curve of a Dataset to `path`, whole or not at all; returns the number of rows.

    Columns: HEADER. Temperatures in eps_11 / k_B; `types` is empty for all particles; errors are standard errors over
    configurations (jackknife for tau_alpha), empty for one.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    number = 0
    for row in _rows(data):
        writer.writerow([_word(entry) for entry in row])
        number += 1
    publish(path, lambda file: file.write(text.getvalue().encode()))
    return number


def _rows(data):
    """All points of all curves."""
    system = data.system
    pairs = [(a, b) for a in range(1, system.types + 1) for b in range(a, system.types + 1)]
    for summary in state_summaries(data):
        point = data[summary.temperature]
        yield from _dynamic_rows(summary)
        for quantity, unit in STATIC_UNITS.items():
            for pair in (None, *pairs):
                for x, value, error in zip(*static_curve(point, quantity, pair), strict=True):
                    yield (quantity, summary.temperature, _pair(pair), x, unit, value, error, "1", len(point))
    for pair in pairs:
        for r, value in zip(DISTANCES, pair_potential(system, *pair, DISTANCES)[0], strict=True):
            yield ("pair_potential", "", _pair(pair), r, LENGTH, value, "", "eps_11", "")


def _dynamic_rows(summary):
    """Energies, decays and relaxation times of one temperature."""
    T = summary.temperature
    for name in ("thermal", "inherent"):
        value, error = getattr(summary, name)
        yield (f"energy_{name}", T, "", "", "", value, error, "eps_11", summary.configurations)
    for name in DECAYS:
        decay = summary.decays[name]
        for t, value, error in zip(decay.times, decay.mean, decay.error, strict=True):
            yield (name, T, "1", t, TIME, value, error, UNITS[name], summary.labelled)
        if name in LEVELS and np.isfinite(decay.tau):
            yield (f"tau_alpha_{name}", T, "1", "", "", decay.tau, decay.tau_error, TIME, summary.labelled)


def _pair(pair):
    return "" if pair is None else f"{pair[0]}-{pair[1]}"


def _word(entry):
    """Numbers to seven digits, nan as an empty field."""
    if isinstance(entry, float | np.floating):
        return f"{entry:.7g}" if np.isfinite(entry) else ""
    return entry
