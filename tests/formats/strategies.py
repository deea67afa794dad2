"""Files that nobody should be able to harm glassviz with: samples of every format, damaged in every way thought of.

Each strategy draws (name of the file, its bytes). What a reader makes of one is judged by `outcome`.
"""

import io
import json
import os
import re
import resource
import signal
import tempfile
import traceback
import zipfile
from functools import cache
from pathlib import Path

import h5py
import numpy as np
from hypothesis import strategies as st

from glassviz.configuration import Configuration
from glassviz.errors import GlassvizError
from glassviz.formats.own import is_own, read_own
from glassviz.predictions import Predictions, write_predictions
from glassviz.record import Record, write_record
from glassviz.state_point import StatePoint
from glassviz.tasks.import_predictions import PredictionOptions, import_predictions
from glassviz.tasks.understand import describe
from tests.formats.samples import BOTAN, DUMPS, GSD, MODELS, SAMPLES, UNWRAPPED, WRAPPED, XYZ, arrays_of, truth

ARCHIVES = (WRAPPED, UNWRAPPED, BOTAN, MODELS)
TEXTS = (XYZ, *DUMPS, SAMPLES / "walls_plain.dump", SAMPLES / "tilted_plain.dump")
ODD_WORDS = (
    *("nan", "inf", "-inf", "-1", "0", "1.5", "1e400", "1e308", "-1e308", "99999999999999999999", "1_000", "0x10"),
    *(
        "x",
        "",
        "ITEM:",
        "ITEM: ATOMS",
        "\x00",
        "\u0661",
        "\u00b2",
        "\N{FULLWIDTH DIGIT ONE}",
        "T",
        '"',
        "=",
        "{",
        "[",
        "Lattice=",
    ),
    *("Properties=species:S:1:pos:R:3", "pos:R:2", ":", "::::", "None", "true", "1e-320", "\ufeff", "\r", "1" * 400),
)
SUFFIXES = (".npz", ".xyz", ".dump", ".gsd", ".h5", ".txt", ".pkl", "", ".npz.gz")
MAGICS = (
    b"PK\x03\x04",
    b"\x89HDF\r\n\x1a\n",
    GSD.read_bytes()[:8],
    b"ITEM: TIMESTEP\n",
    b"129\n",
    b"\x80\x04\x95",
    b"\x1f\x8b",
)


@cache
def record():
    """A labelled configuration of the small liquid."""
    known, random = truth(), np.random.default_rng(3)
    start = Configuration(known["flat"], known["flat_types"], known["flat_box"])
    labels = random.uniform(0, 1, (2, 2, start.number)).astype(np.float32)
    inherent = Configuration(known["flat_inherent"], start.types, start.box)
    means = {"bond_breaking_means": random.uniform(0, 1, (4, 2))}
    times = np.array([0.1, 2.0])
    return Record("KA2D", 0.6, 7, "test", 1, (2, 2), start, inherent, times, labels, labels, {"software": "x"}, **means)


@cache
def point():
    """The state point that predictions join."""
    return StatePoint([record()])


@cache
def own_files():
    """Bytes of a configuration and of predictions as glassviz writes them, by name."""
    with tempfile.TemporaryDirectory() as folder:
        write_record(Path(folder) / "0007.h5", record())
        values = np.random.default_rng(4).uniform(0, 1, (1, 2, 129))
        given = Predictions("Mine", "KA2D", 0.6, "bond_breaking", record().times, np.array([1]), np.array([7]), values)
        path = write_predictions(folder, given)
        return {"0007.h5": (Path(folder) / "0007.h5").read_bytes(), path.name: path.read_bytes()}


@cache
def prediction_arrays():
    """Arrays of archives of predictions, by the name of the file."""
    random = np.random.default_rng(5)
    several = {"predicted": random.uniform(0, 1, (1, 2, 129)), "index": np.array([7]), "seed": np.array([1])}
    several |= {"times": record().times, "types": record().thermal.types[None], "temperature": np.array([0.6])}
    return {"0007.npz": {"guess": random.uniform(0, 1, (2, 129))}, "all.npz": several}


# Bytes ---------------------------------------------------------------------------------------------------------------


@st.composite
def damaged(draw, content):
    """Bytes with bits flipped, cut off, with something put in, taken out or said twice."""
    content = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        if not content:
            break
        here = draw(st.integers(0, len(content) - 1))
        there = min(len(content), here + draw(st.integers(1, 64)))
        how = draw(st.sampled_from(["flip", "cut", "insert", "delete", "zero", "ones", "repeat"]))
        if how == "flip":
            content[here] ^= 1 << draw(st.integers(0, 7))
        elif how == "cut":
            del content[here:]
        elif how == "insert":
            content[here:here] = draw(st.binary(min_size=1, max_size=40))
        elif how == "delete":
            del content[here:there]
        elif how == "repeat":
            content[here:here] = content[here:there]
        else:
            content[here:there] = bytes([0 if how == "zero" else 255]) * (there - here)
    return bytes(content)


