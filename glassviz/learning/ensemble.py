"""Training of all networks of one particle type: every seed and every time in one batched computation."""

from pathlib import Path

import numpy as np
import torch

from glassviz.learning.loss import Sample, correlation_weights
from glassviz.learning.network import initial_parameters
from glassviz.learning.training import SCHEDULE, Training


def train_type(data, split, number, observable, keys, schedule=None, progress=None, checkpoint=None):
    """Train networks on the particles of one type.

    data : {index: (inherent Configuration, descriptors (N, M), labels (n_times, N))}; split : (training, validation)
    keys : one sequence of integers for each seed; the network of a time is seeded with (*key, time's place)
    Returns kept (m,), means (m,), scales (m,), parameters {name: (seeds, n_times, ...)}, history (epochs, 2).
    """
    train, validation = split
    own = {k: data[k][0].types == number for k in data}
    stacked = np.concatenate([data[k][1][own[k]] for k in train])
    mean, deviation = stacked.mean(axis=0), stacked.std(axis=0)
    kept = np.flatnonzero(deviation > 1e-9 * np.maximum(1.0, np.abs(mean)))
    mean, deviation = mean[kept], deviation[kept]
    schedule = SCHEDULE if schedule is None else schedule
    whole = any(stage.phase == 2 for stage in schedule)
    times, seeds = len(data[train[0]][2]), len(keys)

    def sample(k):
        configuration, descriptors, labels = data[k]
        z = (descriptors[own[k]][:, kept] - mean) / deviation
        weights = correlation_weights(configuration.positions[own[k]], configuration.box) if whole else None
        targets = torch.from_numpy(labels[:, own[k]].astype(np.float32)).repeat(seeds, 1)
        return Sample(torch.from_numpy(z.astype(np.float32)), targets, weights, observable)

    training = [sample(k) for k in train]
    scale = torch.cat([s.targets for s in training], dim=1).std(dim=1, correction=0)
    members = [(*key, slot) for key in keys for slot in range(times)]
    parameters = {n: torch.from_numpy(v) for n, v in initial_parameters(len(kept), members).items()}
    names = [f"type {number}, seed {k // times}, time {k % times}" for k in range(len(members))]
    run = Training(
        parameters, training, [sample(k) for k in validation], scale, schedule, seed=int(keys[0][0]), labels=names
    )
    if checkpoint is not None:
        Path(checkpoint).parent.mkdir(parents=True, exist_ok=True)
    best = run.run(progress, checkpoint)
    shaped = {name: value.numpy().reshape(seeds, times, *value.shape[1:]) for name, value in best.items()}
    return kept, mean, deviation, shaped, np.array(run.history)
