"""`glassviz train`: fit a model to the training split of a state point."""

from glassviz.cli.common import add_data, parser_of, run_job

EXAMPLES = (
    "glassviz train ridge --temperature 0.5",
    "glassviz train glassmlp --temperature 0.5",
    "glassviz train glassmlp --temperature 0.4 --quick --types 1 --seeds 8 --overwrite",
    "glassviz train glassmlp --temperature 0.4 --observables density energy perimeter energy_variance displacement",
    "glassviz train ridge --temperature 0.4 --observable displacement --output data/models --overwrite",
)
OPTIONS = (
    "kind",
    "data",
    "temperature",
    "observable",
    "output",
    "overwrite",
    "types",
    "times",
    "lengths",
    "observables",
    "seeds",
    "seed",
    "schedule",
    "device",
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
    parser.add_argument("--types", nargs="+", type=int, metavar="TYPE", help="particle types (default: all)")
    parser.add_argument("--times", nargs="+", type=float, metavar="TIME", help="label times (default: all)")
    parser.add_argument("--lengths", nargs="+", type=float, metavar="L", help="coarse-graining lengths")
    words = (
        "descriptors, of density, energy, perimeter, energy_variance, displacement (thermal from inherent positions)"
    )
    parser.add_argument("--observables", nargs="+", metavar="NAME", help=words)
    networks = parser.add_argument_group("glassmlp")
    networks.add_argument("--seeds", type=int, metavar="N", help="networks for each type and time (default: 4)")
    networks.add_argument("--seed", type=int, metavar="N", help="seed of all random numbers (default: 0)")
    words = "a fifth of the published epochs, for trying out"
    networks.add_argument("--quick", dest="schedule", action="store_const", const="quick", help=words)
    networks.add_argument("--device", metavar="DEVICE", help="cpu (default) or cuda")


def run(arguments):
    """Train and say where the model lies."""
    print(f"stored {run_job('train', arguments, OPTIONS)}")
