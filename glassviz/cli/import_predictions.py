"""`glassviz import-predictions`: what another method predicts joins the scores and pages."""

from glassviz.cli.common import ProgressBar, add_data, open_data, parser_of
from glassviz.dataset import EMBEDDED, home
from glassviz.predictions import read_predictions

EXAMPLES = (
    "glassviz import-predictions mine/0007.npz mine/0008.npz --name MyNet --temperature 0.4",
    "glassviz import-predictions predicted.npz --name ridge-2 --temperature 0.5 --observable displacement",
    "glassviz import-predictions KA2D_models/T0.30/test/*.npz --data my_data/ka2d --temperature 0.3",
)


def add_parser(commands):
    """Register the command."""
    parser = parser_of(
        commands,
        "import-predictions",
        "Join predictions made elsewhere to a data set: archives as `glassviz predict` writes them, one array "
        "(n_times, N) for each configuration, or model files of GlassBench with BOTAN, CAGE, ...",
        EXAMPLES,
        run,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help=".npz")
    add_data(parser)
    parser.add_argument("--temperature", type=float, required=True, metavar="T")
    parser.add_argument("--name", help="of the method (GlassBench's files: only this array; default all)")
    parser.add_argument("--observable", default="bond_breaking", help="bond_breaking (default) or displacement")
    parser.add_argument(
        "--time", type=float, nargs="+", default=[], metavar="t", help="of the rows, where the file does not say"
    )
    parser.add_argument(
        "--output",
        metavar="FOLDER",
        help="data set folder (default: the first of --data; for embedded data $GLASSVIZ_HOME/data/<set>)",
    )


def run(arguments):
    """Import and say what was written."""
    from glassviz.tasks.import_predictions import PredictionOptions, import_predictions

    data = open_data(arguments)
    options = PredictionOptions(arguments.observable, arguments.name, tuple(arguments.time))
    own = data.folders[0]
    embedded = own.resolve().is_relative_to(EMBEDDED)
    folder = arguments.output or (home() / "data" / own.name if embedded else own)
    with ProgressBar() as progress:
        written = import_predictions(arguments.files, data[arguments.temperature], folder, options, progress)
    for path in written:
        found = read_predictions(path)
        times = ", ".join(f"{t:g}" for t in found.times)
        plural = "s" * (len(found.indices) != 1)
        print(f"wrote {path}: now {len(found.indices)} configuration{plural}, t = {times}")
