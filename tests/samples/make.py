"""Make the small files of every format that the tests read: python tests/samples/make.py (needs LAMMPS' lmp).

The liquids are simulated by glassviz; every file is written by the library or program whose format it is. `truth.npz`
holds what went in.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1]))

import glassviz as gv  # noqa: E402 - found from the repository's root
from glassviz.simulation import inherent_structure, isoconfigurational  # noqa: E402
from tests.liquids import liquid  # noqa: E402

TIMES = (0.1, 2.0)
NAMES = ("H", "He", "Li")


def main():
    """Write every sample."""
    flat, cube = liquid("KA2D", 129, 0.6, 1500), liquid("KA", 200, 0.8, 400)
    inherent = inherent_structure(flat, gv.KA2D)
    runs = isoconfigurational(flat, gv.KA2D, 0.6, TIMES, 4, seed=3)
    runs_3d = isoconfigurational(cube, gv.KA, 0.8, (0.1,), 4, seed=4)[0]
    truth = {
        "flat": flat.positions,
        "flat_types": flat.types,
        "flat_box": flat.box,
        "flat_inherent": inherent.positions,
    }
    truth |= {"runs": runs, "times": TIMES, "cube": cube.positions, "cube_types": cube.types, "cube_box": cube.box}
    truth["runs_3d"] = runs_3d
    np.savez_compressed(FOLDER / "truth.npz", **truth)
    glassbench(flat, inherent, runs)
    botan(cube, runs_3d)
    models(cube)
    extended_xyz(flat, runs)
    gsd_file(flat, runs)
    lammps(flat)


def glassbench(flat, inherent, runs):
    """Trajectories of one structure at two times: wrapped into +-L/2 without inherent positions, and unwrapped."""
    folder = FOLDER / "T0.60" / "test"
    folder.mkdir(parents=True, exist_ok=True)
    fold = lambda positions: gv.configuration.minimum_image(positions, flat.box)  # noqa: E731
    common = {"types": flat.types, "box": np.float64(flat.box[0])}
    np.savez_compressed(
        folder / "N129T0.60_7_tc01.npz",
        positions=fold(runs[0]),
        initial_positions=fold(flat.positions),
        initial_positions_inherent=np.empty(0),
        **common,
    )
    np.savez_compressed(
        folder / "N129T0.60_7_tc02.npz",
        positions=runs[1],
        initial_positions=flat.positions,
        initial_positions_inherent=inherent.wrap().positions,
        **common,
    )


def botan(cube, runs):
    """BOTAN's names and types from 0, no box."""
    np.savez(
        FOLDER / "isoconfig_N200T0.80_5_tc01.npz",
        types=(cube.types - 1).astype(np.int8),
        initial_positions=cube.positions,
        positions=runs,
    )


def models(cube):
    """A model file of GlassBench: mean propensities at two times, no box."""
    random = np.random.default_rng(8)
    np.savez_compressed(
        FOLDER / "N200T0.80_9.npz",
        types=cube.types,
        initial_positions=cube.positions,
        initial_positions_inherent=inherent_structure(cube, gv.KA).positions,
        bb_prop=random.uniform(0, 1, (2, 200)),
        md_prop=random.uniform(0, 1, (2, 200)),
    )


def extended_xyz(flat, runs):
    """Two frames by ASE."""
    from ase import Atoms
    from ase.io import write

    edges = [*flat.box, 1.0]
    frames = [
        Atoms([NAMES[t - 1] for t in flat.types], np.pad(p, ((0, 0), (0, 1))), cell=edges, pbc=[True, True, False])
        for p in (flat.positions, runs[0, 0])
    ]
    write(FOLDER / "two_frames.xyz", frames, format="extxyz")


def gsd_file(flat, runs):
    """Two frames by gsd, in HOOMD's schema."""
    import gsd.hoomd

    with gsd.hoomd.open(FOLDER / "two_frames.gsd", "w") as file:
        for step, positions in enumerate((flat.positions, runs[0, 0])):
            frame = gsd.hoomd.Frame()
            frame.configuration.step = step
            frame.configuration.dimensions = 2
            frame.configuration.box = [*flat.box, 0, 0, 0, 0]
            frame.particles.N = flat.number
            frame.particles.types = ["A", "B", "C"]
            frame.particles.typeid = flat.types - 1
            folded = gv.configuration.minimum_image(positions, flat.box)
            frame.particles.position = np.pad(folded, ((0, 0), (0, 1)))
            file.append(frame)


SCRIPT = """units lj
dimension 2
boundary {boundary} p
atom_style atomic
read_data start.data
mass * 1
pair_style lj/cut 2.5
pair_coeff * * 1 0.9
{before}
dump scaled all custom 5 {name}_scaled.dump id type xs ys zs
dump plain all custom 5 {name}_plain.dump type id vx x y z
dump unwrapped all custom 5 {name}_unwrapped.dump id type xu yu zu
dump_modify scaled sort off format float %.14g
dump_modify plain sort off format float %.14g
dump_modify unwrapped sort off format float %.14g units yes time yes
velocity all create 0.6 12345
fix 1 all nve
fix 2 all enforce2d
run 5
"""


def lammps(flat):
    """Dumps of two frames by LAMMPS, and the first bytes of a tilted and of a non-periodic box."""
    wrapped = flat.wrap().positions
    rows = "\n".join(
        f"{k + 1} {t} {x:.15g} {y:.15g} 0" for k, (t, (x, y)) in enumerate(zip(flat.types, wrapped, strict=True))
    )
    edges = "\n".join(f"0 {edge:.15g} {axis}lo {axis}hi" for axis, edge in zip("xy", flat.box, strict=True))
    header = f"sample\n\n{flat.number} atoms\n3 atom types\n\n{edges}\n-0.5 0.5 zlo zhi\n"
    (FOLDER / "start.data").write_text(f"{header}\nAtoms\n\n{rows}\n")
    for name, boundary, before in (
        ("ka2d", "p p", ""),
        ("tilted", "p p", "change_box all triclinic\nchange_box all xy final 1.0 remap"),
        ("walls", "f p", ""),
    ):
        (FOLDER / "in.sample").write_text(SCRIPT.format(boundary=boundary, before=before, name=name))
        subprocess.run(["lmp", "-in", "in.sample", "-log", "none", "-screen", "none"], cwd=FOLDER, check=True)
    for name in ("tilted_scaled", "tilted_unwrapped", "walls_scaled", "walls_unwrapped"):
        (FOLDER / f"{name}.dump").unlink()
    (FOLDER / "start.data").unlink()
    (FOLDER / "in.sample").unlink()


if __name__ == "__main__":
    main()
