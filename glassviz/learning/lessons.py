"""What tGlassMLP learns from: structures and their labels at state points, as arrays to hand to a process."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from glassviz.errors import DataError
from glassviz.publish import publish


@dataclass(frozen=True, eq=False)
class Structure:
    """The particles of one type of a configuration: standardised inputs S (n, M), positions (n, d), box (d,)."""

    inputs: np.ndarray
    positions: np.ndarray
    box: np.ndarray


@dataclass(frozen=True, eq=False)
class Lesson:
    """Labels of one structure at one state point: a batch of training, or one that only judges.

    structure : its number; state : u (6,) of tglass_network; halves : (2, n) labels of each half of the replicas, equal
    where they are predictions of other networks; scale : deviation of the training labels of the state point
    """

    structure: int
    state: np.ndarray
    halves: np.ndarray
    measured: bool
    scale: float
    judges: bool


@dataclass(frozen=True, eq=False)
class Lessons:
    """structures : [Structure]; lessons : [Lesson]."""

    structures: list
    lessons: list

    def samples(self, device="cpu", whole=True):
        """Samples to train on and to judge by, whose structures share their tensors; without weights unless `whole`."""
        import torch

        from glassviz.learning.loss import Sample, correlation_weights

        def tensor(values):
            return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)).to(device)

        inputs = [tensor(structure.inputs) for structure in self.structures]
        weights = [correlation_weights(s.positions, s.box).to(device) if whole else None for s in self.structures]
        parts = [], []
        for lesson in self.lessons:
            halves = tensor(lesson.halves)[:, None]
            own = inputs[lesson.structure], tensor(lesson.state)[:, None]
            noisy = halves if lesson.measured else None
            about = weights[lesson.structure], "bond_breaking", noisy, tensor([lesson.scale])
            parts[lesson.judges].append(Sample(own, halves.mean(dim=0), *about))
        return parts

    def save(self, path):
        """Write all arrays to one file."""
        sizes = np.array([len(s.inputs) for s in self.structures])
        stored = {
            "sizes": sizes,
            "inputs": np.concatenate([s.inputs for s in self.structures]),
            "positions": np.concatenate([s.positions for s in self.structures]),
            "boxes": np.array([s.box for s in self.structures], dtype=np.float64),
            "halves": np.concatenate([lesson.halves for lesson in self.lessons], axis=1),
            "states": np.array([lesson.state for lesson in self.lessons]),
            "scales": np.array([lesson.scale for lesson in self.lessons]),
            "whose": np.array([(lesson.structure, lesson.measured, lesson.judges) for lesson in self.lessons]),
        }
        content = save({name: np.ascontiguousarray(values) for name, values in stored.items()})
        publish(path, lambda file: file.write(content))

    @classmethod
    def load(cls, path):
        """Read what `save` has written; DataError where it cannot be read."""
        try:
            stored = load_file(Path(path))
        except (OSError, ValueError, SafetensorError) as error:
            raise DataError(f"{path}: cannot be read as lessons ({error})") from None
        sizes = stored["sizes"]
        inputs, positions = (np.split(stored[name], np.cumsum(sizes)[:-1]) for name in ("inputs", "positions"))
        structures = [Structure(*own) for own in zip(inputs, positions, stored["boxes"], strict=True)]
        whose = stored["whose"]
        halves = np.split(stored["halves"], np.cumsum(sizes[whose[:, 0]])[:-1], axis=1)
        rows = zip(whose, stored["states"], halves, stored["scales"], strict=True)
        lessons = [
            Lesson(int(s), state, own, bool(measured), float(scale), bool(judges))
            for (s, measured, judges), state, own, scale in rows
        ]
        return cls(structures, lessons)
