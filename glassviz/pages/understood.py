"""What was understood of somebody's files, for the page: a table, what is missing and its cost, a small picture."""

from collections import Counter
from html import escape

import numpy as np

from glassviz.systems import SYSTEMS

SHOWN = 8
SIZE = 170
"""Edge of the picture in pixels."""
TYPE_COLOURS = ("#5b84b1", "#e2a03f", "#6f9e6e", "#9a7bb0")
HEADER = ("file", "format", "holds", "box", "system", "T", "labels", "split")


def table_html(description):
    """The files of a description of tasks.understand as an HTML table, the first ones of many."""
    rows = [_row(entry) for entry in description["files"][:SHOWN]]
    more = len(description["files"]) - len(rows)
    lines = ["".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows]
    if more > 0:
        lines.append(f"<td colspan={len(HEADER)}>and {more} more</td>")
    head = "".join(f"<th>{name}</th>" for name in HEADER)
    style = (
        "<style>table{border-collapse:collapse;font-size:0.8rem;font-variant-numeric:tabular-nums}"
        "th,td{text-align:left;padding:3px 12px 3px 0;vertical-align:top}th{font-weight:600}"
        "td:first-child{overflow-wrap:anywhere;max-width:220px}</style>"
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"{style}<table><tr>{head}</tr>{body}</table>" if lines else ""


def _row(entry):
    if "number" not in entry:
        T = f"{entry['temperature']:g}" if entry.get("temperature") else ""
        methods = ", ".join(entry["predictions"])
        return entry["name"], entry["format"], methods, "", entry.get("system", ""), T, "", ""
    counts = " + ".join(map(str, entry["types"]))
    several = f"{entry['structures']} × " if entry["structures"] > 1 else ""
    T = "unknown" if entry["temperature"] is None else f"{entry['temperature']:g}, {entry['temperature_from']}"
    box = " × ".join(f"{edge:.4g}" for edge in entry["box"])
    holds = f"{several}N = {entry['number']} ({counts}), {entry['dimension']}D"
    return (
        entry["name"],
        entry["format"],
        holds,
        box,
        entry["system"] or "none fits",
        T,
        _labels(entry),
        entry["split"] or "not said",
    )


def _labels(entry):
    if not entry["slots"]:
        return "none"
    times = entry["times"]
    when = (
        f"{entry['slots']} times, unknown" if times is None else "t = " + ", ".join(f"{time:g}" for time in times[:4])
    )
    when += " …" if times is not None and len(times) > 4 else ""
    return f"{when}, {entry['replicas']} replicas" if entry["replicas"] else f"{when}, means"


def words(description):
    """What is missing and what it costs, what was assumed, what was refused: Markdown, each sentence once."""
    lines = []
    missing = Counter((lack["what"], lack["cost"]) for entry in description["files"] for lack in entry["missing"])
    several = len(description["files"]) > 1
    for (what, cost), number in missing.items():
        where = f" ({number} of {len(description['files'])} files)" if several else ""
        lines.append(f"- **missing**: {plain(what)}{where}: {cost}")
    notes = dict.fromkeys(note for entry in description["files"] for note in entry.get("notes", ()))
    lines += [f"- {plain(note)}" for note in notes][:SHOWN]
    refused = description["refused"]
    lines += [f"- **refused**: {plain(found['sentence'])}" for found in refused[:SHOWN]]
    if len(refused) > SHOWN:
        lines.append(f"- **refused**: {len(refused) - SHOWN} more")
    return "\n".join(lines)


def plain(text):
    """Words of a file as text, never as markup."""
    kept = "".join(f"\\{letter}" if letter in "\\`*_[]()#!|" else letter for letter in text)
    return escape(" ".join(kept.split()), quote=False)


def bold(sentence):
    """An error in bold, as Markdown."""
    return f"**{plain(str(sentence))}**"


def picture_svg(picture):
    """The particles of a picture of tasks.understand as an SVG, discs of the size of their type."""
    if picture is None:
        return ""
    (width, height), positions = picture["box"], np.array(picture["positions"]).reshape(-1, 2)
    radii = next(iter(SYSTEMS.values())).radii
    discs = [
        f"<circle cx='{x:.2f}' cy='{height - y:.2f}' r='{0.92 * radii[min(kind, len(radii)) - 1]:.3f}' "
        f"fill='{TYPE_COLOURS[(kind - 1) % len(TYPE_COLOURS)]}'/>"
        for (x, y), kind in zip(positions, picture["types"], strict=True)
    ]
    size = f"width='{SIZE}' height='{SIZE * min(height / width, 1.5):.0f}' viewBox='0 0 {width:.4f} {height:.4f}'"
    return f"<svg role='img' aria-label='The first structure' {size}>{''.join(discs)}</svg>"


def one_kind(description):
    """(system, N) of the structures that a glass former fits, the first; None without one."""
    found = (entry for entry in description["files"] if entry.get("system") and "number" in entry)
    return next(((entry["system"], entry["number"]) for entry in found), None)
