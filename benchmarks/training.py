"""Training of GlassMLP: all networks of a type at once against plain PyTorch networks one by one.

    python benchmarks/training.py [--temperature 0.4] [--seeds 8] [--times 1] [--repeats 5] [--epochs 20] [--no-scores]

The peer is what a careful user would write: nn.Sequential, torch.optim.Adam, autograd, inputs and dense C_k weights as
tensors from the start; the best of one network after another on one thread, on all cores, or one process per core,
whose start is not counted. First both phases of the schedule for a few epochs, in turn, then the published schedule
once, with the Pearson correlations on the validation split that the networks of both reach.
"""

import argparse
import multiprocessing
import os
import statistics
import time
from copy import deepcopy

import numpy as np
import torch
from torch import nn

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.learning import pearson
from glassviz.learning.ensemble import prepare
from glassviz.learning.inputs import descriptors_of, training_indices
from glassviz.learning.network import forward
from glassviz.learning.score import propensity
from glassviz.learning.training import SCHEDULE, Stage
from glassviz.structure.coarse_graining import LENGTHS, OBSERVABLES

WORKER = {}
"""What a process of its own keeps from one network to the next."""


def data_of(temperature, times):
    """Training data of type 1 at the last `times` label times: (data, split, times)."""
    point = gv.open(EMBEDDED / "ka2d")[temperature]
    labels = propensity(point, "bond_breaking")
    train, validation, present = training_indices(point, labels)
    slots = np.flatnonzero(present)[-times:]
    halves = propensity(point, "bond_breaking_halves")
    inputs = descriptors_of(point, train + validation, LENGTHS, OBSERVABLES)
    data = {k: (point.inherent[k], inputs[k], halves[k][:, slots]) for k in train + validation}
    return data, (train, validation), point.times[slots]


def ensemble(source, seeds, stages):
    """All networks as one Training."""
    data, split, times = source
    keys = [(0, seed, 1) for seed in range(seeds)]
    return prepare(data, split, 1, "bond_breaking", times, keys, stages, torch.device("cpu"))[0]


class Plain:
    """One network at a time, trained by PyTorch's own means on the tensors of an ensemble."""

    def __init__(self, source, seeds):
        run = ensemble(source, seeds, SCHEDULE)
        self.train, self.validation, self.scale = run.samples, run.validation, run.samples[0].scale
        self.true = {
            id(s): [(k, v) for k, v in zip(*s.true_values()[:2], strict=True)] for s in run.samples + run.validation
        }

    def loss(self, predicted, sample, member, phase):
        error = (predicted - sample.targets[member]).abs().mean() / self.scale[member]
        if phase == 1:
            return error
        known, known_variance = self.true[id(sample)][member]
        fluctuation = predicted.mean() - predicted
        total = (fluctuation**2).sum()
        found = ((sample.weights @ fluctuation) * fluctuation).sum(dim=1) / total
        shape = (known - found).abs().sum() / (known[0] - known[2]).abs()
        width = (total / len(predicted) - known_variance).abs() / known_variance
        return error + 0.5 * shape + width

    def fit(self, member, stages):
        """Train the network of a member through the stages; returns its prediction of each validation sample."""
        torch.manual_seed(member)
        layers = [nn.Linear(self.train[0].inputs.shape[1], 2), nn.Linear(2, 10), nn.Linear(10, 10), nn.Linear(10, 1)]
        net = nn.Sequential(layers[0], nn.ELU(), layers[1], nn.ELU(), layers[2], nn.ELU(), layers[3])
        best, best_loss, phase, optimiser = None, float("inf"), 0, None
        for stage in stages:
            if stage.phase != phase:
                net.load_state_dict(best or net.state_dict())
                best_loss, phase = float("inf"), stage.phase
                optimiser = torch.optim.Adam(net.parameters())
            for group in optimiser.param_groups:
                group["lr"] = stage.rate
            waited = 0
            for _ in range(stage.epochs):
                for k in torch.randperm(len(self.train)).tolist():
                    sample = self.train[k]
                    optimiser.zero_grad()
                    self.loss(net(sample.inputs)[:, 0], sample, member, phase).backward()
                    optimiser.step()
                with torch.no_grad():
                    losses = [self.loss(net(s.inputs)[:, 0], s, member, phase) for s in self.validation]
                judged = float(torch.stack(losses).mean())
                waited += 1
                if judged < best_loss:
                    best, best_loss, waited = deepcopy(net.state_dict()), judged, 0
                if stage.patience is not None and waited >= stage.patience:
                    break
        net.load_state_dict(best)
        with torch.no_grad():
            return [net(s.inputs)[:, 0].numpy() for s in self.validation]


