"""How long tGlassMLP is trained, and the training of each particle type.

Mean squared error: 10 epochs at 1e-3, 50 at 5e-4, 25 at 2e-4; then GlassMLP's whole loss: 50 at 4e-5. Epochs of 150
structures a state point. Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), Table II.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from glassviz.errors import InputError
from glassviz.learning.member_groups import train_members
from glassviz.learning.training import Stage, part_of
from glassviz.learning.transfer_labels import make_lessons, scaling_of

PUBLISHED = (Stage(10, 1e-3, 1), Stage(50, 5e-4, 1), Stage(25, 2e-4, 1), Stage(50, 4e-5, 2))
QUICK = (Stage(2, 4e-3, 1), Stage(2, 1e-3, 1), Stage(1, 2e-4, 2))
"""A twenty-seventh of the steps at higher rates."""
SCHEDULES = {"published": PUBLISHED, "quick": QUICK}


def check_schedule(schedule):
    """The stages of a schedule's name, or the given stages; InputError for an unknown name."""
    stages = SCHEDULES.get(schedule) if isinstance(schedule, str) else tuple(schedule)
    if not stages or not all(isinstance(stage, Stage) for stage in stages):
        raise InputError(f"schedule is {schedule!r}, expected one of {', '.join(SCHEDULES)} or stages")
    return stages


def stages_for(schedule, structures, state_points, batches):
    """Stages whose epochs are passes over our batches, as many optimiser steps as the schedule has.

    schedule : a name of SCHEDULES or stages with epochs of `structures` batches a state point; batches : ours in all
    Raises InputError for an unknown name.
    """
    return tuple(
        replace(stage, epochs=max(1, round(stage.epochs * structures * state_points / batches)))
        for stage in check_schedule(schedule)
    )


def lessons_of(data, describing, number, how):
    """Lessons of one type, the state points learnt, and what standardises descriptors: kept, means, scales."""
    state_points, transferred, scaled_on = data
    kept, means, scales = scaling_of(scaled_on, number, *describing, how["together"])
    rows = [0] * len(scaled_on) if how["together"] else range(len(scaled_on))
    row_of = {float(point.temperature): row for point, row in zip(scaled_on, rows, strict=True)}

    def standardise(x, temperature):
        row = row_of[float(temperature)]
        return ((x[:, kept] - means[row]) / scales[row]).astype(np.float32)

    found = make_lessons(state_points, transferred, how["levels"], number, standardise, describing, how["reference"])
    return *found, (kept, means, scales)


def train_type(data, describing, types, how, run):
    """Train the networks of several types, one type after another.

    data : (state points with labels, transferred labels, state points that scale the descriptors)
    describing : (lengths, observables); how, run : settings of TGlassMLP.fit
    Returns {"kept", "means", "scales", "parameters", "history"}, each by type, and what is told about the training.
    """
    learnt = {name: {} for name in ("kept", "means", "scales", "parameters", "history")}
    for place, number in enumerate(types):
        lessons, states, standard = lessons_of(data, describing, number, how)
        batches = sum(not lesson.judges for lesson in lessons.lessons)
        if not batches:
            raise InputError("no training configuration has labels at any of the levels, expected one or more")
        stages = stages_for(how["schedule"], how["structures"], len(states), batches)
        keys = [(how["seed"], number, member) for member in range(how["networks"])]
        file = None if run["checkpoint"] is None else Path(run["checkpoint"]) / f"type{number}"
        parameters, history = train_members(
            lessons, keys, stages, how["seed"], how["scaled"], how["keep"], run["device"], run["workers"],
            part_of(run["progress"], place, len(types)),
            None if run["watch"] is None else lambda history, number=number: run["watch"](number, history),
            file,
        )  # fmt: skip
        for name, value in zip(learnt, (*standard, parameters, history), strict=True):
            learnt[name][number] = value
    steps = sum(stage.epochs for stage in stages) * batches
    about = {"learnt": states, "optimiser_steps": steps, "epoch_kept": how["keep"], "seed": how["seed"]}
    about["schedule"] = [list(vars(stage).values()) for stage in stages]
    return learnt, about
