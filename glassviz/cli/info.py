"""`glassviz info`: what data sets and models there are, and the evidence that the structures are equilibrated."""

import numpy as np

from glassviz.cli.common import add_data, model_folders, open_data, parser_of, table

EXAMPLES = ("glassviz info", "glassviz info --data data/ka2d my_data/ka2d")


def add_parser(commands):
    """Register the command."""
    parser = parser_of(commands, "info", "Show data sets, models and equilibration.", EXAMPLES, run)
    add_data(parser)


def run(arguments):
    """Print three tables."""
    from glassviz.learning import damaged_models, stored_models

    data = open_data(arguments)
    print(f"{data.system.name}, N = {data.number}, {', '.join(map(str, data.folders))}\n")
    table(
        ("T", "train", "validation", "test", "replicas", "E/N", "E_IS/N", "tau_alpha"), [state(p) for p in points(data)]
    )
    simulated = [point for point in points(data) if any("cycles" in record.provenance for record in point.records)]
    if simulated:
        print("\nequilibration: E/N of the last fifth of each run, by kind of start; bonds kept over its second half;")
        print("cycles until half of the bonds are broken, and cycles of each run")
        heads = ("T", "from above (hot)", "from below (cold)", "difference / error", "bonds kept", "relaxation", "run")
        table(heads, [starts(point) for point in simulated])
    for point in points(data):
        if len(point.times):
            print(f"\nT = {point.temperature:g}: mean C_B of type 1")
            mean = np.nanmean(point.mean_correlation(), axis=0)
            table(("t", *(f"{time:g}" for time in point.times)), [("C_B", *(f"{c:.3f}" for c in mean))])
    models = stored_models(*model_folders())
    print("\nmodels" if models else "\nno stored models; glassviz train makes one")
    for model in models:
        times = "all temperatures" if model["times"] is None else f"{len(model['times'])} times"
        print(f"  {model['name']}: {model['kind']}, {model['observable']}, {times}, {model['path']}")
    for path, sentence in damaged_models(*model_folders()):
        print(f"  {path} cannot be used: {sentence}")


def points(data):
    """State points in ascending temperature."""
    return [data[temperature] for temperature in data.temperatures]


def state(point):
    """One row of the table of temperatures."""
    from glassviz.dynamics.relaxation_time import SHORT, relaxation_time_with_error
    from glassviz.simulation import potential_energy

    structures = (point.configurations, point.inherent)
    energies = [[potential_energy(c, point.system).mean() for c in group] for group in structures]
    tau = "-"
    if len(point.times) > 1:
        times, curves = point.shared_decay()
        value, error = relaxation_time_with_error(times, curves, beyond=SHORT)
        # A value a little beyond the last label continues the curve.
        sign = "~" if value > times[-1] else ""
        tau = sign + with_error(value, error, 0) if np.isfinite(value) else f"> {times[-1]:g}"
    replicas = sorted(set(point.replicas.tolist()))
    return (
        f"{point.temperature:g}",
        *(point.split.count(split) for split in ("train", "validation", "test")),
        "/".join(map(str, replicas)),
        *(with_error(np.mean(e), standard_error(e), 4) for e in energies),
        tau,
    )


def starts(point):
    """Mean energies reached from above and from below, and their difference in units of its error."""
    means, errors = [], []
    for start in ("hot", "cold"):
        late = []
        for record in point.records:
            if record.provenance.get("start") == start:
                cycles, energies = (np.array(record.provenance.get(name, [0])) for name in ("cycles", "energies"))
                late.append(energies[cycles >= 0.8 * cycles[-1]].mean())
        means.append(np.mean(late) if late else np.nan)
        errors.append(standard_error(late))
    ratio = (means[0] - means[1]) / np.hypot(*errors)
    return (
        f"{point.temperature:g}",
        *(with_error(m, e, 4) if np.isfinite(m) else "-" for m, e in zip(means, errors, strict=True)),
        f"{ratio:+.1f}" if np.isfinite(ratio) else "-",
        *relaxation(point),
    )


def relaxation(point):
    """Mean fraction of bonds kept over the second half of the runs, median relaxation in cycles, cycles of the runs."""
    from glassviz.tasks.equilibrate import relaxation_cycles

    runs = [record.provenance for record in point.records if "bonds_kept" in record.provenance]
    if not runs:
        return "-", "-", "-"
    kept = [np.array(run["bonds_kept"], dtype=float) for run in runs]
    cycles = [relaxation_cycles(run["cycles"], curve) for run, curve in zip(runs, kept, strict=True)]
    # Runs that did not get there count as longer than the others.
    middle = float(np.median([c if np.isfinite(c) else np.inf for c in cycles]))
    lengths = sorted({run["cycles"][-1] for run in runs})
    return (
        f"{np.mean([curve[-1] for curve in kept]):.2f}",
        f"{middle:.0f}" if np.isfinite(middle) else f"> {lengths[-1] // 2}",
        "/".join(map(str, lengths)),
    )


def standard_error(values):
    """Standard error of a mean; nan for fewer than two values."""
    return np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan


def with_error(value, error, digits):
    """As 0.512 +- 0.003."""
    return f"{value:.{digits}f} +- {error:.{digits}f}" if np.isfinite(error) else f"{value:.{digits}f}"
