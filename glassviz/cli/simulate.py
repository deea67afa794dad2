"""`glassviz simulate`: make or extend a data set."""

from pathlib import Path

from glassviz.cli.common import ProgressBar, parser_of
from glassviz.dataset import EMBEDDED, home
from glassviz.systems import SYSTEMS, system_named

EXAMPLES = (
    "glassviz simulate --temperature 0.45 --train 6 --validation 2 --test 4",
    "glassviz simulate --temperature 0.4 --train 3 --validation 1 --test 2 --until 0.5 --output data/ka2d",
    "glassviz simulate --temperature 0.15 --train 4 --test 4 --no-labels --cycles 20000",
    "glassviz simulate --system KA --temperature 0.8 --number 4096 --test 1 --test-replicas 4 --until 0.9",
)


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
    from glassviz.tasks.simulate import SimulationPlan, simulate

    system = system_named(arguments.system)
    replicas = dict.fromkeys(("train", "validation"), arguments.replicas) | {"test": arguments.test_replicas}
    plan = SimulationPlan(
        system=system,
        temperature=arguments.temperature,
        configurations={split: getattr(arguments, split) for split in replicas},
        replicas=replicas,
        until=None if arguments.no_labels else arguments.until,
        test_until=arguments.test_until,
        cycles=arguments.cycles,
        seed=arguments.seed,
        device=arguments.device,
        number=arguments.number,
    )
    folder = Path(arguments.output) if arguments.output else home() / "data" / system.name.lower()
    # What comes with the repository counts where the user's own folder extends it.
    embedded = EMBEDDED / system.name.lower()
    beside = [embedded] if not arguments.output and plan.particles == system.number and embedded.is_dir() else []
    with ProgressBar() as progress:
        written = simulate(plan, folder, progress, beside)
    print(f"{len(written)} configurations written to {folder}" if written else f"nothing is missing in {folder}")
