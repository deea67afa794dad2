"""`glassviz predict`: propensities of stored configurations from a trained model."""

from pathlib import Path

from glassviz.cli.common import add_data, parser_of, run_job

EXAMPLES = (
    "glassviz predict data/models/ka2d-ridge-bond_breaking-T0.5000 --split test --output predicted.npz",
    "glassviz predict MODELS/ka2d-tglassmlp-bond_breaking-Tmin0.3500 --temperature 0.3 --levels 0.8 --output cold.npz",
)
OPTIONS = ("model", "data", "temperature", "split", "levels", "output")


def add_parser(commands):
    """Register the command."""
    parser = parser_of(commands, "predict", "Predict propensities and write them to an .npz archive.", EXAMPLES, run)
    parser.add_argument("model", metavar="MODEL", help="folder of a stored model")
    add_data(parser)
    parser.add_argument("--temperature", type=float, metavar="T", help="default: the model's own")
    parser.add_argument("--split", help="only train, validation or test configurations")
    words = "mean propensities C_B, of tGlassMLP (default: those of the label times)"
    parser.add_argument("--levels", nargs="+", type=float, metavar="C", help=words)
    parser.add_argument("--output", required=True, metavar="FILE", help="archive to write (.npz)")


def run(arguments):
    """Predict and say what was written."""
    if Path(arguments.model).is_dir():
        arguments.model = str(Path(arguments.model).absolute())
    print(f"wrote {run_job('predict', arguments, OPTIONS)}")
