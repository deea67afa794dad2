"""Numbers as words, and words taken apart."""

import numpy as np


def number(value, digits=3):
    """A number with a true minus sign; a dash for nan."""
    return f"{value:.{digits}f}".replace("-", "−") if np.isfinite(value) else "–"


def descriptor_parts(name):
    """("energy", "1.5", "type 2") of "energy L=1.5 type 2"."""
    kind, length, over = name.split(" ", 2)
    return kind, length.removeprefix("L="), over
