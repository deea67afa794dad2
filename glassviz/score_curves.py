"""Judged methods as curves against time and temperature, and as rows of a table: page and figures draw the same."""

import numpy as np

from glassviz.colours import method_colour
from glassviz.learning.method_table import correlation_names
from glassviz.learning.published_scores import published_scores
from glassviz.tasks.judge import slot_of_level
from glassviz.words import number

KINDS = {"ridge": "Ridge", "glassmlp": "GlassMLP", "tglassmlp": "tGlassMLP"}
SINGLE = "best single descriptor"
LABELS = {
    "pearson": "Pearson correlation",
    "pearson_ceiling": "Pearson correlation / ceiling",
    "noise_free_variance_ratio": "variance, predicted / MD",
    "chi_4_ratio": "χ₄, predicted / MD",
}
CORRELATIONS = ("C_near", "C_middle", "C_far")
PUBLISHED_CEILING = "ceiling, published"
DASHES = ("solid", "dotdash", "dotted")
THIN_DASHES = ("dashed", "dotted", "dotdash")
"""Of published curves, whose colours alone would not tell them apart."""
COLUMNS = ["Method", "Type", "t", "C", "Pearson", "Ceiling", "Var. ratio", "C_2", "C_2 MD", "χ_4 ratio"]


def method_name(entry):
    """Name of a method in every figure: of the kind of model, or as others call theirs."""
    return KINDS.get(entry["kind"], entry["name"])


def series_name(entry):
    """A method over temperatures: the model's name without its temperature, which tells two of one kind apart."""
    temperature = entry["temperature"]
    return entry["name"] if temperature is None else entry["name"].replace(f"-T{temperature:.4f}", "", 1)


def own_name(entry):
    """What a series is called beside others of its method: without what its method and the page say anyway."""
    usual = f"{entry['system']}-{entry['kind']}-{entry['observable']}".lower()
    return series_name(entry).removeprefix(usual).strip(" ()-")


def labels(entries):
    """{series: (label, dash)}: the method's name, with the series' own where there are several of one method."""
    series = {}
    for entry in entries:
        series.setdefault(method_name(entry), {}).setdefault(series_name(entry), own_name(entry))
    return {
        name: (f"{method}, {own}" if len(names) > 1 and own else method, DASHES[place % len(DASHES)])
        for method, names in series.items()
        for place, (name, own) in enumerate(names.items())
    }


def column_of(metric, dimension):
    """The column of a judged row that a score of the session stands for."""
    return correlation_names(dimension)[CORRELATIONS.index(metric)] if metric in CORRELATIONS else metric


def label_of(column):
    """A score in words."""
    return LABELS.get(column) or f"spatial correlation C at R = {column.removeprefix('C_')}"


def value_and_error(row, metric):
    """A score and its error; of Pearson / ceiling the error is that of Pearson alone."""
    if metric == "pearson_ceiling":
        return row["pearson"] / row["ceiling"], row["error"] / row["ceiling"]
    return row[metric], row["error" if metric == "pearson" else f"{metric}_error"]


def with_error(value, error, digits=3):
    """0.512 ± 0.003."""
    return number(value, digits) + (f" ± {error:.{digits}f}" if np.isfinite(error) else "")