def whole_files():
    """Bytes of every sample by name."""
    files = {path.name: path.read_bytes() for path in (*ARCHIVES, *TEXTS, GSD)}
    files |= own_files()
    return {**files, **{name: _zipped(_members(arrays)) for name, arrays in prediction_arrays().items()}}


@st.composite
def damaged_samples(draw):
    """Any sample with damaged bytes, perhaps under another extension."""
    name, content = draw(st.sampled_from(sorted(whole_files().items())))
    return draw(_renamed(name)), draw(damaged(content))


@st.composite
def noise(draw):
    """Random bytes, often after the first bytes of a format."""
    head = draw(st.sampled_from([b"", *MAGICS]))
    return draw(_renamed("file.npz")), head + draw(st.binary(max_size=400))


@st.composite
def _renamed(draw, name):
    return name if draw(st.booleans()) else Path(name).stem + draw(st.sampled_from(SUFFIXES))


# Texts ---------------------------------------------------------------------------------------------------------------


@st.composite
def odd_texts(draw):
    """Extended XYZ or a LAMMPS dump with words and lines changed, swapped, left out or said twice."""
    path = draw(st.sampled_from(TEXTS))
    # The first rows are enough to be odd in; the head of each frame is where most can go wrong.
    lines = [re.split(r"( +|=|:)", line) for line in path.read_text().splitlines()]
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.one_of(st.integers(0, min(11, len(lines) - 1)), st.integers(0, len(lines) - 1)))
        other = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["word", "word", "word", "swap", "drop", "double", "swap lines", "insert"]))
        words = lines[row]
        at = draw(st.integers(0, len(words) - 1))
        if how == "word":
            words[at] = draw(st.one_of(st.sampled_from(ODD_WORDS), st.text(max_size=12)))
        elif how == "swap":
            to = draw(st.integers(0, len(words) - 1))
            words[at], words[to] = words[to], words[at]
        elif how == "drop" and len(lines) > 1:
            del lines[row]
        elif how == "double":
            lines.insert(row, list(words))
        elif how == "swap lines":
            lines[row], lines[other % len(lines)] = lines[other % len(lines)], lines[row]
        else:
            lines.insert(row, [draw(st.sampled_from(ODD_WORDS))])
    return draw(_renamed(path.name)), "\n".join("".join(words) for words in lines).encode("utf-8", "surrogatepass")


# Arrays --------------------------------------------------------------------------------------------------------------


@st.composite
def odd_array(draw, values):
    """An array with other numbers, of another kind or another shape."""
    values = np.asarray(values)
    how = draw(st.sampled_from(["number", "kind", "shape", "several"]))
    if how in ("kind", "several"):
        kind = draw(st.sampled_from("f2 f4 f8 i1 i2 i8 u1 u8 c16 ? S3 U2 M8[s] m8[s] O V4 >f8 >i4".split()))
        with np.errstate(all="ignore"):
            try:
                values = values.astype(np.dtype(kind) if kind != "V4" else np.dtype([("a", "f8")]))
            except (ValueError, TypeError):
                values = np.zeros(values.shape, kind)
    if how in ("number", "several") and values.dtype.kind in "fi" and values.size:
        values = np.array(values)
        most = np.iinfo(values.dtype).max if values.dtype.kind == "i" else np.inf
        odd = draw(st.sampled_from([np.nan, np.inf, -np.inf, 1e308, -1.0, 0.0, 0.5, 300.0, 1e-320, -1e5]))
        if values.dtype.kind == "i":
            odd = int(min(np.nan_to_num(odd, nan=-7), most))
        with np.errstate(all="ignore"):
            if draw(st.booleans()):
                values = np.full_like(values, np.clip(odd, -most, most))
            else:
                values.reshape(-1)[draw(st.integers(0, values.size - 1))] = np.clip(odd, -most, most)
    if how in ("shape", "several"):
        change = draw(st.sampled_from(["flat", "turned", "fewer", "more", "empty", "scalar", "axis", "wide"]))
        first = values.reshape(-1)[:1]
        values = {
            "flat": lambda: values.reshape(-1),
            "turned": lambda: values.T,
            "fewer": lambda: values[..., :-1] if values.ndim else values,
            "more": lambda: np.concatenate([values.reshape(-1), first]),
            "empty": lambda: values.reshape(-1)[:0],
            "scalar": lambda: first[0] if len(first) else values,
            "axis": lambda: values[None],
            "wide": lambda: np.repeat(values, 2, axis=-1) if values.ndim else values,
        }[change]()
    return np.asarray(values)


