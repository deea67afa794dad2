"""Do other regressions beat ridge on the same descriptors? Boosted trees and nearest neighbours beside it.

    pip install scikit-learn
    python benchmarks/regressors.py [--temperature 0.4] [--level 0.8]

Each is fitted to the type-1 particles of the training configurations of the embedded data and scored by the Pearson
correlation on the validation split; the test split is not read. All get GlassMLP's 256 descriptors, standardised. Ridge
takes the penalty that is best on the validation split, the others the best of a few settings, so that all are favoured
alike.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from glassviz.dataset import EMBEDDED, Dataset
from glassviz.learning.inputs import descriptors_of, training_indices
from glassviz.learning.score import pearson
from glassviz.structure.coarse_graining import LENGTHS, OBSERVABLES
from glassviz.tasks.judge import slot_of_level


def particles(point, places, slot, inputs):
    """Descriptors (n, M) and C_B (n,) of the type-1 particles of some configurations."""
    own = {k: point.configurations[k].types == 1 for k in places}
    x = np.concatenate([inputs[k][own[k]] for k in places])
    return x, np.concatenate([point.bond_breaking[k, slot][own[k]] for k in places])


def candidates():
    """{name: [regressions with a few settings]}."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsRegressor

    trees = [
        HistGradientBoostingRegressor(learning_rate=rate, max_iter=200, max_leaf_nodes=leaves, random_state=0)
        for rate in (0.03, 0.1)
        for leaves in (4, 15)
    ]
    return {
        "ridge": [Ridge(alpha) for alpha in (10.0, 100.0, 1e3, 1e4, 1e5)],
        "boosted trees": trees,
        "nearest neighbours": [KNeighborsRegressor(k, weights="distance") for k in (10, 30, 100)],
    }


def main():
    """Print the best score of each kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--temperature", type=float, default=0.4)
    parser.add_argument("--level", type=float, default=0.8)
    arguments = parser.parse_args()
    point = Dataset(EMBEDDED / "ka2d")[arguments.temperature]
    slot = slot_of_level(point, arguments.level)
    train, validation, _ = training_indices(point, point.bond_breaking)
    inputs = descriptors_of(point, train + validation, LENGTHS, OBSERVABLES)
    x, y = particles(point, train, slot, inputs)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    kept = scale > 1e-9
    other, truth = particles(point, validation, slot, inputs)
    z, w = ((a[:, kept] - mean[kept]) / scale[kept] for a in (x, other))
    print(
        f"T = {point.temperature:g}, t = {point.times[slot]:g}: {len(train)} configurations, {len(validation)} to score"
    )
    for name, models in candidates().items():
        scores = [pearson(model.fit(z, y).predict(w), truth) for model in models]
        print(f"{name}: {max(scores):.3f} (settings: {', '.join(f'{score:.3f}' for score in scores)})")


if __name__ == "__main__":
    main()
