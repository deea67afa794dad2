"""Formats: other people's files as configurations with what came with them, and configurations as extended XYZ."""

from glassviz.formats.extended_xyz import extended_xyz_text, write_extended_xyz
from glassviz.formats.reading import Reading, Structure, misfit, with_system, with_times
from glassviz.formats.registry import FORMATS, read

__all__ = [
    "FORMATS",
    "Reading",
    "Structure",
    "extended_xyz_text",
    "misfit",
    "read",
    "with_system",
    "with_times",
    "write_extended_xyz",
]
