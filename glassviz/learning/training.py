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
from safetensors.torch import load_file, save_file

from glassviz.errors import DataError, GlassvizError
from glassviz.learning.loss import error_term, whole_loss
from glassviz.learning.network import forward


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
CHECKPOINT_EVERY = 25


class Training:
    """State of a training run: parameters, Adam's moments, each member's best; goes on epoch by epoch.

    samples, validation : lists of Sample; scale : (E,) standard deviation of the training labels of each member
    The order of the configurations in an epoch depends on (seed, epoch) alone: a resumed run repeats bit for bit.
    """

    def __init__(self, parameters, samples, validation, scale, schedule=SCHEDULE, seed=0, labels=None):
        self.names = list(parameters)
        self.members = len(parameters[self.names[0]])
        self.labels = labels or [f"member {k}" for k in range(self.members)]
        self.samples, self.validation, self.scale, self.schedule, self.seed = (
            samples,
            validation,
            scale,
            schedule,
            seed,
        )
        self._true = {id(s): s.true_values() for s in (*samples, *validation) if s.weights is not None}
        self.stage = self.epoch = self.steps = 0
        self.history = []
        self.parameters = {name: value.clone().requires_grad_() for name, value in parameters.items()}
        self._start_phase()

    def _start_phase(self):
        self.moments = {
            f"{kind}.{name}": torch.zeros_like(value) for name, value in self.parameters.items() for kind in "mv"
        }
        self.steps = 0
        self.best = {name: value.detach().clone() for name, value in self.parameters.items()}
        self.best_loss = torch.full((self.members,), float("inf"))
        self.waited = torch.zeros(self.members)

    @property
    def epochs(self):
        """Largest number of epochs of the schedule."""
        return sum(stage.epochs for stage in self.schedule)

    def loss(self, predicted, sample):
        """Loss of each member in the present phase, (E,)."""
        if self.schedule[self.stage].phase == 1:
            return error_term(predicted, sample, self.scale)
        return whole_loss(predicted, sample, self.scale, self._true[id(sample)])

    def run(self, progress=None, checkpoint=None):
        """Train to the end of the schedule; returns the best parameters {name: (E, ...)}.

        progress : called as progress(epochs done, epochs at most); may raise Cancelled
        checkpoint : path; the state is saved there every 25 epochs and read where there is one
        Raises GlassvizError, naming the member, where the loss is not a number.
        """
        if checkpoint is not None and Path(checkpoint).exists():
            self.load(checkpoint)
        while self.stage < len(self.schedule):
            self._one_epoch()
            done = sum(stage.epochs for stage in self.schedule[: self.stage]) + self.epoch
            if checkpoint is not None and done % CHECKPOINT_EVERY == 0:
                self.save(checkpoint)
            self._next_stage()
            if progress is not None:
                progress(min(done, self.epochs), self.epochs)
        return {name: value.detach().clone() for name, value in self.best.items()}

    def _one_epoch(self):
        order = np.random.default_rng([self.seed, self.stage, self.epoch]).permutation(len(self.samples))
        total = torch.zeros(self.members)
        for k in order:
            loss = self.loss(forward(self.parameters, self.samples[k].inputs), self.samples[k])
            if not torch.isfinite(loss).all():
                member = self.labels[int((~torch.isfinite(loss)).nonzero()[0])]
                raise GlassvizError(f"training: the loss of {member} is not a number in epoch {self.epoch + 1}")
            gradients = torch.autograd.grad(loss.sum(), list(self.parameters.values()))
            self._adam(gradients)
            total += loss.detach()
        self.epoch += 1
        with torch.no_grad():
            own = self.validation or self.samples
            judged = torch.stack([self.loss(forward(self.parameters, s.inputs), s) for s in own]).mean(dim=0)
        self._remember(judged)
        self.history.append((float(total.mean()) / len(self.samples), float(judged.mean())))

    def _adam(self, gradients, decay=(0.9, 0.999), small=1e-8):
        """One step of Adam for all members; each member's numbers are as if it were trained alone."""
        self.steps += 1
        rate = self.schedule[self.stage].rate
        first, second = (1 - d**self.steps for d in decay)
        with torch.no_grad():
            for (name, value), gradient in zip(self.parameters.items(), gradients, strict=True):
                m, v = self.moments[f"m.{name}"], self.moments[f"v.{name}"]
                m.mul_(decay[0]).add_(gradient, alpha=1 - decay[0])
                v.mul_(decay[1]).addcmul_(gradient, gradient, value=1 - decay[1])
                value.sub_(rate * (m / first) / ((v / second).sqrt() + small))

    def _remember(self, judged):
        """Keep each member's best, unless its stage has ended for it."""
        patience = self.schedule[self.stage].patience
        running = torch.ones(self.members, dtype=torch.bool) if patience is None else self.waited < patience
        better = running & (judged < self.best_loss)
        self.best_loss = torch.where(better, judged, self.best_loss)
        self.waited = torch.where(better, 0.0, self.waited + running)
        with torch.no_grad():
            for name, value in self.parameters.items():
                self.best[name][better] = value[better]

    def _next_stage(self):
        stage = self.schedule[self.stage]
        stopped = stage.patience is not None and bool((self.waited >= stage.patience).all())
        if self.epoch < stage.epochs and not stopped:
            return
        self.stage, self.epoch = self.stage + 1, 0
        self.waited = torch.zeros(self.members)
        if self.stage < len(self.schedule) and self.schedule[self.stage].phase != stage.phase:
            self.parameters = {name: value.clone().requires_grad_() for name, value in self.best.items()}
            self._start_phase()

    def save(self, path):
        """Write the whole state, under a temporary name first."""
        tensors = {f"parameters.{name}": value.detach() for name, value in self.parameters.items()}
        tensors |= {f"best.{name}": value for name, value in self.best.items()} | self.moments
        tensors |= {"best_loss": self.best_loss, "waited": self.waited}
        tensors["history"] = torch.tensor(self.history, dtype=torch.float64)
        tensors["counters"] = torch.tensor([self.stage, self.epoch, self.steps, self.seed])
        part = Path(path).with_name(f".{Path(path).name}.part")
        save_file({name: value.contiguous().clone() for name, value in tensors.items()}, part)
        part.replace(path)

    def load(self, path):
        """Go on from a saved state; DataError when it is not one of this run."""
        try:
            tensors = load_file(path)
        except (OSError, ValueError, SafetensorError) as error:
            raise DataError(f"{path}: cannot be read as a checkpoint ({error})") from None
        expected = {f"{kind}{n}": v.shape for n, v in self.parameters.items() for kind in ("parameters.", "best.")}
        fits = all(name in tensors and tensors[name].shape == shape for name, shape in expected.items())
        if not fits or "counters" not in tensors or int(tensors["counters"][3]) != self.seed:
            raise DataError(f"{path}: is the checkpoint of another run, expected the same data, networks and seed")
        self.stage, self.epoch, self.steps, _ = (int(value) for value in tensors["counters"])
        self.parameters = {name: tensors[f"parameters.{name}"].requires_grad_() for name in self.names}
        self.best = {name: tensors[f"best.{name}"] for name in self.names}
        self.moments = {name: tensors[name] for name in self.moments}
        self.best_loss, self.waited = tensors["best_loss"], tensors["waited"]
        self.history = [tuple(row) for row in tensors["history"].tolist()]
        self._next_stage()
