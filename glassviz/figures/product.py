"""A finished figure: the drawing, its numbers, where they come from, and the Python lines that make it."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassviz.errors import InputError
from glassviz.figures.style import styled
from glassviz.publish import publish

# Without dates the same data give the same bytes.
_METADATA = {
    ".png": lambda title, words: {"Title": title, "Description": words},
    ".svg": lambda title, words: {"Title": title, "Description": words, "Date": None},
    ".pdf": lambda title, words: {"Title": title, "Subject": words, "CreationDate": None, "ModDate": None},
}
SUFFIXES = (*_METADATA, ".csv", ".py")


@dataclass(frozen=True, eq=False)
class Column:
    """One column of numbers or words: name, unit ("" for words, "1" without dimension), values (n,)."""

    name: str
    unit: str
    values: list


@dataclass(frozen=True, eq=False)
class Figure:
    """What `gv.figure` returns.

    name, title : as in the list of figures
    draw : function () -> Matplotlib Figure, called in the publication style
    columns : [Column], the numbers drawn, one row for each point
    provenance : {what: words}: data set, configurations, models, versions; no date
    lines : Python source that makes this figure again
    """

    name: str
    title: str
    draw: Callable
    columns: list
    provenance: dict
    lines: str

    @property
    def drawing(self):
        """The Matplotlib Figure, drawn anew: what was saved before leaves traces in the layout."""
        with styled():
            return self.draw()

    @property
    def numbers(self):
        """{column: (n,) array}, as in the CSV before rounding."""
        return {column.name: np.asarray(column.values) for column in self.columns}

    def content(self, suffix, dpi=600):
        """The bytes of a file of one of SUFFIXES; dpi : of a PNG and of rasterised parts. InputError for another."""
        suffix = suffix.lower()
        if suffix == ".csv":
            return self._table().encode()
        if suffix == ".py":
            return self.lines.encode()
        if suffix not in _METADATA:
            raise InputError(f"suffix is {suffix!r}, expected one of {', '.join(SUFFIXES)}")
        words = "; ".join(f"{name}: {value}" for name, value in self.provenance.items())
        file = io.BytesIO()
        with styled():
            self.drawing.savefig(file, format=suffix[1:], dpi=dpi, metadata=_METADATA[suffix](self.title, words))
        return file.getvalue()

    def save(self, path):
        """Write PNG, SVG, PDF, CSV or the Python lines, as the suffix of `path` says, whole or not at all."""
        content = self.content(Path(path).suffix)
        publish(path, lambda file: file.write(content))
        return Path(path)

    def _repr_png_(self):
        return self.content(".png", dpi=200)

    def _table(self):
        """CSV: provenance behind #, a header with units, one row for each point; nine digits, nan is empty."""
        text = io.StringIO()
        text.writelines(f"# {name}: {value}\n" for name, value in {"figure": self.title, **self.provenance}.items())
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([f"{c.name} ({c.unit})" if c.unit else c.name for c in self.columns])
        writer.writerows([_word(value) for value in row] for row in zip(*(c.values for c in self.columns), strict=True))
        return text.getvalue()


def _word(value):
    if isinstance(value, float | np.floating):
        return f"{value:.9g}" if np.isfinite(value) else ""
    return value
