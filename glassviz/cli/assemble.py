"""`glassviz assemble`: one large configuration from many different small ones."""

import math

from glassviz.cli.common import ProgressBar, parser_of

EXAMPLES = (
    "glassviz assemble --source data/ka2d --temperature 0.4 --levels 0.8 --output data/ka2d_82560",
    "glassviz assemble --source data/ka2d --temperature 0.3 --between 1200 --output data/ka2d_82560",
)


def add_parser(commands):
    """Register the command."""
    parser = parser_of(
        commands,
        "assemble",
        "Join grid x grid different equilibrated boxes of a data set into one large configuration, heal the seams by "
        "molecular dynamics with exchanges, quench it, and run an isoconfigurational ensemble if levels are given.",
        EXAMPLES,
        run,
    )
    parser.add_argument("--source", required=True, metavar="FOLDER", help="data set folder with small configurations")
    parser.add_argument("--temperature", type=float, required=True, metavar="T")
    parser.add_argument("--grid", type=int, default=8, help="boxes along each axis (default 8)")
    parser.add_argument("--between", type=int, default=300, help="Monte Carlo cycles between two samples (default 300)")
    parser.add_argument("--healing", type=float, default=300.0, metavar="t", help="time units of healing (default 300)")
    parser.add_argument("--levels", type=float, nargs="*", default=[], metavar="C", help="mean C_B with labels")
    parser.add_argument("--replicas", type=int, default=6, help="of the labels (even; default 6)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", required=True, metavar="FOLDER", help="data set folder for the large configuration")


def run(arguments):
    """Assemble and say where the file lies and how flat the energy is across the seams."""
    from glassviz.record import read_record
    from glassviz.tasks.assemble import AssemblyPlan, assemble

    plan = AssemblyPlan(
        source=arguments.source,
        temperature=arguments.temperature,
        grid=arguments.grid,
        between=arguments.between,
        healing=arguments.healing,
        levels=tuple(arguments.levels),
        replicas=arguments.replicas,
        seed=arguments.seed,
    )
    with ProgressBar() as progress:
        path = assemble(plan, arguments.output, progress)
    made = read_record(path)
    print(f"stored {path}, N = {made.thermal.number}")
    facts = made.provenance
    for near, far, energy, error in zip(
        facts["seam_distances"][:-1],
        facts["seam_distances"][1:],
        facts["seam_energies"],
        facts["seam_errors"],
        strict=True,
    ):
        # Small boxes have nothing far from their seams.
        if math.isfinite(energy):
            print(f"  {near:4g} .. {far:4g} from a seam: E_i = {energy:.4f} +- {error:.4f}")
