"""Numbers as words, and words taken apart."""

import numpy as np


def number(value, digits=3):
    """A number with a true minus sign; a dash for nan."""
    return f"{value:.{digits}f}".replace("-", "−") if np.isfinite(value) else "–"


def span(seconds):
    """A time span for people."""
    for size, unit, most in ((1, "s", 100), (60, "min", 6000), (3600, "h", 48 * 3600)):
        if seconds < most:
            return f"{seconds / size:.0f} {unit}" if unit != "h" else f"{seconds / size:.1f} {unit}"
    return f"{seconds / 86400:.1f} days"


def amount(size):
    """Bytes for people."""
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


def descriptor_parts(name):
    """("energy", "1.5", "type 2") of "energy L=1.5 type 2"."""
    kind, length, over = name.split(" ", 2)
    return kind, length.removeprefix("L="), over


UNITS = {"energy": "ε₁₁", "perimeter": "σ₁₁", "surface": "σ₁₁²", "energy_variance": "ε₁₁²", "displacement": "σ₁₁"}
"""Units of the observables that have one."""


def spoken(descriptor):
    """Name of a descriptor for the eye: an underscore would lower what follows it."""
    return descriptor.replace("_", " ")


def with_unit(descriptor):
    """A descriptor with its unit."""
    name, unit = spoken(descriptor), UNITS.get(descriptor.split(" ")[0], "")
    return f"{name[0].upper()}{name[1:]}" + f" / {unit}" * bool(unit)
