"""glassviz: a laboratory bench for glass physics.

Importing the package touches no file, starts no thread and loads neither Panel nor torch: every name is fetched
from its module on first use.
"""

from importlib import import_module

_NAMES = {
    "Configuration": "glassviz.configuration",
    "GlassFormer": "glassviz.systems",
    "KA2D": "glassviz.systems",
    "KA": "glassviz.systems",
    "Cancelled": "glassviz.errors",
    "Dataset": "glassviz.dataset",
    "open": "glassviz.dataset",
    "Ridge": "glassviz.learning.ridge",
    "GlassMLP": "glassviz.learning.glass_mlp",
    "TGlassMLP": "glassviz.learning.tglass_mlp",
    "figure": "glassviz.exports.make",
}
_ROOMS = ("simulation", "structure", "dynamics", "formats", "learning")

__version__ = "0.1.0"
__all__ = [*_NAMES, *_ROOMS]


def __getattr__(name):
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    if name in _ROOMS:
        return import_module(f"glassviz.{name}")
    raise AttributeError(f"module 'glassviz' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
