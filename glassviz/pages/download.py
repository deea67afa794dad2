"""The buttons that hand on what is shown: for other programs, and as a small data set with how to cite it."""

import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np

from glassviz.dataset import state_folder
from glassviz.exports.citation import bibtex, sentence
from glassviz.formats import extended_xyz_text
from glassviz.pages.save_button import save_button
from glassviz.predictions import LONGEST_NAME, Predictions, write_predictions
from glassviz.record import write_record
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


def data_button(session, **style):
    """Saves the chosen configuration, all its labels and the prediction as a data set with its citation."""
    button = save_button(lambda: package(session), label="Save data and citation", variant="text", **style)

    def name(*_):
        button.filename = f"{session.data_set}_T{session.temperature:.4f}_{session.record.index:04d}.zip"

    session.param.watch(name, NAMED)
    name()
    return button


def package(session):
    """A zip archive, in memory: a data set's folder with this one configuration, CITATION.txt and CITATION.bib."""
    record, predicted, stream = session.record, session.predicted(), BytesIO()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / session.data_set
        write_record(folder / state_folder(record.temperature) / f"{record.index:04d}.h5", record)
        if predicted is not None and session.slot is not None:
            own = {"system": record.system, "temperature": record.temperature, "observable": session.observable}
            keys = {"seeds": np.array([record.seed]), "indices": np.array([record.index])}
            name, times = session.model[:LONGEST_NAME], np.asarray(session.point.times)
            write_predictions(folder, Predictions(name=name, times=times, values=predicted[None], **own, **keys))
        (folder / "CITATION.txt").write_text(sentence(session), encoding="utf-8")
        (folder / "CITATION.bib").write_text(bibtex(session), encoding="utf-8")
        with zipfile.ZipFile(stream, "w") as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                archive.write(path, path.relative_to(place))
    stream.seek(0)
    return stream