def start_worker(source, seeds):
    """Make the data of a process of its own ready."""
    torch.set_num_threads(1)
    WORKER["plain"] = Plain(source, seeds)
    WORKER["plain"].fit(0, (Stage(1, 1e-4, 1), Stage(1, 1e-4, 2)))


def work(member, stages):
    """Train one network in such a process."""
    return WORKER["plain"].fit(member, stages)


class Contest:
    """The ways to train the same networks, and how long each takes."""

    def __init__(self, source, seeds):
        self.source, self.seeds, self.members = source, seeds, seeds * len(source[2])
        self.plain, self.cores = Plain(source, seeds), len(os.sched_getaffinity(0))
        self.pool = multiprocessing.get_context("spawn").Pool(self.cores, start_worker, (source, seeds))
        self.pool.starmap(work, [(m, (Stage(1, 1e-4, 1),)) for m in range(self.members)], chunksize=1)

    def batched(self, stages, threads):
        """(seconds, predictions of each network on each validation sample) of the ensemble."""
        torch.set_num_threads(threads)
        run = ensemble(self.source, self.seeds, stages)
        begin = time.perf_counter()
        best = run.run()
        seconds = time.perf_counter() - begin
        outputs = [forward(best, s.inputs).numpy() for s in run.validation]
        return seconds, [[output[m] for output in outputs] for m in range(self.members)]

    def one_by_one(self, stages, threads):
        """The same of plain networks, one after another."""
        torch.set_num_threads(threads)
        begin = time.perf_counter()
        found = [self.plain.fit(member, stages) for member in range(self.members)]
        return time.perf_counter() - begin, found

    def per_core(self, stages):
        """The same of plain networks, one process per core."""
        begin = time.perf_counter()
        found = self.pool.starmap(work, [(member, stages) for member in range(self.members)], chunksize=1)
        return time.perf_counter() - begin, found

    def once(self, stages):
        """Seconds of every way in turn: {way: seconds}."""
        threads = sorted({1, self.cores})
        seconds = {f"batched, {t} threads": self.batched(stages, t)[0] for t in threads}
        seconds |= {f"plain, {t} threads": self.one_by_one(stages, t)[0] for t in threads}
        return seconds | {f"plain, {self.cores} processes": self.per_core(stages)[0]}

    def scores(self, found):
        """Pearson correlation of each network over the whole validation split, (members,)."""
        true = [torch.cat([s.targets[m] for s in self.plain.validation]).numpy() for m in range(self.members)]
        return np.array([pearson(np.concatenate(outputs), t) for outputs, t in zip(found, true, strict=True)])


def ratio(seconds):
    """Best plain way over best batched way."""
    best = {kind: min(s for way, s in seconds.items() if way.startswith(kind)) for kind in ("plain", "batched")}
    return best["plain"] / best["batched"]


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--temperature", type=float, default=0.4)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--no-scores", action="store_true")
    arguments = parser.parse_args()
    contest = Contest(data_of(arguments.temperature, arguments.times), arguments.seeds)
    sizes = f"{arguments.seeds} seeds x {arguments.times} times, type 1, T = {arguments.temperature:g}"
    print(f"{sizes}: {len(contest.plain.train)} configurations a batch each, {contest.cores} cores")
    for phase, words in ((1, "absolute error alone"), (2, "whole loss")):
        stages = (Stage(arguments.epochs, 1e-4, phase),)
        rounds = [contest.once(stages) for _ in range(arguments.repeats + 1)][1:]
        print(f"phase {phase}, {words}, {arguments.epochs} epochs: median seconds")
        for way in rounds[0]:
            print(f"  {way:22s} {statistics.median(r[way] for r in rounds):7.3f}")
        ratios = sorted(map(ratio, rounds))
        print(f"  plain / batched, best of each {statistics.median(ratios):.2f} ({ratios[0]:.2f} .. {ratios[-1]:.2f})")
    if not arguments.no_scores:
        seconds, found = contest.batched(SCHEDULE, 1)
        plain_seconds, plain_found = contest.per_core(SCHEDULE)
        print("published schedule: seconds; Pearson on validation, mean over networks (standard deviation)")
        for name, spent, outputs in (("batched", seconds, found), ("plain", plain_seconds, plain_found)):
            scores = contest.scores(outputs)
            print(f"  {name:8s} {spent:7.2f}   {scores.mean():.3f} ({scores.std(ddof=1):.3f})")
        print(f"  plain / batched {plain_seconds / seconds:.2f}")
    contest.pool.close()
    contest.pool.join()


if __name__ == "__main__":
    main()
