"""What glassviz makes of a file: it reads it, or refuses it in a sentence that names the file and its fault."""

import json
import os
import re
import resource
import signal
import traceback
from pathlib import Path

from glassviz.errors import GlassvizError
from glassviz.formats.own import is_own, read_own
from glassviz.tasks.import_predictions import PredictionOptions, import_predictions
from glassviz.tasks.understand import describe
from tests.formats.whole import point

CPU = 2
"""Seconds of computing for one file of HDF5."""
LONGEST = 700
FAULT = re.compile(
    "expected|expects|must be|not a whole|is not a|is a link|is missing|has no|holds no|cut off|damaged|claims|states|"
    "would grow|leaves the range|moved|cannot be told|unknown|the limit"
)
"""What a sentence must say beside the file's name: what was expected, or what is wrong with it."""
VAGUE = re.compile(
    r"cannot be used|went wrong|Traceback|[a-z]Error\b|object at 0x|unexpected|NoneType|invalid literal"
    r"|out of bounds|negative dimensions|resolved dtypes|broadcast"
)
"""What no sentence may say: the words of a program to its author."""


def outcome(folder, name, content):
    """("reading" | "refused" | "fault", the sentence or the traceback) of a file put into a folder."""
    path = Path(folder) / name
    path.write_bytes(content)
    try:
        return _in_child(name, lambda: _judge(folder, path)) if is_own(path) else _judge(folder, path)
    finally:
        for left in sorted(Path(folder).rglob("*"), reverse=True):
            left.unlink() if not left.is_dir() else left.rmdir()


def _in_child(name, judge):
    """What judge() returns in a process with few seconds: HDF5's library may turn in a circle on a damaged heap."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 5))
        with os.fdopen(writing, "w") as answer:
            json.dump(judge(), answer)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended == -signal.SIGXCPU:
        return "refused", f"{name}: needs more than {CPU} s of computing, the limit"
    return tuple(json.loads(text)) if ended == 0 else ("fault", f"the process that read it broke: {ended}")


def _judge(folder, path):
    name = path.name
    try:
        found = describe(folder, [name], 2**24, {"temperature": None})
        if found["refused"]:
            raise GlassvizError(found["refused"][0]["sentence"])
        if found["files"][0]["kind"] == "predictions" and not is_own(path):
            import_predictions([path], point(), folder, PredictionOptions("bond_breaking", "Mine"))
        elif is_own(path):
            read_own(path)
    except GlassvizError as error:
        sentence = str(error)
        says = name in sentence and len(sentence) < LONGEST and FAULT.search(sentence) and not VAGUE.search(sentence)
        return ("refused" if says and "\n" not in sentence else "fault"), sentence
    except Exception:
        return "fault", traceback.format_exc()
    return "reading", ""
