"""Training of the networks of every particle type: all seeds and times of a type in one batched computation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from glassviz.errors import InputError
from glassviz.learning.gradients import Networks
from glassviz.learning.inputs import standardised
from glassviz.learning.loss import Sample, correlation_weights
from glassviz.learning.network import initial_parameters
from glassviz.learning.training import SCHEDULES, Stage, Training, part_of

DEVICES = ("cpu", "cuda")


def open_device(name):
    """The torch device called `name`; InputError when it is unknown or absent."""
    if name not in DEVICES:
        raise InputError(f"device is {name!r}, expected one of {', '.join(map(repr, DEVICES))}")
    if name == "cuda" and not torch.cuda.is_available():
        build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "no CUDA"
        raise InputError(f"device 'cuda' needs an NVIDIA GPU that PyTorch can use; this PyTorch was built with {build}")
    return torch.device(name)


def stages_of(schedule):
    """Stages of a schedule's name, or the given stages; InputError for an unknown name."""
    stages = SCHEDULES.get(schedule) if isinstance(schedule, str) else tuple(schedule)
    if not stages or not all(isinstance(stage, Stage) for stage in stages):
        raise InputError(f"schedule is {schedule!r}, expected one of {', '.join(SCHEDULES)} or stages")
    return stages


def train_types(data, split, observable, times, keys, stages, device, progress=None, watch=None, checkpoint=None):
    """Train the networks of several types, one type after another.

    data : {index: (inherent Configuration, descriptors (N, M), labels of the halves of the replicas (2, n_times, N))}
    split : (training, validation)
    times : (n_times,), for errors; keys : {type: one sequence of integers for each seed}; the network of a time is
    seeded with (*key, time's place)
    progress, watch, checkpoint : as in GlassMLP.fit
    Returns {"kept": {type: (m,)}, "means", "scales", "parameters": {type: {name: (seeds, n_times, ...)}}, "history"}.
    """
    learnt = {name: {} for name in ("kept", "means", "scales", "parameters", "history")}
    for place, number in enumerate(keys):
        file = None
        if checkpoint is not None:
            file = Path(checkpoint) / f"type{number}.safetensors"
            file.parent.mkdir(parents=True, exist_ok=True)
        run, standard = prepare(data, split, number, observable, times, keys[number], stages, device)
        best = run.run(
            part_of(progress, place, len(keys)),
            file,
            None if watch is None else lambda history, number=number: watch(number, history),
        )
        shape = (len(keys[number]), -1)
        parameters = {name: value.cpu().numpy() for name, value in best.items()}
        parameters = {name: value.reshape(*shape, *value.shape[1:]) for name, value in parameters.items()}
        for name, value in zip(learnt, (*standard, parameters, np.array(run.history)), strict=True):
            learnt[name][number] = value
    return learnt


def prepare(data, split, number, observable, times, keys, stages, device):
    """The Training of one type, and what standardises its inputs: kept (m,), means (m,), scales (m,)."""
    train, validation = split
    own = {k: data[k][0].types == number for k in data}
    kept, means, scales = standard = standardised(np.concatenate([data[k][1][own[k]] for k in train]))
    whole = any(stage.phase == 2 for stage in stages)
    seeds = len(keys)

    def tensor(values):
        return torch.from_numpy(values.astype(np.float32)).to(device)

    def sample(k):
        configuration, descriptors, labels = data[k]
        inputs = tensor((descriptors[own[k]][:, kept] - means) / scales)
        halves = tensor(labels[:, :, own[k]]).repeat(1, seeds, 1)
        weights = correlation_weights(configuration.positions[own[k]], configuration.box) if whole else None
        weights = weights if weights is None else weights.to(device)
        # The product of halves is free of noise for a mobility that is linear in the label, not for a threshold of it.
        linear = observable == "bond_breaking"
        return Sample(inputs, halves.mean(dim=0), weights, observable, halves if linear else None)

    samples = [sample(k) for k in train]
    spread = torch.cat([s.targets for s in samples], dim=1).std(dim=1, correction=0)
    members = [(*key, slot) for key in keys for slot in range(len(times))]
    parameters = {name: tensor(values) for name, values in initial_parameters(len(kept), members).items()}
    names = [f"type {number}, seed {s}, t = {time:g}" for s in range(seeds) for time in times]
    samples, judges = ([replace(s, scale=spread) for s in part] for part in (samples, map(sample, validation)))
    return Training(Networks(parameters), samples, judges, stages, int(keys[0][0]), names), standard
