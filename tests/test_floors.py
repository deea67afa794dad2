"""The house: every room imports only from the floors below it, and importing glassviz stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.liquids import REPOSITORY

FLOORS = [
    ("errors", "words", "colours", "publish", "limited", "cache", "kept", "configuration", "systems", "wave_vectors"),
    ("interactions",),
    ("simulation", "structure", "dynamics"),
    ("hdf5", "record", "predictions", "state_point", "dataset"),
    ("formats", "learning"),
    ("figures",),
    ("tasks",),
    ("access", "accounts"),
    ("library", "jobs", "live"),
    (
        "choices",
        "session",
        "inside",
        "score_curves",
        "heterogeneity_words",
        "heterogeneity_curves",
        "network_curves",
        "ladder",
        "tour_words",
        "tour",
    ),
    ("views", "exports"),
    ("pages",),
    ("cli",),
]
ORDER = [room for rooms in FLOORS for room in rooms]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Rooms below the views import at module level only these; whatever else they need is imported where it is used.
# llvmlite is the part of numba that its own vector types are made of.
LIGHT = {"numpy", "scipy", "numba", "llvmlite", "h5py", "safetensors", "glassviz"}
FILES = sorted((REPOSITORY / "glassviz").rglob("*.py"))


def room(path):
    """The first name below glassviz of a file or of a dotted module."""
    return Path(path).relative_to(REPOSITORY / "glassviz").parts[0].removesuffix(".py")


def imports(path, top_only=False):
    """Dotted names that a file imports."""
    tree = ast.parse(path.read_text())
    for node in tree.body if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_rooms_import_from_below(path):
    if path == REPOSITORY / "glassviz" / "__init__.py":
        return
    own = room(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "glassviz" and len(parts) > 1:
            below = FLOOR[parts[1]] < FLOOR[own] or parts[1] == own
            # The single files of a floor stand in an order of their own.
            before = ORDER.index(parts[1]) < ORDER.index(own) and (REPOSITORY / f"glassviz/{own}.py").is_file()
            before = before and FLOOR[parts[1]] == FLOOR[own]
            assert below or before, f"{own} (floor {FLOOR[own]}) imports {name} (floor {FLOOR[parts[1]]})"


@pytest.mark.parametrize("path", [p for p in FILES if p.parent != REPOSITORY / "glassviz" and FLOOR[room(p)] <= 4])
def test_lower_floors_need_few_libraries(path):
    # Training needs torch; the app, which predicts, imports only files without it.
    allowed = LIGHT | sys.stdlib_module_names | ({"torch"} if room(path) == "learning" else set())
    assert {name.split(".")[0] for name in imports(path, top_only=True)} <= allowed


def test_importing_glassviz_loads_nothing_heavy_and_touches_nothing():
    script = (
        "import sys, threading; import glassviz; "
        "heavy = {'numpy', 'numba', 'panel', 'torch', 'h5py', 'bokeh'} & set(sys.modules); "
        "assert not heavy, heavy; assert threading.active_count() == 1; "
        "assert glassviz.KA2D.number == 1290; assert 'panel' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_public_names_are_there():
    import glassviz as gv

    for name in gv.__all__:
        assert getattr(gv, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        gv.nothing  # noqa: B018
