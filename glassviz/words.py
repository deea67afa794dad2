"""Numbers as words."""

import numpy as np


def number(value, digits=3):
    """A number with a true minus sign; a dash for nan."""
    return f"{value:.{digits}f}".replace("-", "−") if np.isfinite(value) else "–"
