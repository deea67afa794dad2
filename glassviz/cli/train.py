"""`glassviz train`: fit a model to the training split of a state point."""

from glassviz.cli.common import ProgressBar, add_data, open_data, parser_of
from glassviz.dataset import home

EXAMPLES = (
    "glassviz train ridge --temperature 0.5",
    "glassviz train glassmlp --temperature 0.5",
    "glassviz train ridge --temperature 0.4 --observable displacement --output data/models --overwrite",
)


def add_parser(commands):
    """Register the command."""
    parser = parser_of(commands, "train", "Fit a model to the training split and store it.", EXAMPLES, run)
    parser.add_argument("kind", help="ridge or glassmlp")
    add_data(parser)
    parser.add_argument("--temperature", type=float, required=True, metavar="T")
    parser.add_argument("--observable", default="bond_breaking", help="bond_breaking (default) or displacement")
    parser.add_argument("--output", metavar="FOLDER", help="model store (default: $GLASSVIZ_HOME/models)")
    parser.add_argument("--overwrite", action="store_true", help="replace a stored model of the same name")


def run(arguments):
    """Train and say where the model lies."""
    from glassviz.tasks.train import train

    point = open_data(arguments)[arguments.temperature]
    with ProgressBar() as progress:
        path = train(
            point,
            arguments.kind,
            arguments.output or home() / "models",
            arguments.observable,
            arguments.overwrite,
            lambda done, total: progress(done, total, "train"),
        )
    print(f"stored {path}")
