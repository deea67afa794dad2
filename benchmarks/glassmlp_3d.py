"""GlassMLP in three dimensions, on the published Kob-Andersen files of BOTAN: ridge, network after each phase, ceiling.

    python benchmarks/glassmlp_3d.py FOLDER [--output DATA] [--seeds 3]

FOLDER holds train/isoconfig_N4096T0.44_{1..8}_tc07.npz and test/..._{401,402,403}_tc07.npz (H. Shiba et al., J. Chem.
Phys. 158, 084503, 2023). Files 1-6 train, 7 and 8 validate, 401-403 are scored and nothing else; type 1 (A),
displacement at t = 4120. The files are imported into DATA (default: a temporary folder), where quenches are kept.
"""

import argparse
import re
import tempfile
import time
from pathlib import Path

import numpy as np

import glassviz as gv
from glassviz.learning.method_table import method_table
from glassviz.learning.store import entry_of
from glassviz.learning.training import SCHEDULE
from glassviz.tasks.import_ import ImportOptions, import_files
from glassviz.tasks.score import predictions_on_test

SPLITS = {"train": range(1, 7), "validation": range(7, 9), "test": range(401, 404)}
COLUMNS = (
    "pearson",
    "error",
    "ceiling",
    "variance_ratio",
    "noise_free_variance_ratio",
    "C_2",
    "C_2_md",
    "C_4",
    "C_4_md",
)


def state_point(folder, output):
    """The files as a state point, imported where they are not yet."""
    numbers = {int(re.search(r"_(\d+)_tc07", path.name)[1]): path for path in sorted(Path(folder).rglob("*_tc07.npz"))}
    for split, wanted in SPLITS.items():
        import_files([numbers[k] for k in wanted], output, ImportOptions(split=split))
    return gv.open(output)[0.44]


def row(name, model, point, seconds):
    """One line of the table, from the scores on the test files."""
    table = method_table(predictions_on_test(entry_of(model, name), point), point, "displacement")
    print(f"{name:>14}", *(f"{table[0][column]:>8.3f}" for column in COLUMNS), f"{seconds:6.0f}", flush=True)


def seed_scores(model, point):
    """Pearson correlation of each seed alone, as text."""
    places = [k for k, split in enumerate(point.split) if split == "test"]
    own = [point.configurations[k].types == 1 for k in places]
    each = [
        model.predict_each(point.configurations[k], point.inherent[k])[:, 0, mine]
        for k, mine in zip(places, own, strict=True)
    ]
    true = np.concatenate([point.displacement[k, 0, mine] for k, mine in zip(places, own, strict=True)])
    return ", ".join(f"{gv.learning.pearson(guess, true):.3f}" for guess in np.concatenate(each, axis=1))


def main():
    """Import, train, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--output")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        point = state_point(arguments.folder, arguments.output or Path(temporary) / "ka")
        print(f"{'':>14}", *(f"{name[:8]:>8}" for name in COLUMNS), "seconds", sep=" ")
        start = time.perf_counter()
        ridge = gv.Ridge.fit(point, "displacement", types=(1,))
        row("ridge", ridge, point, time.perf_counter() - start)
        for name, schedule in (("phase one", SCHEDULE[:2]), ("whole loss", SCHEDULE)):
            start = time.perf_counter()
            model = gv.GlassMLP.fit(point, "displacement", types=(1,), seeds=arguments.seeds, schedule=schedule)
            row(name, model, point, time.perf_counter() - start)
            print(f"{'':>14} seeds alone: {seed_scores(model, point)}")
        print(f"lengths {model.lengths}, {len(model.kept[1])} inputs of {len(model.descriptor_names)} descriptors")


if __name__ == "__main__":
    main()
