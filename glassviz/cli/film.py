"""`glassviz film`: the liquid at a temperature as a tGlassMLP predicts it, from frozen to relaxed, as MP4 or GIF."""

from glassviz.cli.common import add_data, parser_of, run_job

EXAMPLES = (
    "glassviz film --temperature 0.3 film.mp4",
    "glassviz film --temperature 0.3 --no-md --copies 8 --size 1080 large.mp4",
    "glassviz film --temperature 0.4 --configuration 5 --frames 60 --fps 20 --size 360 film.gif",
)
OPTIONS = (
    "data",
    "temperature",
    "configuration",
    "model",
    "models",
    "network",
    "frames",
    "fps",
    "size",
    "copies",
    "md",
)
OPTIONS += ("output",)


def add_parser(commands):
    """Register the command."""
    from glassviz.tasks.film import FRAMES, RATE, SIZE

    words = "Make a film of a structure as a tGlassMLP predicts it, molecular dynamics beside it where there is one."
    parser = parser_of(commands, "film", words, EXAMPLES, run)
    parser.add_argument("output", metavar="OUTPUT", help="film to write (.mp4 or .gif)")
    add_data(parser)
    parser.add_argument("--temperature", type=float, required=True, metavar="T")
    words = "index, as of 0007.h5 (default: the first of the test split)"
    parser.add_argument("--configuration", type=int, metavar="K", help=words)
    parser.add_argument("--model", metavar="NAME", help="which tGlassMLP (default: the first by name)")
    parser.add_argument("--models", nargs="+", default=[], metavar="FOLDER", help="further folders with models")
    parser.add_argument("--network", type=int, metavar="K", help="one network, from 0 (default: the mean of all)")
    parser.add_argument("--frames", type=int, default=FRAMES, metavar="N", help=f"pictures (default {FRAMES})")
    parser.add_argument("--fps", type=int, default=RATE, metavar="N", help=f"pictures a second (default {RATE})")
    words = f"pixels along an edge of a snapshot (default {SIZE})"
    parser.add_argument("--size", type=int, default=SIZE, metavar="N", help=words)
    parser.add_argument("--copies", type=int, default=1, metavar="N", help="periodic copies along each axis")
    words = "molecular dynamics beside the prediction (default: where there are labels)"
    parser.add_argument("--md", dest="md", action="store_true", default=None, help=words)
    parser.add_argument("--no-md", dest="md", action="store_false", help="the prediction alone")


def run(arguments):
    """Make the film and say where it lies."""
    print(f"wrote {run_job('film', arguments, OPTIONS)}")
