"""`glassviz export`: a configuration with propensity and prediction as extended XYZ."""

from glassviz.cli.common import add_data, open_data, parser_of
from glassviz.errors import InputError
from glassviz.publish import check_place

EXAMPLES = (
    "glassviz export --temperature 0.5 --configuration 1 --all-times --output frozen.xyz",
    "glassviz export --temperature 0.4 --configuration 2 --time 10 "
    "--model data/models/ka2d-ridge-bond_breaking-T0.4000 --output predicted.xyz",
)


def add_parser(commands):
    """Register the command."""
    parser = parser_of(
        commands,
        "export",
        "Write a configuration with its propensities as extended XYZ, which OVITO and ASE open.",
        EXAMPLES,
        run,
    )
    add_data(parser)
    parser.add_argument("--temperature", type=float, required=True, metavar="T", help="of the state point")
    parser.add_argument("--configuration", type=int, required=True, metavar="I", help="number of its file, as 0007.h5")
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument(
        "--time", type=float, metavar="t", help="one of the times with labels; glassviz info lists them"
    )
    chosen.add_argument("--all-times", action="store_true", help="columns with one number for each time")
    parser.add_argument("--model", metavar="FOLDER", help="stored model, whose prediction becomes a column")
    parser.add_argument("--output", required=True, metavar="FILE", help="file to write (.xyz)")


def run(arguments):
    """Export and say what was written."""
    from glassviz.tasks.export import export

    if not str(arguments.output).endswith((".xyz", ".extxyz")):
        raise InputError(f"output is {arguments.output}, expected a name that ends in .xyz or .extxyz")
    check_place(arguments.output)
    point = open_data(arguments)[arguments.temperature]
    path = export(point, arguments.configuration, arguments.output, arguments.time, arguments.model)
    print(f"wrote {path}")
