"""A small picture of a configuration, as PNG bytes: what a job has made so far."""

from io import BytesIO

import numpy as np

from glassviz.colours import PROPENSITY
from glassviz.figures.disc_raster import DiscRaster
from glassviz.figures.film import GROUND, MISSING

SIZE = 360


def preview(configuration, system, values=None):
    """PNG of true-size discs coloured by propensities C_B (N,) from 0 to 1, grey where there are none."""
    structure = configuration.wrap()
    radii = system.radii[structure.types - 1]
    raster = DiscRaster(structure.positions, radii, structure.box, SIZE, PROPENSITY, GROUND, MISSING)
    shown = np.full(structure.number, np.nan) if values is None else np.asarray(values)
    return png(raster(shown))


def png(pixels):
    """PNG of pixels (height, width, 3) uint8."""
    from PIL import Image

    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
