"""Jobs as words: rows of the table, the line above the curves, the parameters."""

import time

from glassviz.colours import ACCENTS, NEUTRALS
from glassviz.jobs import REQUESTS
from glassviz.words import amount, span

COLUMNS = ["Job", "State", "How far", "Left", "Asked", "Took", "Disk", "Whose"]


def table_rows(jobs, chosen, sizes, dark):
    """Rows of ScoreTable, one a job."""
    return [_row(job, chosen, sizes, dark) for job in jobs]


def _row(job, chosen, sizes, dark):
    state, progress, request = job.state, job.progress, job.request
    now, share = time.time(), _share(progress)
    asked = request.get("asked", 0)
    took = (state.get("ended", now) - state["begun"]) if "begun" in state else None
    working, left = state.get("state") == "running", progress.get("left")
    size = sizes.get(job.name)
    cells = [
        job.title,
        state.get("state", "?"),
        "–" if share is None else f"{100 * share:.0f} %",
        span(left) if working and left is not None else "–",
        time.strftime("%d %b %H:%M", time.localtime(asked)),
        "–" if took is None else span(max(0, took)),
        "–" if size is None else amount(size),
        request.get("visitor", {}).get("name") or "owner",
    ]
    keys = [job.name, cells[1], share, left if working else None, asked, took, size, cells[7]]
    return {"cells": cells, "keys": keys, "colour": _colour(cells[1], dark), "chosen": job.name == chosen}


def _share(progress):
    return progress["done"] / progress["total"] if progress.get("total") else None


def _colour(state, dark):
    """Work is in the first accent, what wants a look in the second; the rest is quiet."""
    if state in ("running", "queued"):
        return ACCENTS[dark][0]
    return ACCENTS[dark][1] if state in ("failed", "interrupted") else NEUTRALS[dark]["line"]


def told(job):
    """One line on how it stands, plain words."""
    state, progress = job.state, job.progress
    word = state.get("state", "unknown")
    if word == "running":
        left = progress.get("left")
        stage = progress.get("stage") or "begins"
        return f"{stage}{_epochs(progress)}{f' · about {span(left)} left in this stage' if left is not None else ''}"
    if word == "queued":
        return "Waits for its turn."
    ended = {"done": "Done.", "cancelled": "Cancelled; resume goes on from what is finished."}
    return ended.get(word, state.get("sentence", word))


def _epochs(progress):
    losses = progress.get("losses") or {}
    if not losses:
        return ""
    name, history = list(losses.items())[-1]
    return f" · {'type ' * name.isdecimal()}{name}, epoch {len(history)}, validation loss {history[-1][1]:.3g}"


def parameters(job):
    """Its parameters as (label, value) pairs."""
    kind = REQUESTS.get(job.request.get("task"))
    for name, value in job.request.get("arguments", {}).items():
        label = (kind is not None and name in kind.names() and kind.param[name].label) or name
        yield label, ", ".join(map(str, value)) if isinstance(value, list) else str(value)
