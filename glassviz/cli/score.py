"""`glassviz score`: Pearson correlation of stored models on the test split, next to the ceiling."""

import numpy as np

from glassviz.cli.common import ProgressBar, add_data, model_folders, open_data, parser_of, table
from glassviz.errors import InputError

EXAMPLES = (
    "glassviz score --temperature 0.5",
    "glassviz score --temperature 0.5 --models data/models --type 2 --observable displacement",
)


def add_parser(commands):
    """Register the command."""
    parser = parser_of(commands, "score", "Score stored models on the test split.", EXAMPLES, run)
    add_data(parser)
    parser.add_argument("--temperature", type=float, required=True, metavar="T")
    parser.add_argument("--models", nargs="+", default=[], metavar="FOLDER", help="further folders with models")
    parser.add_argument("--observable", default="bond_breaking", help="bond_breaking (default) or displacement")
    parser.add_argument("--type", type=int, default=1, help="particle type, pooled over the test set (default 1)")


def run(arguments):
    """Print a table for each stored model of this system, temperature and observable."""
    from glassviz.learning.store import methods_for, opened_models
    from glassviz.tasks.score import score

    data = open_data(arguments)
    point = data[arguments.temperature]
    stored = opened_models(*model_folders(arguments.models))
    chosen = methods_for(stored, point, arguments.observable)
    if not chosen:
        raise InputError(
            f"no stored {arguments.observable} model or prediction for {data.system.name} "
            f"at T = {arguments.temperature:g}; glassviz train makes one"
        )
    for entry in chosen:
        with ProgressBar() as progress:
            rows = score(entry, point, arguments.type, progress)
        mean = np.nanmean(point.mean_correlation(arguments.type), axis=0)
        print(f"\n{entry['name']}: type {arguments.type}, {rows[0]['configurations']} test configurations")
        table(
            ("t", "mean C_B", "Pearson", "error", "ceiling"),
            [
                (f"{row['time']:g}", f"{c:.3f}", *(f"{row[name]:.3f}" for name in ("pearson", "error", "ceiling")))
                for row, c in zip(rows, mean, strict=True)
            ],
        )
