"""Figure *losses*: loss of training and validation of a model against the epoch, for each type."""

import numpy as np

from glassviz.colours import ACCENTS
from glassviz.errors import InputError
from glassviz.exports.origin import MATH, columns, of_method, of_points
from glassviz.figures.curves import Curve, Panel, draw_curves

KINDS = ("training", "validation")


def make(session):
    """Thin: training; thick: validation; each the mean over the networks of all seeds and times of a type."""
    history = _history(session)
    curves, rows = [], []
    # One kind after the other, so that each has a column of the legend.
    for column, (kind, width) in enumerate(zip(KINDS, (0.6, 1.2), strict=True)):
        for number, losses in history.items():
            # A stage may end early: the types need not have equally many epochs.
            epochs, values = np.arange(1, len(losses) + 1), losses[:, column]
            colour = ACCENTS[False][(number - 1) % len(ACCENTS[False])]
            curves.append(Curve(epochs, values, None, f"type {number}, {kind}", colour, marker="", width=width))
            rows += [(number, kind, epoch, loss) for epoch, loss in zip(epochs, values, strict=True)]
    panel = Panel(
        curves, "epoch", "loss", y_log=True, title=f"{MATH[session.observable]}, $T = {session.temperature:g}$"
    )
    model = session.entry["model"]
    stages = model.provenance.get("schedule", [])
    origin = of_points([session.point]) | of_method(session.entry)
    origin |= {
        "observable": session.observable,
        "losses": f"means over {model.seeds} networks for each of {len(model.times)} times",
        "epoch of each network": f"chosen by {model.provenance.get('epoch_chosen_by', 'what is not recorded')}",
        "stages": "; ".join(_stage(*stage) for stage in stages) or "not recorded",
    }
    names = {"type": "", "loss of": "", "epoch": "", "loss": "1"}
    return lambda: draw_curves([panel], legend="above", height=2.9), columns(rows, names), origin


def _history(session):
    """{type: (epochs, 2)} of the chosen model; InputError where it has none."""
    entry = session.entry
    found = {} if entry is None else getattr(entry["model"], "history", {})
    if not found:
        name = "no model is chosen" if entry is None else f"{entry['name']} was not trained by epochs"
        raise InputError(f"{name}; glassviz train glassmlp --temperature {session.temperature:g} makes one that is")
    return found


def _stage(epochs, rate, phase, patience):
    """One stage of the schedule in words."""
    terms = "absolute error" if phase == 1 else "absolute error, variance and spatial correlation"
    most = "" if patience is None else f", until {patience} bring no better validation loss"
    return f"up to {epochs} epochs at rate {rate:g}, loss: {terms}{most}"
