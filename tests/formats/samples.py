"""The sample files, what went into them, and altered copies."""

import zipfile
from functools import cache
from pathlib import Path

import numpy as np

from tests.liquids import SHARED

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
WRAPPED = SAMPLES / "T0.60" / "test" / "N129T0.60_7_tc01.npz"
UNWRAPPED = SAMPLES / "T0.60" / "test" / "N129T0.60_7_tc02.npz"
BOTAN = SAMPLES / "isoconfig_N200T0.80_5_tc01.npz"
MODELS = SAMPLES / "N200T0.80_9.npz"
XYZ = SAMPLES / "two_frames.xyz"
GSD = SAMPLES / "two_frames.gsd"
DUMPS = [SAMPLES / f"ka2d_{kind}.dump" for kind in ("scaled", "plain", "unwrapped")]
REAL_2D_COLD = SHARED / "ka2d_glassbench" / "N1290T0.23_202_tc05.npz"
REAL_2D = SHARED / "ka2d_glassbench" / "N1290T0.30_3_tc01.npz"
REAL_3D = SHARED / "ka_T0.44_botan" / "test" / "isoconfig_N4096T0.44_401_tc07.npz"


@cache
def truth():
    """Arrays that went into the samples."""
    return arrays_of(SAMPLES / "truth.npz")


def arrays_of(path):
    """All arrays of an archive."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def altered_archive(source, path, drop=(), **changes):
    """A copy of an archive with arrays replaced or left out."""
    arrays = {name: values for name, values in arrays_of(source).items() if name not in drop}
    np.savez_compressed(path, **{**arrays, **changes})
    return path


def altered_text(source, path, *pairs):
    """A copy of a text file with the first occurrence of each old text replaced by the new one."""
    text = source.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    return path


def bomb(path, megabytes=200):
    """An archive that grows a thousandfold when unpacked."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open("types.npy", "w") as member:
        header = {"descr": "<f8", "fortran_order": False, "shape": (megabytes * 131072,)}
        np.lib.format.write_array_header_1_0(member, header)
        for _ in range(megabytes):
            member.write(bytes(2**20))
    return path
