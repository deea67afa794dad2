"""`glassviz score`: how good each method is on the test split, next to the ceiling."""

import numpy as np

from glassviz.cli.common import ProgressBar, add_methods, open_methods, parser_of, table
from glassviz.errors import InputError
from glassviz.publish import check_place

EXAMPLES = (
    "glassviz score",
    "glassviz score --temperature 0.5 --descriptors",
    "glassviz score --temperature 0.5 --models data/models --type 2 --observable displacement --csv scores.csv",
)


def add_parser(commands):
    """Register the command."""
    parser = parser_of(commands, "score", "Score every method on the test split.", EXAMPLES, run)
    add_methods(parser)
    parser.add_argument("--descriptors", action="store_true", help="also the best single descriptor of each kind")
    parser.add_argument("--csv", metavar="FILE", help="write all scores with errors, units and origin")


def run(arguments):
    """Print a table for each method of each temperature; write them where asked."""
    from glassviz.learning.store import methods_for
    from glassviz.tasks.judge import judge
    from glassviz.tasks.score_csv import write_scores

    if arguments.csv is not None:
        check_place(arguments.csv)
    data, stored, temperatures = open_methods(arguments)
    judged = []
    for temperature in temperatures:
        methods = methods_for(stored, data[temperature], arguments.observable)
        if not methods and not arguments.descriptors:
            missing(data, temperature, arguments)
        for entry in methods:
            with ProgressBar() as progress:
                tables = judge(entry, data[temperature], progress)
            if arguments.type in tables:
                judged.append((entry, temperature, arguments.type, tables[arguments.type]))
                show(*judged[-1], data.system.dimension)
        if arguments.descriptors:
            judged += single(data, temperature, arguments)
    if arguments.csv is not None:
        print(f"\n{write_scores(judged, data, arguments.csv)} rows: {arguments.csv}")


def missing(data, temperature, arguments):
    """Say which command makes a model; an error where it was asked for by its temperature."""
    sentence = (
        f"no stored {arguments.observable} model or prediction for {data.system.name} at T = {temperature:g}; "
        f"glassviz train ridge --temperature {temperature:g} --observable {arguments.observable} makes one"
    )
    if arguments.temperature is not None:
        raise InputError(sentence)
    print(f"\n{sentence}")


def show(entry, temperature, kind, rows, dimension):
    """The table of one method."""
    from glassviz.learning.method_table import correlation_names

    names = correlation_names(dimension)
    heads = {"correlation": "mean C_B", "pearson": "Pearson", "error": "error", "seed_spread": "networks",
             "ceiling": "ceiling", "noise_free_variance_ratio": "variance"}  # fmt: skip
    several = np.isfinite([row["seed_spread"] for row in rows]).any()
    if not several:
        del heads["seed_spread"]
    test = max((row["configurations"] for row in rows), default=0)
    print(f"\n{entry['name']}: T = {temperature:g}, type {kind}, {test} test configuration{'s' * (test != 1)}")
    table(
        ("t", *heads.values(), *(f"{name} (MD)" for name in names), "chi_4"),
        [
            (
                f"{row['time']:g}",
                *(f"{row[name]:.3f}" for name in heads),
                *(f"{row[name]:.2f} ({row[f'{name}_md']:.2f})" for name in names),
                f"{row['chi_4_ratio']:.2f} ± {row['chi_4_ratio_error']:.2f}",
            )
            for row in rows
        ],
    )
    print(
        "MD without replica noise: variance, chi_4 (from 3 test configurations on) predicted / MD; C_R predicted (MD)"
    )
    if several:
        print("networks: how far the Pearson correlations of single networks scatter; all else is of their mean")
    if test < 2:
        print("one test configuration: no errors can be told")


def single(data, temperature, arguments):
    """Print the best single descriptor of each kind at each time; returns them as judged methods."""
    from glassviz.learning.single_descriptors import single_descriptors

    with ProgressBar() as progress:
        found = single_descriptors(data[temperature], arguments.observable, arguments.type, progress)
    kinds = list(dict.fromkeys(name.split(" ")[0] for name in found.names))
    print(f"\nbest single descriptors: T = {temperature:g}, type {arguments.type}, chosen on training and validation")
    rows, judged = [], []
    for kind in kinds:
        best = [row for row in found.best(kind) if row is not None and np.isfinite(row["pearson"])]
        rows += [
            (kind, f"{r['time']:g}", *(f"{r[n]:.3f}" for n in ("pearson", "error", "training")), r["descriptor"])
            for r in best
        ]
        entry = {"name": f"single descriptor, {kind}", "kind": "descriptor", "observable": arguments.observable}
        judged.append((entry, temperature, arguments.type, best))
    table(("kind", "t", "Pearson", "error", "training", "descriptor"), rows)
    return judged
