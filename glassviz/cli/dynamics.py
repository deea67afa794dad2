"""`glassviz dynamics`: energies, relaxation times and their fits; the curves behind them as CSV."""

import numpy as np

from glassviz.cli.common import add_data, open_data, parser_of, table
from glassviz.cli.info import with_error
from glassviz.publish import check_place

EXAMPLES = ("glassviz dynamics", "glassviz dynamics --data data/ka2d --csv curves.csv")


def add_parser(commands):
    """Register the command."""
    parser = parser_of(commands, "dynamics", "Show energies and relaxation times against temperature.", EXAMPLES, run)
    add_data(parser)
    parser.add_argument("--csv", metavar="FILE", help="write decays, g(r), S(q), energies and tau_alpha with units")


def run(arguments):
    """Print the table of temperatures and the fits; write the curves where asked."""
    from glassviz.tasks.dynamics import LEVELS, relaxation_fits, state_summaries
    from glassviz.tasks.dynamics_csv import write_curves

    if arguments.csv is not None:
        check_place(arguments.csv)
    data = open_data(arguments)
    summaries = state_summaries(data)
    k = data.system.wavenumber
    print(f"{data.system.name}, N = {data.number}; tau_alpha: mean C_B of type 1 is 0.5; F_s(k = {k:g}, t) is 1/e;")
    print("~: continued a little beyond the last label; (collapse): from the coldest decay that reaches 0.5\n")
    header = ("T", "configurations", "replicas", "E/N", "E_IS/N", "tau_alpha (C_B)", "tau_alpha (F_s)")
    table(header, [state(summary, summaries) for summary in summaries])
    for decay, name in zip(LEVELS, ("C_B", "F_s"), strict=True):
        print(f"\nfits of tau_alpha ({name})")
        for name, fit in relaxation_fits(summaries, decay).items():
            print(f"  {fit}" if isinstance(fit, str) else f"  {name}: {described(fit)}")
    if arguments.csv is not None:
        rows = write_curves(data, arguments.csv)
        print(f"\n{rows} rows: {arguments.csv}")


def state(summary, summaries):
    """One row of the table."""
    from glassviz.tasks.dynamics import collapsed_relaxation_time

    decays = (summary.decays["bond_breaking"], summary.decays["self_scattering"])
    return (
        f"{summary.temperature:g}",
        str(summary.configurations),
        "/".join(map(str, summary.replicas)) or "-",
        *(with_error(*energy, 4) for energy in (summary.thermal, summary.inherent)),
        relaxation(decays[0], collapsed_relaxation_time(summary, summaries)),
        relaxation(decays[1]),
    )


def relaxation(decay, collapsed=float("nan")):
    """A relaxation time as a word: with its error, from the collapse, as a bound, or - without labels."""
    if np.isfinite(decay.tau):
        sign = "~" if decay.continued else ""
        return sign + with_error(decay.tau, decay.tau_error, 0 if decay.tau >= 100 else 2)
    if np.isfinite(collapsed):
        return f"{collapsed:.2g} (collapse)"
    return f"> {decay.times[-1]:g}" if len(decay.times) else "-"


def described(fit):
    """A fit's formula and its parameters with errors."""
    values = ", ".join(
        f"{symbol} = {value:.5g} +- {fit.errors[symbol]:.2g}" for symbol, value in fit.parameters.items()
    )
    return f"{fit.formula}; {values}; chi^2 = {fit.chi2:.3g} for {fit.temperatures} temperatures"
