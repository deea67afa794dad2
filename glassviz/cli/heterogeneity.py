"""`glassviz heterogeneity`: chi_4, S_4(q) with its fit, chord lengths and clusters of MD and of every method."""

from glassviz.cli.common import ProgressBar, add_methods, open_methods, parser_of, table
from glassviz.publish import check_place

EXAMPLES = (
    "glassviz heterogeneity --temperature 0.4",
    "glassviz heterogeneity --temperature 0.4 --split all --q-range 0.18 1.2 --no-cubic",
    "glassviz heterogeneity --observable displacement --csv heterogeneity.csv",
)


def add_parser(commands):
    """Register the command."""
    from glassviz.tasks.heterogeneity import FIT_RANGE

    summary = "Show dynamic heterogeneity of molecular dynamics and of every method."
    parser = parser_of(commands, "heterogeneity", summary, EXAMPLES, run)
    add_methods(parser)
    parser.add_argument(
        "--split", default="test", help="configurations of molecular dynamics: test (default) or all labelled ones"
    )
    parser.add_argument(
        "--q-range", nargs=2, type=float, default=FIT_RANGE, metavar=("LOW", "HIGH"),
        help=f"of the fit of S_4(q) (default {FIT_RANGE[0]:g} {FIT_RANGE[1]:g})",
    )  # fmt: skip
    parser.add_argument("--no-cubic", dest="cubic", action="store_false", help="fit with A = 0")
    parser.add_argument("--csv", metavar="FILE", help="write all of it with units and origin")


def run(arguments):
    """Print a table for each method of each temperature; write them where asked."""
    from glassviz.learning.store import methods_for
    from glassviz.tasks.heterogeneity import heterogeneity
    from glassviz.tasks.heterogeneity_csv import write_heterogeneity

    if arguments.csv is not None:
        check_place(arguments.csv)
    (data, stored, temperatures), known = open_methods(arguments), []
    chosen = (arguments.observable, arguments.type, arguments.split)
    for temperature in temperatures:
        point = data[temperature]
        for entry in (None, *methods_for(stored, point, arguments.observable)):
            with ProgressBar() as progress:
                found = heterogeneity(point, entry, *chosen, progress)
            fits = [found.fit(slot, tuple(arguments.q_range), arguments.cubic) for slot in range(len(found.times))]
            known.append((found, temperature, fits))
            show(*known[-1])
    if arguments.csv is not None:
        print(f"\n{write_heterogeneity(known, data, arguments.csv)} rows: {arguments.csv}")


def show(found, temperature, fits):
    """The table of one method."""
    number = max(found.configurations, default=0)
    print(f"\n{found.name}: T = {temperature:g}, type {found.type_number}, {number} configurations")
    header = ("t", "mean C_B", "chi_4", "chord", "cluster", "xi", "chi", "A")
    table(header, [_row(found, slot, fit) for slot, fit in enumerate(fits)])
    refused = [f"  t = {found.times[k]:g}: {fit.message}" for k, fit in enumerate(fits) if fit and fit.reason]
    if refused:
        print("no number where the data do not identify it:", *refused, sep="\n")


def _row(found, slot, fit):
    """One label time as words."""
    parameters = ["-"] * 3
    if fit is not None and not fit.reason:
        parameters = [_word(getattr(fit, name), fit.error(name)) for name in ("xi", "chi", "A")]
    return (
        f"{found.times[slot]:g}",
        f"{found.correlation[slot]:.3f}",
        _word(found.chi_4[slot], found.chi_4_error[slot]),
        _word(found.chord[slot], found.chord_error[slot]),
        _word(found.cluster[slot], found.cluster_error[slot]),
        *parameters,
    )


def _word(value, error):
    """A number with its error, or - where there is none; a parameter that was not fitted has none."""
    if value != value:
        return "-"
    return f"{value:.3g} ± {error:.2g}" if error == error else f"{value:.3g}"