def _npy(values, version=None):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(values), version=version, allow_pickle=True)
    return stream.getvalue()


def _members(arrays):
    return {f"{name}.npy": _npy(values) for name, values in arrays.items()}


def _zipped(members, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return stream.getvalue()


@st.composite
def odd_archives(draw):
    """Archives whose arrays, names, headers or packing are not as they should be."""
    name, arrays = draw(
        st.sampled_from([*((p.name, arrays_of(p)) for p in ARCHIVES), *sorted(prediction_arrays().items())])
    )
    arrays, members = dict(arrays), {}
    for _ in range(draw(st.integers(0, 2))):
        which = draw(st.sampled_from(sorted(arrays)))
        how = draw(st.sampled_from(["odd", "odd", "odd", "drop", "rename"]))
        if how == "odd":
            arrays[which] = draw(odd_array(arrays[which]))
        elif len(arrays) > 1:
            values = arrays.pop(which)
            if how == "rename":
                arrays[draw(st.sampled_from(["box", "positions", "types", "bb_prop", "x", "../x", "índice"]))] = values
    members = _members(arrays)
    which = draw(st.sampled_from(sorted(members)))
    how = draw(st.sampled_from(["plain", "plain", "header", "bomb", "bytes", "foreign", "version", "pickle"]))
    if how == "header":
        odd = draw(
            st.sampled_from(
                [b"(9999999999,)", b"(-1,)", b"(1, 2, 3, 4, 5, 6)", b"{}", b"(True,)", b"'|O'", b"__import__"]
            )
        )
        members[which] = re.sub(rb"\([\d, ]*\)|'[<>|]\w\d'", odd, members[which], count=1)
    elif how == "bomb":
        members[which] = _npy(np.zeros(draw(st.integers(1, 4)) * 2**17))
    elif how == "bytes":
        members[which] = draw(damaged(members[which]))
    elif how == "foreign":
        members[draw(st.sampled_from(["readme.txt", "a/b.npy", "/etc/passwd", "..", "x.npz"]))] = b"words"
    elif how == "version":
        members[which] = _npy(arrays[which.removesuffix(".npy")], draw(st.sampled_from([(1, 0), (2, 0), (3, 0)])))
    elif how == "pickle":
        members[which] = _npy(np.array([{"a": 1}, print], dtype=object))
    method = draw(st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]))
    return draw(_renamed(name)), _zipped(members, method)


# HDF5 ----------------------------------------------------------------------------------------------------------------

LINKS = ("soft", "external", "raw", "virtual", "group", "type", "cycle", "many", "lzf", "words", "reference", "bomb")


@st.composite
def odd_own_files(draw):
    """glassviz's own files with items, attributes, links, storage and filters that it does not write."""
    name, content = draw(st.sampled_from(sorted(own_files().items())))
    stream = io.BytesIO(content)
    with h5py.File(stream, "r+") as file:
        # What has been made odd once is not read again.
        arrays = set(file)
        for _ in range(draw(st.integers(1, 3))):
            items = sorted(key for key in file if isinstance(file.get(key, getlink=True), h5py.HardLink))
            if not items:
                break
            which = draw(st.sampled_from(items))
            how = draw(st.sampled_from(["array", "array", "attribute", "attribute", "drop", "link"]))
            if how == "attribute":
                _odd_attribute(draw, file)
            elif how == "drop":
                arrays.discard(which)
                del file[which]
            elif how == "array" and which in arrays:
                values = draw(odd_array(file[which][()]))
                arrays.discard(which)
                del file[which]
                if values.dtype.kind in "fiubcS":
                    file[which] = values
            elif how == "link":
                arrays.discard(which)
                del file[which]
                odd_item(file, which, draw(st.sampled_from(LINKS)))
    content = stream.getvalue()
    return draw(_renamed(name)), draw(damaged(content)) if draw(st.integers(0, 3)) == 0 else content


def _odd_attribute(draw, file):
    name = draw(st.sampled_from(sorted(file.attrs) or ["format"]))
    odd = [
        None,
        "nonsense",
        "",
        b"\xff",
        np.nan,
        np.inf,
        -1,
        2**62,
        np.arange(3),
        np.zeros((2, 2)),
        1e308,
        "{",
        "[]",
        "a" * 500,
    ]
    odd += ["KA", "train", "../../x", np.array(["a", "b"], dtype="S1"), True, h5py.Empty("f8")]
    value = draw(st.sampled_from(range(len(odd))))
    if name in file.attrs:
        del file.attrs[name]
    if odd[value] is not None:
        file.attrs[name] = odd[value]


