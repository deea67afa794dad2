"""Where the numbers of a figure come from, in words without a date."""

from collections import Counter

from glassviz.figures.product import Column
from glassviz.tasks.dynamics_csv import LENGTH, TIME

TEMPERATURE = "eps_11/k_B"
UNITS = {"bond_breaking": "1", "displacement": LENGTH, "self_scattering": "1"}
MATH = {"bond_breaking": "$C_B$", "displacement": r"$R/\sigma_{11}$", "self_scattering": "$F_s$"}
__all__ = ["LENGTH", "MATH", "TEMPERATURE", "TIME", "UNITS", "columns", "of_method", "of_points"]


def of_points(points):
    """Temperatures, configurations and replicas of state points, {what: words}."""
    words = {}
    for point in points:
        splits = Counter(point.split)
        parts = ", ".join(f"{splits[name]} {name}" for name in ("train", "validation", "test") if splits[name])
        replicas = "/".join(str(n) for n in sorted({int(n) for n in point.replicas if n})) or "no"
        seeds = ", ".join(map(str, sorted({record.seed for record in point.records})))
        words[f"T = {point.temperature:g} {TEMPERATURE}"] = (
            f"{len(point)} configurations ({parts}), {replicas} replicas, seed {seeds}"
        )
    return words


def of_method(entry):
    """Name, kind, networks and training of a method, {what: words}."""
    if entry is None:
        return {"model": "none"}
    model = entry["model"]
    if model is None:
        return {f"model {entry['name']}": "predictions made elsewhere"}
    words, provenance = [entry["kind"]], getattr(model, "provenance", {})
    if hasattr(model, "seeds"):
        each = "type" if entry["kind"] == "tglassmlp" else "type and time"
        words.append(f"{model.seeds} networks for each {each}, seed {provenance.get('seed')}")
    used = provenance.get("training_indices")
    if isinstance(used, dict):
        # A model of all temperatures.
        used = [f"(T = {T}) {' '.join(map(str, own))}" for T, own in used.items()]
    if used:
        words.append("trained on configurations " + " ".join(map(str, used)))
    if provenance.get("software"):
        words.append(provenance["software"])
    return {f"model {entry['name']}": ", ".join(words)}


def columns(rows, names):
    """Columns from rows of equal length; names : {column: unit}."""
    values = list(zip(*rows, strict=True)) if rows else [[]] * len(names)
    return [Column(name, unit, list(own)) for (name, unit), own in zip(names.items(), values, strict=True)]
