"""`glassviz predict`: propensities of stored configurations from a trained model."""

from glassviz.cli.common import ProgressBar, add_data, open_data, parser_of

EXAMPLES = ("glassviz predict data/models/ka2d-ridge-bond_breaking-T0.5000 --split test --output predicted.npz",)


def add_parser(commands):
    """Register the command."""
    parser = parser_of(commands, "predict", "Predict propensities and write them to an .npz archive.", EXAMPLES, run)
    parser.add_argument("model", metavar="MODEL", help="folder of a stored model")
    add_data(parser)
    parser.add_argument("--temperature", type=float, metavar="T", help="default: the model's own")
    parser.add_argument("--split", help="only train, validation or test configurations")
    parser.add_argument("--output", required=True, metavar="FILE", help="archive to write (.npz)")


def run(arguments):
    """Predict and say what was written."""
    from glassviz.learning import load_model
    from glassviz.tasks.predict import predict

    temperature = load_model(arguments.model).temperature if arguments.temperature is None else arguments.temperature
    point = open_data(arguments)[temperature]
    with ProgressBar() as progress:
        path = predict(arguments.model, point, arguments.output, arguments.split, progress)
    print(f"wrote {path}")