def odd_item(file, which, how):
    """Put an item of LINKS in the place of an array."""
    if how == "soft":
        file[which] = h5py.SoftLink("/types")
    elif how == "external":
        file[which] = h5py.ExternalLink("/etc/passwd", "/")
    elif how == "raw":
        file.create_dataset(which, (10,), "u1", external=[("/etc/passwd", 0, 10)])
    elif how == "virtual":
        layout = h5py.VirtualLayout((10,), "f8")
        layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (10,))
        file.create_virtual_dataset(which, layout)
    elif how == "group":
        file.create_group(which).create_dataset("inner", data=np.arange(3))
    elif how == "type":
        file[which] = np.dtype("f8")
    elif how == "cycle":
        file.create_group(which)["again"] = file["/"]
    elif how == "many":
        for k in range(100):
            file.require_group(f"g{k}")
    elif how == "lzf":
        file.create_dataset(which, data=np.arange(200.0), compression="lzf")
    elif how == "words":
        file.create_dataset(which, data=["a", "b"], dtype=h5py.string_dtype())
    elif how == "reference":
        file.create_dataset(which, data=np.array([file.ref], dtype=h5py.ref_dtype))
    else:
        file.create_dataset(which, (2**40,), "f8", chunks=(2**12,), compression="gzip")


# GSD -----------------------------------------------------------------------------------------------------------------


@st.composite
def odd_gsd(draw):
    """GSD files by its own library with chunks that HOOMD would not write, or with a damaged header or index."""
    import gsd.fl

    known = truth()
    chunks = {
        "configuration/step": np.array([3], np.uint64),
        "configuration/dimensions": np.array([2], np.uint8),
        "configuration/box": np.array([*known["flat_box"], 0, 0, 0, 0], np.float32),
        "particles/N": np.array([129], np.uint32),
        "particles/position": np.pad(known["flat"], ((0, 0), (0, 1))).astype(np.float32),
        "particles/typeid": (known["flat_types"] - 1).astype(np.uint32),
    }
    for _ in range(draw(st.integers(0, 2))):
        which = draw(st.sampled_from(sorted(chunks)))
        if draw(st.integers(0, 4)) == 0 and len(chunks) > 1:
            del chunks[which]
            continue
        values = draw(odd_array(chunks[which]))
        if values.dtype.kind in "fiu" and values.dtype.itemsize in (1, 2, 4, 8) and 0 < values.ndim < 3 and values.size:
            plain = values.dtype.newbyteorder("=")
            chunks[which] = values.astype("f4" if plain == np.float16 else plain)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.gsd"
        with gsd.fl.open(str(path), "w", "fuzz", "hoomd", [1, 4]) as file:
            for name, values in chunks.items():
                file.write_chunk(name, np.ascontiguousarray(values))
            file.end_frame()
        content = bytearray(path.read_bytes())
    if draw(st.booleans()):
        at = draw(st.integers(8, 63))
        content[at : at + 8] = draw(st.binary(min_size=8, max_size=8))
    return draw(_renamed("two_frames.gsd")), bytes(content)


def files():
    """Any of all of them."""
    kinds = {
        "damaged bytes": damaged_samples(),
        "noise": noise(),
        "odd text": odd_texts(),
        "odd archive": odd_archives(),
        "odd HDF5": odd_own_files(),
        "odd GSD": odd_gsd(),
    }
    # One after the other: one_of would prefer the first ones when it makes examples small.
    return st.sampled_from(sorted(kinds)).flatmap(lambda kind: st.tuples(st.just(kind), kinds[kind]))


# Judgement -----------------------------------------------------------------------------------------------------------

CPU = 2
"""Seconds of computing for one file of HDF5."""
FAULT = re.compile(
    r"expected|expects|not a whole|missing|cut off|damaged|claims|holds no|is a link|would grow|is not a|states|has no|must be|leaves the range|moved|cannot be told|unknown"
)
"""What a sentence must say beside the file's name: what was expected, or what is wrong with it."""
VAGUE = re.compile(r"cannot be used|went wrong|Traceback|[a-z]Error\b|object at 0x|unexpected|NoneType|invalid literal")
"""What no sentence may say: the words of a program to its author."""


def outcome(folder, name, content):
    """("reading" | "refused" | "fault", the sentence or the traceback) of a file put into a folder."""
    path = Path(folder) / name
    path.write_bytes(content)
    try:
        return _in_child(lambda: _judge(folder, path)) if is_own(path) else _judge(folder, path)
    finally:
        for left in sorted(Path(folder).rglob("*"), reverse=True):
            left.unlink() if not left.is_dir() else left.rmdir()


def _in_child(judge):
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
        return "refused", f"needs more than {CPU} s of computing, the limit"
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
        says = name in sentence and FAULT.search(sentence) and not VAGUE.search(sentence)
        return ("refused" if says and "\n" not in sentence else "fault"), sentence
    except Exception:
        return "fault", traceback.format_exc()
    return "reading", ""
