"""What files of other people hold and what they lack, as a JSON-ready description; nothing is written."""

import os
import re
import stat
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

import numpy as np

from glassviz.errors import DataError, GlassvizError, InputError
from glassviz.formats.archive import open_archive
from glassviz.formats.own import is_own, read_own
from glassviz.limited import Limits, call
from glassviz.predictions import Predictions
from glassviz.tasks.import_ import ImportOptions, understand_one
from glassviz.tasks.import_predictions import prediction_names

MOST_FILES = 2000
MOST_DRAWN = 5000
TOGETHER = 4
"""All files together may be so many times larger than the largest one."""
COSTS = {
    "a glass former": "it cannot be imported: energies, quenches and models are those of KA2D and KA",
    "the temperature": "give it below; without it nothing is imported",
    "inherent positions": "they are quenched during the import, which takes seconds for each structure",
    "propensities or positions": "structures only: models predict and the pictures are drawn, but there is nothing to "
    "compare with: no curves C_B(t), no scores, no heterogeneity of molecular dynamics",
    "the times": "give them below; without them nothing is imported",
    "propensities of the two": "the number of replicas behind the means keeps them, and ceilings then read 1; else the "
    "propensities are left out",
    "bond-breaking": "the propensities are left out: a data set keeps both kinds",
    "displacement": "the propensities are left out: a data set keeps both kinds",
}
"""What the absence of something costs, by the beginning of its words in Reading.missing."""


def inside(folder, name):
    """Path of a file below a folder; DataError for a name that leads out of it: absolute, with .., through a link."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\\" in name or "\0" in name or {"..", "."} & set(name.split("/")):
        raise DataError(f"{name!r}: leads out of the folder, expected the name of a file in it")
    path = Path(folder)
    for part in parts:
        path = path / part
        if path.is_symlink():
            raise DataError(f"{name}: is a link, expected a file of its own")
    return path


def chosen_files(folder, names, largest):
    """Paths of the files `names` below `folder`, of all in it where `names` is empty; sizes are checked.

    largest : bytes of one file; together they may have TOGETHER times as many
    Raises DataError for links, names that lead out of the folder, what is no plain file, and sizes above the limit.
    """
    if not Path(folder).is_dir():
        raise DataError(f"{folder}: is not there, expected a folder")
    paths = [inside(folder, name) for name in names or _names(folder)]
    if not paths:
        raise DataError(f"{folder}: holds no file, expected one or more")
    total = 0
    for path in paths:
        try:
            status = path.stat()
        except (OSError, ValueError):
            raise DataError(f"{path.name}: file is missing") from None
        if not stat.S_ISREG(status.st_mode):
            raise DataError(f"{path.name}: is no plain file, expected one")
        if status.st_size > largest:
            raise DataError(f"{path.name}: has {status.st_size:,} bytes, expected at most {largest:,}")
        total += status.st_size
    if total > TOGETHER * largest:
        raise DataError(f"the files have {total:,} bytes together, expected at most {TOGETHER * largest:,}")
    return paths


def _names(folder):
    """Names of the files in a folder and the folders in it, hidden ones left out; links are kept, to be refused."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted([*files, *links]):
            if not name.startswith("."):
                found.append(Path(place, name).relative_to(folder).as_posix())
            if len(found) > MOST_FILES:
                raise DataError(f"{folder}: holds more than {MOST_FILES} files, expected fewer at once")
    return found


def understand(folder, files=(), largest=2**31, options=None, limits=Limits(), progress=None):  # noqa: B008 - Limits never changes
    """What the files hold, as `describe` says it, worked out in a process with limits."""
    chosen_files(folder, files, largest)
    arguments = {"folder": str(folder), "files": list(files), "largest": largest, "options": options or {}}
    # The stage of each report is the file's name: one that reaches a limit is named.
    return call("glassviz.tasks.understand:describe", arguments, limits, progress=progress or (lambda *_: None))


def describe(folder, files, largest, options, progress=lambda *_: None):
    """{"files": one description each, "refused": [{"name", "sentence"}], "picture": of the first structure, or None}.

    files : names below the folder, empty for all; options : fields of ImportOptions
    A description: name, kind ("structures" | "configuration" | "predictions"), format, structures, number, dimension,
    types (how many of each), box, system or "", misfit, temperature and temperature_from, split and split_from, times
    (None: unknown), slots, replicas, labels, inherent, notes, predictions (methods in the file), and missing:
    [{"what", "cost"}].
    """
    paths = chosen_files(folder, files, largest)
    options = ImportOptions(**{**options, "times": tuple(options.get("times") or ())})
    found, refused, pictures = [], [], []
    for place, path in enumerate(paths):
        name = path.relative_to(folder).as_posix()
        progress(place, len(paths), name)
        try:
            entry, thermal = _file(path, options, place, len(paths))
        except GlassvizError as error:
            refused.append({"name": name, "sentence": shortened(str(error), folder)})
            continue
        found.append({"name": name, **entry})
        if not pictures and thermal is not None and thermal.number <= MOST_DRAWN:
            pictures.append(picture(thermal))
    return {"files": found, "refused": refused, "picture": pictures[0] if pictures else None}


