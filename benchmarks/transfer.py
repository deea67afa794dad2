"""Training of tGlassMLP: 16 networks batched against plain PyTorch networks one by one, equal optimiser steps.

    python benchmarks/transfer.py [--level 0.8] [--networks 16] [--epochs 3] [--repeats 3]

Both learn T = 0.5, 0.45 and 0.4 at one mean propensity. The peer is what a careful user would write: torch.nn layers,
softmax, autograd, torch.optim.Adam, tensors that are there from the start; the best of one network after another on one
thread, on all cores, or one process per core. Nobody's start of processes is counted. At the end the hours that the
whole published protocol takes on the embedded data, at these seconds a step.
"""

import argparse
import multiprocessing
import os
import statistics
import time

import torch
from torch import nn

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.learning.inputs import lengths_for
from glassviz.learning.member_groups import GROUP, training_of
from glassviz.learning.tglass_mlp import LENGTHS
from glassviz.learning.tglass_network import REFERENCE
from glassviz.learning.tglass_training import PUBLISHED, lessons_of
from glassviz.learning.training import Stage
from glassviz.learning.transfer_labels import levels_in
from glassviz.structure.coarse_graining import OBSERVABLES
from glassviz.tasks.transfer_plan import plan_for

WORKER = {}
"""What a process of its own keeps from one network to the next."""


def lessons_at(level):
    """Lessons of type 1 at T >= 0.4 and one mean propensity."""
    data = gv.open(EMBEDDED / "ka2d")
    points = [data[T] for T in data.temperatures if T >= 0.4]
    how = {"levels": (level,), "together": False, "reference": REFERENCE}
    return lessons_of((points, (), points), (lengths_for(points[0], None, LENGTHS), OBSERVABLES), 1, how)[0]


class Attention(nn.Module):
    """tGlassMLP as a torch module."""

    def __init__(self, width):
        super().__init__()
        self.slope, self.first, self.second, self.shift = (
            nn.Parameter(torch.empty(width).uniform_(-(width**-0.5), width**-0.5)) for _ in range(4)
        )
        elu = nn.ELU()
        self.state1 = nn.Sequential(nn.Linear(6, 6), elu, nn.Linear(6, 6), elu, nn.Linear(6, 2))
        self.state2 = nn.Sequential(nn.Linear(6, 7), elu, nn.Linear(7, 7), elu, nn.Linear(7, 4))
        self.bottleneck = nn.Sequential(nn.Linear(width, 2), elu)
        self.head = nn.Sequential(nn.Linear(6, 10), elu, nn.Linear(10, 10), elu, nn.Linear(10, 1))

    def forward(self, inputs, state):
        """Propensity (n,) from descriptors (n, M) at a state u (6,)."""
        one, two = self.state1(state)
        weights = torch.softmax(inputs * self.slope + one * self.first + two * self.second + self.shift, dim=1)
        values = self.bottleneck(inputs * weights * inputs.shape[1])
        return self.head(torch.cat([values, self.state2(state).expand(len(inputs), 4)], dim=1))[:, 0]


def loss_of(predicted, sample, phase, true):
    """The loss of one network in a phase."""
    error = predicted - sample.targets[0]
    if phase == 1:
        return error.square().mean()
    known, variance = true
    fluctuation = predicted.mean() - predicted
    total = (fluctuation**2).sum()
    found = ((sample.weights @ fluctuation) * fluctuation).sum(dim=1) / total
    shape = (known - found).abs().sum() / (known[0] - known[2]).abs()
    width = (total / len(predicted) - variance).abs() / variance
    return error.abs().mean() / sample.scale[0] + 0.5 * shape + width


def plain(samples, stage):
    """Train one plain network."""
    net = Attention(samples[0].inputs[0].shape[1])
    optimiser = torch.optim.Adam(net.parameters(), lr=stage.rate)
    for _ in range(stage.epochs):
        for k in torch.randperm(len(samples)).tolist():
            inputs, state = samples[k].inputs
            optimiser.zero_grad()
            loss_of(net(inputs, state[:, 0]), samples[k], stage.phase, WORKER["true"][k]).backward()
            optimiser.step()


