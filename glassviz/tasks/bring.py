"""Bring: files of other people, uploaded or in a folder, join a data set; a process with limits reads them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from glassviz.dataset import Dataset, state_folder
from glassviz.errors import DataError, InputError
from glassviz.formats.own import is_own, read_own
from glassviz.limited import Limits, call
from glassviz.predictions import Predictions, write_predictions
from glassviz.record import write_record
from glassviz.tasks.import_ import ImportOptions, import_files, present
from glassviz.tasks.import_predictions import PredictionOptions, import_predictions
from glassviz.tasks.understand import chosen_files, safe_name, shortened

LIMITS = Limits(cpu=4 * 3600, seconds=6 * 3600)
"""Quenches of many large structures take long; reading alone does not."""


def bring(source, folder, files=(), largest=2**31, structures=None, predictions=None, progress=None):
    """Import files in a process with limits; {"written": [paths], "left_out": [sentences]}.

    source : folder that holds the files; files : their names in it, empty for all; largest : bytes of one file
    folder : of the data set, whose own name is small letters, digits, _ and -
    structures : fields of ImportOptions, for everything but predictions
    predictions : for archives of predictions, {"data": folders of the data set, "temperature", "observable", "name" of
        the method, "times"}
    progress : called as progress(done, total, stage) after each step and several times a second; may raise Cancelled:
        what is finished stays

    Raises DataError, InputError, with file, field and what was expected.
    """
    safe_name(Path(folder).name)
    chosen_files(source, files, largest)
    arguments = {"source": str(source), "folder": str(folder), "files": list(files), "largest": largest}
    arguments |= {"structures": structures, "predictions": predictions}
    return call("glassviz.tasks.bring:carry_out", arguments, LIMITS, "the import", progress or (lambda *_: None))


def carry_out(source, folder, files, largest, structures, predictions, progress):
    """What `bring` does, in the process itself."""
    paths = chosen_files(source, files, largest)
    own = [path for path in paths if is_own(path)]
    foreign = [path for path in paths if path not in own]
    try:
        written, left_out = _own(own, Path(folder), progress)
        if foreign:
            work = _predictions if predictions else _structures
            more = work(foreign, Path(folder), predictions or structures or {}, progress)
            written, left_out = written + more[0], left_out + more[1]
    except (DataError, InputError) as error:
        raise type(error)(shortened(str(error), source)) from None
    sentences = dict.fromkeys(shortened(sentence, source) for sentence in left_out)
    return {"written": [str(path) for path in written], "left_out": list(sentences)}


def _structures(paths, folder, options, progress):
    options = ImportOptions(**{**options, "times": tuple(options.get("times") or ())})
    return import_files(paths, folder, options, progress)


def _predictions(paths, folder, options, progress):
    point = Dataset(*options["data"])[options["temperature"]]
    own = PredictionOptions(options["observable"], options.get("name") or None, tuple(options.get("times") or ()))
    return import_predictions(paths, point, folder, own, lambda done, total, _: progress(done, total, "read")), []


def _own(paths, folder, progress):
    """Configurations and predictions of glassviz, written anew: (paths, sentences about what was left out).

    All of them are read and compared before the first one is written.
    """
    contents = []
    for done, path in enumerate(paths, 1):
        contents.append((path, read_own(path)))
        progress(done, len(paths), "read")
    records = [(path, content) for path, content in contents if not isinstance(content, Predictions)]
    kinds = {(record.system, record.thermal.number) for _, record in records}
    if len(kinds) > 1:
        raise DataError(f"the files hold {sorted(kinds)}, expected one system and one N for a data set")
    known = present(folder, *kinds.pop(), records[0][0].name) if records else {}
    written, left_out = [], []
    for done, (path, record) in enumerate(records, 1):
        place = _publish(folder, record, known.setdefault(state_folder(record.temperature), {}))
        if place is None:
            left_out.append(f"{path.name}: is already there")
        else:
            written.append(place)
        progress(done, len(records), "write")
    written += [write_predictions(folder, content) for _, content in contents if isinstance(content, Predictions)]
    return written, left_out


def _publish(folder, record, taken):
    """Write a record under its index, or the next free one; None where the same one is there."""
    state, index = folder / state_folder(record.temperature), record.index
    while True:
        path = state / f"{index:04d}.h5"
        if index not in taken and write_record(path, replace(record, index=index)):
            taken[index] = record.seed
            return path
        if path.exists() and _same(read_own(path), record):
            return None
        # Another structure has this number, or another writer was first.
        taken.setdefault(index, None)
        index = max(taken) + 1


def _same(one, other):
    return one.thermal.positions.shape == other.thermal.positions.shape and np.array_equal(
        one.thermal.positions, other.thermal.positions
    )
