"""Learning: models that predict dynamics from structure, their scores and where they are stored."""

from glassviz.learning.glass_mlp import GlassMLP
from glassviz.learning.ridge import Ridge
from glassviz.learning.score import bootstrap_error, ceiling, pearson, score_table
from glassviz.learning.store import damaged_models, load_model, stored_models
from glassviz.learning.tglass_mlp import TGlassMLP

__all__ = [
    "GlassMLP",
    "Ridge",
    "TGlassMLP",
    "bootstrap_error",
    "ceiling",
    "damaged_models",
    "load_model",
    "pearson",
    "score_table",
    "stored_models",
]