def batched(samples, members, stage):
    """Train a group of networks as the project does."""
    run = training_of((samples, samples[:1]), [(0, 1, k) for k in members], (stage,), 0, True)
    for _ in range(stage.epochs):
        run._one_epoch()


def start_worker(level):
    """Make the data of a process ready and everything compiled."""
    torch.set_num_threads(1)
    samples = lessons_at(level).samples()[0]
    WORKER["samples"] = samples
    WORKER["true"] = [[value[0] for value in s.true_values()[:2]] for s in samples]
    for phase in (1, 2):
        plain(samples, Stage(1, 1e-4, phase))
        batched(samples, range(2), Stage(1, 1e-4, phase))


def work(kind, members, stage):
    """One network, or one group of them, in such a process."""
    return plain(WORKER["samples"], stage) if kind == "plain" else batched(WORKER["samples"], members, stage)


def seconds_of(action):
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def once(pool, cores, networks, stage):
    """Seconds of every way in turn: {way: seconds}."""
    groups = [range(k, min(k + GROUP, networks)) for k in range(0, networks, GROUP)]
    found = {}
    for threads in sorted({1, cores}):
        torch.set_num_threads(threads)
        found[f"batched, {threads} threads"] = seconds_of(lambda: [work("batched", g, stage) for g in groups])
        found[f"plain, {threads} threads"] = seconds_of(lambda: [work("plain", None, stage) for _ in range(networks)])
    for kind, parts in (("batched", groups), ("plain", range(networks))):
        jobs = [(kind, part if kind == "batched" else None, stage) for part in parts]
        found[f"{kind}, {cores} processes"] = seconds_of(lambda jobs=jobs: pool.starmap(work, jobs, chunksize=1))
    return found


def protocol_steps(phase):
    """Optimiser steps that the published protocol takes in a phase, on all labels of the embedded data."""
    data = gv.open(EMBEDDED / "ka2d")
    plan = plan_for(data)
    measured, _ = plan.temperatures(data)
    there = {T: levels_in(data[T], plan.levels) for T in measured}
    wanted = plan.transferred(data)
    first = sum(sum(level in there[T] for T in measured) for level in wanted)
    second = sum(map(len, there.values())) + sum(map(len, wanted.values()))
    return plan.structures * sum(stage.epochs for stage in PUBLISHED if stage.phase == phase) * (first + second)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--level", type=float, default=0.8)
    parser.add_argument("--networks", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    start_worker(arguments.level)
    pool = multiprocessing.get_context("spawn").Pool(cores, start_worker, (arguments.level,))
    pool.starmap(work, [("plain", None, Stage(1, 1e-4, 1))] * 2 * cores, chunksize=1)
    steps = arguments.epochs * len(WORKER["samples"])
    print(f"{arguments.networks} networks, type 1, {steps} steps each, {cores} cores: median seconds")
    hours = 0.0
    for phase, words in ((1, "squared error"), (2, "whole loss")):
        stage = Stage(arguments.epochs, 1e-4, phase)
        rounds = [once(pool, cores, arguments.networks, stage) for _ in range(arguments.repeats + 1)][1:]
        print(f"phase {phase}, {words}")
        for way in rounds[0]:
            print(f"  {way:22s} {statistics.median(r[way] for r in rounds):7.3f}")
        best = [
            {kind: min(s for way, s in r.items() if way.startswith(kind)) for kind in ("plain", "batched")}
            for r in rounds
        ]
        ratios = sorted(r["plain"] / r["batched"] for r in best)
        print(f"  plain / batched, best of each {statistics.median(ratios):.2f} ({ratios[0]:.2f} .. {ratios[-1]:.2f})")
        hours += statistics.median(r["batched"] for r in best) / steps * protocol_steps(phase) / 3600
    print(f"the published protocol on all labels of the embedded data: {hours:.2f} hours")
    pool.close()
    pool.join()


if __name__ == "__main__":
    main()