class Curves:
    """Curves, as CurvesView takes them, of what the library knows at the session's choices."""

    def __init__(self, session):
        self.session, self.library, self.data = session, session.library, session.data
        self.column = column_of(session.metric, session.data.system.dimension)

    def methods(self, temperature):
        """Entries of the methods at a temperature."""
        return self.library.methods(self.data, temperature, self.session.observable)

    def rows(self, entry, temperature):
        """Judged rows of the scored type; empty where they are not known yet."""
        tables = self.library.judged(entry, self.data[temperature]) or {}
        return tables.get(self.session.scored_type, [])

    def single(self, temperature):
        """Rows of the best single descriptor of a temperature; empty where they are not known yet."""
        point, session = self.data[temperature], self.session
        found = self.library.described(point, session.observable, session.scored_type)
        if found is None:
            return []
        ceilings = self.library.ceilings(point, session.observable, session.scored_type)
        return [
            {**best, "ceiling": row["ceiling"], "correlation": np.nan}
            for best, row in zip(found.best(), ceilings, strict=True)
            if best is not None
        ]

    def against_time(self):
        """Curves of every method at the session's temperature, of molecular dynamics where it has the score itself."""
        T, session = self.session.temperature, self.session
        known, curves = labels(self.methods(T)), []
        for entry in self.methods(T):
            points = [(T, row["time"], row) for row in self.rows(entry, T)]
            label, dash = known[series_name(entry)]
            curve = self._curve(method_name(entry), points, entry["name"], self.column, "time", label)
            curves.append(curve | {"chosen": entry["name"] == session.model, "dash": dash})
        if session.metric.startswith("pearson"):
            points = [(T, row["time"], row) for row in self.single(T)]
            curves.append(self._curve(SINGLE, points, "", self.column, "time"))
        elif session.metric in CORRELATIONS:
            known = next((rows for entry in self.methods(T) if (rows := self.rows(entry, T))), [])
            curves.append(self._curve("MD", [(T, row["time"], row) for row in known], "", f"{self.column}_md", "time"))
        return [curve for curve in curves if len(curve["x"])]

    def against_temperature(self):
        """Curves of every method over the temperatures where a label time lies near the chosen level of C_B."""
        series, measured, single = {}, [], []
        session = self.session
        for T in self.data.temperatures:
            slot = slot_of_level(self.data[T], session.level, session.scored_type)
            if slot is None:
                continue
            time = float(self.data[T].times[slot])
            for entry in self.methods(T):
                rows = self.rows(entry, T)
                if rows:
                    own = series.setdefault(series_name(entry), (method_name(entry), [], []))
                    own[1].append((T, time, rows[slot]))
                    own[2].append(entry["name"])
                    measured.append((T, time, rows[slot]))
            single += [(T, time, row) for row in self.single(T) if row["time"] == time]
        known = labels([entry for T in self.data.temperatures for entry in self.methods(T)])
        own, curves = session.entry and series_name(session.entry), []
        for key, (name, points, models) in series.items():
            curve = self._curve(name, points, models, self.column, "T", known[key][0])
            curves.append(curve | {"chosen": key == own, "dash": known[key][1]})
        if session.metric.startswith("pearson"):
            curves.append(self._curve(SINGLE, single, "", self.column, "T"))
        elif session.metric in CORRELATIONS:
            first = {T: (T, time, row) for T, time, row in measured[::-1]}
            curves.append(self._curve("MD", [first[T] for T in sorted(first)], "", f"{self.column}_md", "T"))
        return [curve for curve in curves if len(curve["x"])]

    def published(self):
        """Thin curves of published methods, where system, temperature, observable and type are theirs."""
        session = self.session
        if not session.published or session.metric != "pearson" or session.scored_type != 1:
            return []
        about = self.data.system.name, session.temperature, session.observable
        found = published_scores(*about)
        for curve in published_scores(*about, "pearson_ceiling").values():
            found = {**found, PUBLISHED_CEILING: curve}
        return [
            {
                "name": name,
                "x": times,
                "y": values,
                "colour": method_colour(name, session.dark),
                "chosen": False,
                "thin": True,
                "dash": THIN_DASHES[place % len(THIN_DASHES)],
            }
            for place, (name, (times, values)) in enumerate(found.items())
        ]

    def band(self, temperature):
        """Ceiling against time; None where another score is drawn or there is none."""
        session = self.session
        if session.metric != "pearson" or "test" not in self.data[temperature].split:
            return None
        rows = self.library.ceilings(self.data[temperature], session.observable, session.scored_type)
        return _band([(row["time"], row) for row in rows])

    def band_over_temperatures(self):
        """Ceiling at the chosen level."""
        session, points = self.session, []
        for T in self.data.temperatures if session.metric == "pearson" else []:
            slot = slot_of_level(self.data[T], session.level, session.scored_type)
            if slot is not None and "test" in self.data[T].split:
                row = self.library.ceilings(self.data[T], session.observable, session.scored_type)[slot]
                points.append((T, row))
        return _band(points)

    def _curve(self, name, points, models, metric, along, label=""):
        """Points (temperature, time, row) of a method as a curve along "time" or "T"; models: of all or of each."""
        session, names = self.session, models if isinstance(models, list) else [models] * len(points)
        scores = [(*value_and_error(row, metric), T, t, row, m) for (T, t, row), m in zip(points, names, strict=True)]
        scores = [s for s in scores if np.isfinite(s[0]) and (along == "T" or s[3] > 0)]
        present = session.temperature if along == "T" else session.time
        x = [s[2] if along == "T" else s[3] for s in scores]
        y = [s[0] for s in scores]
        now = [place for place, at in enumerate(x) if abs(at - present) <= 1e-6 * present]
        return {
            "name": label or name,
            "x": x,
            "y": y,
            "error": [s[1] for s in scores],
            "colour": method_colour(name, session.dark),
            "chosen": False,
            "tau": None,
            "now": (x[now[0]], y[now[0]]) if now else None,
            "temperature": [s[2] for s in scores],
            "time": [s[3] for s in scores],
            "model": [s[5] for s in scores],
            "text": [_text(label or name, metric, *s[:5]) for s in scores],
        }


