"""`glassviz figure`: a publication figure of the app as PNG, SVG or PDF, its numbers as CSV, its Python lines."""

from pathlib import Path

from glassviz.cli.common import add_data, model_folders, parser_of, table
from glassviz.errors import InputError
from glassviz.publish import check_place

EXAMPLES = (
    "glassviz figure",
    "glassviz figure decay --output decay.pdf --output decay.csv",
    "glassviz figure scores --temperature 0.5 --score pearson_ceiling --output scores.svg",
    "glassviz figure snapshot --temperature 0.4 --configuration 5 --third-view difference --output snapshot.png",
    "glassviz figure s_4 --temperature 0.4 --time 434 --md-from all --q-range 0.2 0.6 --no-cubic --output s_4.pdf",
)
# Option: its type and what it says. What a figure does not depend on is an error that lists what it does.
CHOICES = {
    "temperature": (float, "T"),
    "time": (float, "t, one of the labels' times"),
    "configuration": (int, "index, as of 0007.h5"),
    "model": (str, "name of a model or of predictions made elsewhere"),
    "observable": (str, "bond_breaking or displacement"),
    "type": (int, "particle type"),
    "score": (str, "pearson, pearson_ceiling, noise_free_variance_ratio, C_near, C_middle, C_far or chi_4_ratio"),
    "level": (float, "mean C_B at which temperatures are compared, 0.8 or 0.5"),
    "particle": (int, "particle that is followed, from 0"),
    "descriptor": (str, 'as "energy L=1.5 all"'),
    "seed": (int, "which network of a model, from 0"),
    "positions": (str, "thermal or inherent"),
    "copies": (int, "periodic copies along each axis"),
    "colour-range": (str, "full or data"),
    "third-view": (str, "difference, model or descriptor: a third snapshot"),
    "second-model": (str, "model of the third snapshot"),
    "coloured-by": (str, "measured, predicted, type or descriptor"),
    "cloud": (str, "one or test: points of one configuration or of all test configurations"),
    "time-axis": (str, "absolute or scaled by the relaxation time"),
    "static-view": (str, "pair_correlation or structure_factor"),
    "pair": (str, "two types, as 12"),
    "collective": (str, "chi_4, chord, cluster, xi, chi or A"),
    "md-from": (str, "test or all: configurations of molecular dynamics that count"),
    "across": (str, "temperature or level: along what a tGlassMLP is shown"),
    "weighing": (str, "attention or bottleneck: w, or w |B|"),
    "part": (str, "all, density, energy, perimeter or energy_variance: descriptors that are counted"),
    "averaged": (str, 'each, "type 1", ... or all: averages that are counted'),
    "length-rule": (str, "sum or integral: how the mean length xi_int is formed"),
    "smoothing": (float, "length over which a field is smoothed, in sigma_11"),
}


def add_parser(commands):
    """Register the command."""
    parser = parser_of(commands, "figure", "Make a publication figure; without a name, list them.", EXAMPLES, run)
    parser.add_argument("name", nargs="?", metavar="NAME", help="which figure")
    add_data(parser)
    parser.add_argument("--models", nargs="+", default=[], metavar="FOLDER", help="further folders with models")
    parser.add_argument(
        "--output", action="append", metavar="FILE", help="file to write, .png .svg .pdf .csv or .py; may be repeated"
    )
    for name, (kind, words) in CHOICES.items():
        parser.add_argument(f"--{name}", type=kind, help=words, metavar=name.upper())
    parser.add_argument("--q-range", nargs=2, type=float, metavar=("LOW", "HIGH"), help="range of the fit of S_4(q)")
    parser.add_argument("--no-cubic", dest="cubic", action="store_false", default=None, help="fit of S_4 with A = 0")
    parser.add_argument("--no-published", dest="published", action="store_false", default=None, help="only own scores")


def run(arguments):
    """List the figures, or make one and write it."""
    from glassviz.exports.make import figure
    from glassviz.exports.registry import FIGURES, entry_named
    from glassviz.figures.product import SUFFIXES

    if arguments.name is None:
        table(("figure", "what it shows"), [(name, entry.title) for name, entry in FIGURES.items()])
        return
    entry_named(arguments.name)
    for path in arguments.output or ():
        if Path(path).suffix.lower() not in SUFFIXES:
            raise InputError(f"output is {path!r}, expected a name that ends in one of {', '.join(SUFFIXES)}")
        check_place(path)
    names = [*(name.replace("-", "_") for name in CHOICES), "q_range", "cubic", "published"]
    choices = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    models = model_folders(arguments.models) if arguments.models else None
    made = figure(arguments.name, *(arguments.data or ()), models=models, **choices)
    for path in arguments.output or [f"{arguments.name}.pdf"]:
        print(made.save(path))
