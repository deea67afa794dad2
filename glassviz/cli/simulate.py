"""`glassviz simulate`: make or extend a data set."""

from glassviz.cli.common import parser_of, run_job
from glassviz.systems import SYSTEMS, system_named

EXAMPLES = (
    "glassviz simulate --temperature 0.45 --train 6 --validation 2 --test 4",
    "glassviz simulate --temperature 0.4 --train 3 --validation 1 --test 2 --until 0.5 --output data/ka2d",
    "glassviz simulate --temperature 0.15 --train 4 --test 4 --no-labels --cycles 20000",
    "glassviz simulate --system KA --temperature 0.8 --number 4096 --test 1 --test-replicas 4 --until 0.9",
)
PLAN = ("temperature", "number", "train", "validation", "test", "replicas", "test_replicas", "test_until", "cycles",
        "device", "seed", "output")  # fmt: skip


def add_parser(commands):
    """Register the command."""
    parser = parser_of(
        commands,
        "simulate",
        "Equilibrate by hybrid Monte Carlo with exchanges, quench, run the isoconfigurational ensemble; one file a "
        "configuration. Configurations already there, the embedded ones too, count; Ctrl-C keeps what is finished.",
        EXAMPLES,
        run,
    )
    parser.add_argument("--system", default="KA2D", help=f"glass former: {', '.join(SYSTEMS)} (default KA2D)")
    parser.add_argument("--temperature", type=float, required=True, metavar="T", help="in eps_11 / k_B")
    parser.add_argument("--number", type=int, metavar="N", help="particles (default: the system's own)")
    for split in ("train", "validation", "test"):
        parser.add_argument(f"--{split}", type=int, default=0, metavar="n", help=f"{split} configurations in all")
    parser.add_argument("--replicas", type=int, default=8, help="of training and validation (even; default 8)")
    parser.add_argument("--test-replicas", type=int, default=20, help="of test configurations (even; default 20)")
    parser.add_argument("--until", type=float, default=0.25, metavar="C", help="smallest mean C_B with labels (0.25)")
    parser.add_argument("--test-until", type=float, metavar="C", help="the same for test configurations")
    parser.add_argument("--no-labels", action="store_true", help="equilibrium structures only")
    parser.add_argument("--cycles", type=int, default=600, help="of hybrid Monte Carlo at T (default 600)")
    parser.add_argument("--device", default="cpu", help="of the replicas: cpu (default) or cuda, see docs/gpu.md")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same data set (default 1)")
    parser.add_argument("--output", metavar="FOLDER", help="data set folder (default: $GLASSVIZ_HOME/data/<system>)")


def run(arguments):
    """Carry out the plan that the options describe."""
    until = {"until": None} if arguments.no_labels else {"until": arguments.until}
    system = {"system": system_named(arguments.system).name}
    print(f"complete: {run_job('simulate', arguments, PLAN, **until, **system)}")
