"""BOTAN's archives: replicas of Kob-Andersen structures at one time.

Source: Shiba, Hanai, Suzumura, Shimokawabe, J. Chem. Phys. 158, 084503 (2023).
"""

from glassviz.errors import DataError
from glassviz.formats.archive import open_archive
from glassviz.formats.glassbench import read_archive

EXPECTED = {"types", "initial_positions", "positions"}


def is_botan(headers):
    """Whether an archive's arrays are BOTAN's: replicas in three dimensions, and no box."""
    return headers.keys() >= EXPECTED and "box" not in headers and headers["positions"][0][-1:] == (3,)


def read_botan(path):
    """A file `isoconfig_N4096T0.44_{structure}_tc{code}.npz` as a Reading.

    types : (N,), 0 and 1, counted from 1 here; initial_positions : (N, 3); positions : (N_R, N, 3), unwrapped
    The box is not stored: L = (N / 1.2)^(1/3), and a note says so.
    """
    headers = open_archive(path)
    if not is_botan(headers):
        raise DataError(f"{path}: holds {sorted(headers)}, expected BOTAN's {sorted(EXPECTED)} in three dimensions")
    return read_archive(path, "BOTAN replicas")
