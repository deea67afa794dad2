"""The button that hands what is shown to other programs: a configuration with propensity and prediction."""

from io import BytesIO

import numpy as np

from glassviz.formats import extended_xyz_text
from glassviz.pages.save_button import save_button
from glassviz.tasks.export import what_is_known

# What the name of the file tells.
NAMED = ["data_set", "temperature", "configuration", "time"]


def download_button(session, **style):
    """Saves the chosen configuration at the chosen time as extended XYZ, which OVITO opens."""
    button = save_button(lambda: content(session), label="Save for OVITO", variant="text", **style)

    def name(*_):
        button.filename = file_name(session)

    session.param.watch(name, NAMED)
    name()
    return button


def file_name(session):
    """As ka2d_T0.5000_0001_t444.xyz."""
    time = "" if session.slot is None else f"_t{session.time:g}"
    return f"{session.data_set}_T{session.temperature:.4f}_{session.record.index:04d}{time}.xyz"


def content(session):
    """The file, in memory."""
    slots, predicted = np.arange(0) if session.slot is None else np.array([session.slot]), session.predicted()
    columns, info = what_is_known(session.point, session.configuration, slots, predicted)
    if predicted is not None:
        info |= {"predicted": session.observable, "model": session.model}
    return BytesIO(extended_xyz_text(session.record.thermal, columns, info).encode())
