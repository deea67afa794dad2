"""`glassviz import`: files of other formats into a data set."""

from glassviz.cli.common import ProgressBar, parser_of, table
from glassviz.dataset import home
from glassviz.record import SPLITS
from glassviz.systems import SYSTEMS

EXAMPLES = (
    "glassviz import T0.30/test/N1290T0.30_3_tc01.npz --dry-run",
    "glassviz import isoconfig_N4096T0.44_401_tc07.npz --split test --output my_data/ka",
    "glassviz import dump.lammpstrj --system KA2D --temperature 0.4 --output my_data/ka2d",
    "glassviz import N1290T0.30_7.npz --mean-of 20 --output my_data/ka2d",
)


def add_parser(commands):
    """Register the command."""
    parser = parser_of(
        commands,
        "import",
        "Read extended XYZ, LAMMPS text dumps, GSD, GlassBench and BOTAN .npz, each recognised by its content, into a "
        "data set. Replicas become propensities; inherent positions are quenched where a file has none.",
        EXAMPLES,
        run,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="files of one structure at several times are joined")
    parser.add_argument("--output", metavar="FOLDER", help="data set folder (default: $GLASSVIZ_HOME/data/<system>)")
    parser.add_argument("--system", help=f"{', '.join(SYSTEMS)} (default: the one that fits)")
    parser.add_argument("--temperature", type=float, metavar="T", help="where file and name do not tell")
    parser.add_argument(
        "--time",
        type=float,
        nargs="+",
        default=[],
        metavar="t",
        help="of each file of replicas, or of the propensities",
    )
    parser.add_argument("--split", help=f"{', '.join(SPLITS)} (default: as the folder is called, else test)")
    parser.add_argument(
        "--mean-of",
        type=int,
        metavar="n",
        help="keep propensities given only as means over n replicas, in both halves: ceilings then read 1",
    )
    parser.add_argument("--quench", action="store_true", help="make inherent positions anew where a file has them too")
    parser.add_argument("--dry-run", action="store_true", help="only say what was understood and what is missing")


def run(arguments):
    """Import and say what was written, or only what would be."""
    from glassviz.tasks.import_ import ImportOptions, import_files, understand

    options = ImportOptions(
        system=arguments.system,
        temperature=arguments.temperature,
        times=tuple(arguments.time),
        split=arguments.split,
        mean_of=arguments.mean_of,
        quench=arguments.quench,
    )
    if arguments.dry_run:
        for reading in understand(arguments.files, options):
            describe(reading)
        return
    folder = arguments.output or (lambda system: home() / "data" / system.name.lower())
    with ProgressBar() as progress:
        written, left_out = import_files(arguments.files, folder, options, progress)
    for sentence in dict.fromkeys(left_out):
        print(sentence)
    for path in written:
        print(f"wrote {path}")
    if not written:
        print("nothing new was written")


def describe(reading):
    """What a file holds, what was assumed, what is missing."""
    first = reading.structures[0]
    times = "unknown" if first.times is None else ", ".join(f"{time:g}" for time in first.times)
    replicas = "" if first.replicas is None else f", {first.replicas.shape[1]} replicas"
    means = [name for name in ("bond_breaking", "displacement") if getattr(first, name) is not None]
    print(f"{reading.path}: {reading.format}")
    table(
        ("item", "value"),
        [
            ("system", reading.system.name if reading.system else "none"),
            ("temperature", "unknown" if reading.temperature is None else f"T = {reading.temperature:g}"),
            ("split", reading.split or "not said, test"),
            ("structures", f"{len(reading.structures)} of N = {first.thermal.number}, d = {first.thermal.dimension}"),
            ("box", " x ".join(f"{edge:.6g}" for edge in first.thermal.box)),
            ("inherent", "none" if first.inherent is None else "in the file"),
            ("labels", f"times {times}{replicas}{' '.join(['', *means])}" if first.slots else "none"),
        ],
    )
    for note in reading.notes:
        print(f"note: {note}")
    for words in reading.missing:
        print(f"missing: {words}")