def shortened(sentence, folder):
    """A sentence with the files named as they are in their folder: where that lies is nobody's business."""
    return sentence.replace(f"{folder}/", "")


def _file(path, options, place, number):
    """(description of a file, the configuration to draw or None)."""
    if is_own(path):
        return _own(read_own(path))
    names, alone = prediction_names(open_archive(path)) if zipfile.is_zipfile(path) else ([], False)
    if alone:
        return {"kind": "predictions", "format": "predictions .npz", "predictions": names, "missing": []}, None
    reading = understand_one(path, options, place, number)
    first = reading.structures[0]
    entry = {
        "kind": "structures",
        "format": reading.format,
        "structures": len(reading.structures),
        **_particles(first.thermal),
        "system": reading.system.name if reading.system else "",
        "misfit": reading.misfit,
        "temperature": reading.temperature,
        "temperature_from": _found_in(reading, options.temperature),
        "split": reading.split,
        "split_from": "given" if options.split else "the folder's or comment's word" if reading.split else "",
        "times": None if first.times is None else [float(time) for time in first.times],
        "slots": first.slots,
        "replicas": 0 if first.replicas is None else int(first.replicas.shape[1]),
        "labels": [name for name in ("bond_breaking", "displacement") if getattr(first, name) is not None],
        "inherent": first.inherent is not None,
        "notes": [shortened(note, path.parent) for note in reading.notes],
        "predictions": names,
        "missing": [_lacking(words) for words in reading.missing],
    }
    return entry, first.thermal


def _own(content):
    """As `_file`, of glassviz's own files."""
    if isinstance(content, Predictions):
        facts = {"system": content.system, "temperature": content.temperature, "temperature_from": "the file"}
        entry = {"kind": "predictions", "format": "glassviz predictions", "predictions": [content.name], "missing": []}
        return {**entry, **facts, "times": content.times.tolist(), "observable": content.observable}, None
    entry = {
        "kind": "configuration",
        "format": "glassviz configuration",
        "structures": 1,
        **_particles(content.thermal),
        "system": content.system,
        "misfit": "",
        "temperature": content.temperature,
        "temperature_from": "the file",
        "split": content.split,
        "split_from": "the file",
        "times": content.times.tolist(),
        "slots": len(content.times),
        "replicas": content.replicas,
        "labels": ["bond_breaking", "displacement"] if len(content.times) else [],
        "inherent": True,
        "notes": [],
        "predictions": [],
        "missing": [] if len(content.times) else [_lacking("propensities or positions of replicas")],
    }
    return entry, content.thermal


def _lacking(words):
    return {"what": words, "cost": cost_of(words)}


def _particles(thermal):
    counts = Counter(thermal.types.tolist())
    return {
        "number": thermal.number,
        "dimension": thermal.dimension,
        "types": [counts[kind] for kind in range(1, int(thermal.types.max()) + 1)],
        "box": [float(edge) for edge in thermal.box],
    }


def _found_in(reading, given):
    """Where the temperature comes from, in words."""
    if reading.temperature is None:
        return ""
    if given is not None:
        return "given"
    return "the comment line" if reading.format == "extended XYZ" else "the file's name"


def cost_of(words):
    """What the absence of something costs on the pages."""
    return next(cost for beginning, cost in COSTS.items() if words.startswith(beginning))


def picture(thermal):
    """Positions, wrapped and rounded, and types of a configuration, to be drawn small; the slab below in 3D."""
    positions = thermal.wrap().positions
    shown = np.ones(len(positions), dtype=bool) if thermal.dimension == 2 else positions[:, 2] < 1.5
    return {
        "positions": np.round(positions[shown, :2], 2).tolist(),
        "types": thermal.types[shown].tolist(),
        "box": [float(edge) for edge in thermal.box[:2]],
    }


def safe_name(text):
    """A data set's name: letters, digits, _ and -, at most 40; InputError else."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", text):
        raise InputError(f"name is {text!r}, expected small letters, digits, _ and - only, at most 40")
    return text