def _text(name, metric, value, error, T, time, row):
    """What a point says under the pointer."""
    level = f", C_B = {row['correlation']:.3f}" if np.isfinite(row["correlation"]) else ""
    which = f" ({row['descriptor']})" if "descriptor" in row else ""
    label = label_of(metric.removesuffix("_md"))
    return f"{name}{which}, T = {T:g}, t = {time:g}{level}: {label} {with_error(value, error)}"


def _band(points):
    points = [(x, row) for x, row in points if np.isfinite(row["ceiling"]) and x > 0]
    if not points:
        return None
    middle = np.array([row["ceiling"] for _, row in points])
    error = np.nan_to_num([row["ceiling_error"] for _, row in points])
    return {"x": [x for x, _ in points], "low": middle - error, "middle": middle, "high": np.minimum(middle + error, 1)}


def heights(curves, band, guide):
    """Limits of the vertical axis: from 0, or from what lies below, to 1 or beyond."""
    values = [y for curve in curves for y in curve["y"]] + ([] if guide is None else [guide])
    values += [] if band is None else [*band["low"], *band["high"]]
    low, high = min([0.0, *values]), max([1.0, *values])
    return low - 0.02 * (high - low), high + 0.04 * (high - low)


def widths(curves, band):
    """Limits of the axis of temperatures, with room on both sides of a single one."""
    places = [x for curve in curves for x in curve["x"]] + ([] if band is None else list(band["x"]))
    if not places:
        return None
    room = 0.08 * (max(places) - min(places)) or 0.05
    return min(places) - room, max(places) + room


def table_rows(session):
    """Rows of ScoreTable for the session's temperature, and for each of them what a click chooses."""
    rows, targets = [], []
    curves, T = Curves(session), session.temperature
    known = labels(curves.methods(T))
    for entry in curves.methods(T):
        for kind, judged in (session.library.judged(entry, session.data[T]) or {}).items():
            for row in judged:
                if np.isfinite(row["pearson"]):
                    rows.append(_table_row(entry, known[series_name(entry)][0], kind, row, session))
                    targets.append({"time": row["time"], "model": entry["name"], "shown_type": kind})
    return rows, targets


def _table_row(entry, name, kind, row, session):
    """Cells as text, keys to sort by."""
    columns = {"ceiling": 2, "noise_free_variance_ratio": 3, "C_2": 2, "C_2_md": 2, "chi_4_ratio": 2}
    values = [row[key] for key in columns]
    cells = [name, str(kind), f"{row['time']:g}", number(row["correlation"], 2)]
    cells += [with_error(row["pearson"], row["error"])]
    cells += [number(value, digits) for value, digits in zip(values, columns.values(), strict=True)]
    cells[-1] = with_error(row["chi_4_ratio"], row["chi_4_ratio_error"], 2)
    keys = [name, kind, row["time"], row["correlation"], row["pearson"], *values]
    return {
        "cells": cells,
        "keys": [key if isinstance(key, str) or np.isfinite(key) else None for key in keys],
        "colour": method_colour(method_name(entry), session.dark),
        "chosen": bool(kind == session.scored_type and abs(row["time"] - session.time) <= 1e-6 * row["time"]),
    }
