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
    print("\nequilibration: E/N of the last fifth of each run, by kind of start")
    table(("T", "from above (hot)", "from below (cold)", "difference / error"), [starts(p) for p in points(data)])
    for point in points(data):
        if len(point.times):
            print(f"\nT = {point.temperature:g}: mean C_B of type 1")
            mean = np.nanmean(point.mean_correlation(), axis=0)
            table(("t", *(f"{time:g}" for time in point.times)), [("C_B", *(f"{c:.3f}" for c in mean))])
    models = stored_models(*model_folders())
    print("\nmodels" if models else "\nno stored models; glassviz train makes one")
    for model in models:
        print(
            f"  {model['name']}: {model['kind']}, {model['observable']}, {len(model['times'])} times, {model['path']}"
        )
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
        curves = point.mean_correlation()
        value, error = relaxation_time_with_error(point.times, curves[np.isfinite(curves).all(axis=1)], beyond=SHORT)
        tau = with_error(value, error, 0) if np.isfinite(value) else f"> {point.times[-1]:g}"
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
        *(with_error(m, e, 4) for m, e in zip(means, errors, strict=True)),
        f"{ratio:+.1f}",
    )


def standard_error(values):
    """Standard error of a mean; nan for fewer than two values."""
    return np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan


def with_error(value, error, digits):
    """As 0.512 +- 0.003."""
    return f"{value:.{digits}f} +- {error:.{digits}f}" if np.isfinite(error) else f"{value:.{digits}f}"
