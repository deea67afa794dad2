"""GlassMLP's training, a whole ensemble at once: one batch is one configuration, every member has its own best epoch.

Phase 1, absolute error alone: 300 epochs at 5e-4, then up to 100 at 2e-4; phase 2, the whole loss: 50 epochs at 4e-5,
then up to 100 at 2e-5. The second stage of a phase stops for a member after 15 epochs without a better validation loss,
and each phase ends with every member's best. Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023), supplement.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from glassviz.errors import Cancelled, DataError, GlassvizError
from glassviz.learning.gradients import error_slopes, split, squared_slopes, whole_slopes
from glassviz.learning.loss import error_term, squared_term, whole_loss
from glassviz.publish import publish


@dataclass(frozen=True)
class Stage:
    """Epochs at one learning rate; `patience` epochs without improvement end it, None: never; phase 1 or 2."""

    epochs: int
    rate: float
    phase: int
    patience: int | None = None


SCHEDULE = (Stage(300, 5e-4, 1), Stage(100, 2e-4, 1, 15), Stage(50, 4e-5, 2), Stage(100, 2e-5, 2, 15))
"""As published."""
QUICK = (Stage(60, 2e-3, 1), Stage(20, 5e-4, 1, 8), Stage(20, 1e-4, 2))
"""A fifth of the epochs at higher rates, for trying out."""
SCHEDULES = {"published": SCHEDULE, "quick": QUICK}
CHECKPOINT_EVERY = 25
ERRORS = {"absolute": (error_term, error_slopes), "squared": (squared_term, squared_slopes)}
"""Loss of the first phase, and the same with its derivative."""


def part_of(progress, place, parts):
    """Progress of one of several equal parts as progress of the whole; None where nobody asks."""
    return None if progress is None else lambda done, total: progress(place * total + done, parts * total)


class Training:
    """State of a training run: parameters, Adam's moments, each member's best; goes on epoch by epoch.

    network : Networks, or another with `flat`, `gradient`, `parameters`, `forward` and `backward`
    samples, validation : lists of Sample; error : loss of the first phase, one of ERRORS
    keep : what each phase ends with, each member's "best" epoch by validation or the "last"
    The order of the configurations in an epoch depends on (seed, epoch) alone: a resumed run repeats bit for bit.
    """

    def __init__(
        self, network, samples, validation, schedule=SCHEDULE, seed=0, labels=None, error="absolute", keep="best"
    ):
        self.network = network
        self.members = len(next(iter(network.parameters.values())))
        self.labels = labels or [f"member {k}" for k in range(self.members)]
        self.samples, self.validation = samples, validation
        self.schedule, self.seed, self._keep = schedule, seed, keep
        self._error, self._error_slopes = ERRORS[error]
        self._true = {id(s): s.true_values() for s in (*samples, *validation) if s.weights is not None}
        self.stage = self.epoch = self.steps = 0
        self.history = []
        self._start_phase()

    def _start_phase(self):
        self.moments = {kind: torch.zeros_like(self.network.flat) for kind in "mv"}
        self.steps = 0
        self._best = self.network.flat.clone()
        self.best_loss = self._of_members(float("inf"))
        self.waited = self._of_members(0.0)

    def _of_members(self, value):
        """One number for each member, (E,)."""
        return torch.full((self.members,), value, dtype=self.network.flat.dtype, device=self.network.flat.device)

    @property
    def parameters(self):
        """Present parameters of the networks, {name: (E, ...)}."""
        return self.network.parameters

    @property
    def best(self):
        """Every member's best parameters of the present phase, {name: (E, ...)}."""
        return split(self._best, self.parameters)

    @property
    def epochs(self):
        """Largest number of epochs of the schedule."""
        return sum(stage.epochs for stage in self.schedule)

    def run(self, progress=None, checkpoint=None, watch=None):
        """Train to the end of the schedule; returns the best parameters {name: (E, ...)}.

        progress : called as progress(epochs done, epochs at most); may raise Cancelled
        checkpoint : path; the state is saved there every 25 epochs, when cancelled and at the end, and read where there
        is one; watch : called with the history, a list of (training loss, validation loss)
        Raises GlassvizError, naming the member, where the loss is not a number.
        """
        if checkpoint is not None and Path(checkpoint).exists():
            self.load(checkpoint)
            if watch is not None:
                watch(self.history)
        while self.stage < len(self.schedule):
            self._one_epoch()
            done = sum(stage.epochs for stage in self.schedule[: self.stage]) + self.epoch
            if checkpoint is not None and done % CHECKPOINT_EVERY == 0:
                self.save(checkpoint)
            try:
                if watch is not None:
                    watch(self.history)
                if progress is not None:
                    progress(done, self.epochs)
            except Cancelled:
                if checkpoint is not None:
                    self.save(checkpoint)
                raise
            self._next_stage()
        if checkpoint is not None:
            self.save(checkpoint)
        return {name: value.clone() for name, value in self.best.items()}

    @torch.no_grad()
    def _one_epoch(self):
        order = np.random.default_rng([self.seed, self.stage, self.epoch]).permutation(len(self.samples))
        total = self._of_members(0.0)
        for k in order:
            loss, slopes = self._slopes(self.network.forward(self.samples[k].inputs), self.samples[k])
            self.network.backward(slopes)
            self._adam()
            total += loss
        self.epoch += 1
        own = self.validation or self.samples
        judged = torch.stack([self._loss(self.network.forward(s.inputs), s) for s in own]).mean(dim=0)
        for losses, split_name in ((total, "training"), (judged, "validation")):
            wrong = (~torch.isfinite(losses)).nonzero()
            if len(wrong):
                where = f"{self.labels[int(wrong[0])]} is not a number in epoch {len(self.history) + 1}"
                raise GlassvizError(f"{split_name}: the loss of {where}, learning rate {self._stage.rate:g}")
        self._remember(judged)
        self.history.append((float(total.mean()) / len(self.samples), float(judged.mean())))

    @property
    def _stage(self):
        return self.schedule[self.stage]

    def _loss(self, predicted, sample):
        """Loss of each member in the present phase, (E,)."""
        if self._stage.phase == 1:
            return self._error(predicted, sample)
        return whole_loss(predicted, sample, self._true[id(sample)])

    def _slopes(self, predicted, sample):
        """Loss of each member in the present phase, (E,), and its derivative by the prediction, (E, n)."""
        if self._stage.phase == 1:
            return self._error_slopes(predicted, sample)
        return whole_slopes(predicted, sample, self._true[id(sample)])

    def _adam(self, decay=(0.9, 0.999), small=1e-8):
        """One step of Adam for all members; each member's numbers are as if it were trained alone."""
        self.steps += 1
        rate, gradient = self._stage.rate, self.network.gradient
        first, second = (1 - d**self.steps for d in decay)
        m, v = self.moments["m"], self.moments["v"]
        m.lerp_(gradient, 1 - decay[0])
        v.mul_(decay[1]).addcmul_(gradient, gradient, value=1 - decay[1])
        self.network.flat.addcdiv_(m, v.sqrt().mul_(second**-0.5).add_(small), value=-rate / first)

    def _remember(self, judged):
        """Keep each member's best, unless its stage has ended for it; or the last."""
        if self._keep == "last":
            self._best.copy_(self.network.flat)
            return
        patience = self._stage.patience
        running = torch.ones_like(self.waited, dtype=torch.bool) if patience is None else self.waited < patience
        better = running & (judged < self.best_loss)
        self.best_loss = torch.where(better, judged, self.best_loss)
        self.waited = torch.where(better, 0.0, self.waited + running)
        for name, value in self.best.items():
            value[better] = self.parameters[name][better]

    def _next_stage(self):
        stage = self._stage
        stopped = stage.patience is not None and bool((self.waited >= stage.patience).all())
        if self.epoch < stage.epochs and not stopped:
            return
        self.stage, self.epoch = self.stage + 1, 0
        self.waited = self._of_members(0.0)
        if self.stage < len(self.schedule) and self._stage.phase != stage.phase:
            self.network.flat.copy_(self._best)
            self._start_phase()

    def save(self, path):
        """Write the whole state, under a temporary name first."""
        tensors = {"parameters": self.network.flat, "best": self._best, **self.moments}
        tensors |= {"best_loss": self.best_loss, "waited": self.waited}
        tensors["history"] = torch.tensor(self.history, dtype=torch.float64)
        tensors["counters"] = torch.tensor([self.stage, self.epoch, self.steps, self.seed])
        content = save({name: value.cpu() for name, value in tensors.items()})
        publish(path, lambda file: file.write(content))

    def load(self, path):
        """Go on from a saved state; DataError when it is not one of this run."""
        try:
            tensors = load_file(path, device=str(self.network.flat.device))
        except (OSError, ValueError, SafetensorError) as error:
            raise DataError(f"{path}: cannot be read as a checkpoint ({error})") from None
        state = {"parameters": self.network.flat, "best": self._best, **self.moments}
        state |= {"best_loss": self.best_loss, "waited": self.waited}
        fits = all(name in tensors and tensors[name].shape == value.shape for name, value in state.items())
        if not fits or "counters" not in tensors or int(tensors["counters"][3]) != self.seed:
            raise DataError(f"{path}: is the checkpoint of another run, expected the same data, networks and seed")
        self.stage, self.epoch, self.steps, _ = (int(value) for value in tensors["counters"])
        for name, value in state.items():
            value.copy_(tensors[name])
        self.history = [tuple(row) for row in tensors["history"].tolist()]
        if self.stage < len(self.schedule):
            self._next_stage()
