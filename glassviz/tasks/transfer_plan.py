"""Which labels train a tGlassMLP, in two steps: Table I of the paper as data."""

import math
from dataclasses import dataclass

from glassviz.errors import InputError
from glassviz.learning.tglass_mlp import NETWORKS, check_settings
from glassviz.learning.tglass_training import check_schedule
from glassviz.learning.transfer_labels import LEVELS, levels_in

LEAST = 0.5
"""Lowest <C_B> of transferred labels; smaller ones are predicted only."""


@dataclass(frozen=True)
class TransferPlan:
    """Two-step training of tGlassMLP: molecular dynamics at T >= minimum, transferred labels where it has none.

    minimum : T_min, the lowest temperature whose labels are read; targets : temperatures below it
    levels : values of C = <C_B>; least : lowest of those transferred, for all temperatures or {T: level}
    networks : of each training; kept : the share that is kept, ranked by self-consistency
    tolerance : |X - C| that counts as consistent, at least twice the statistical error of X
    schedule, structures, keep, scaling, seed : as TGlassMLP.fit
    Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), section II E and Table I. There kept networks have
    |X - C| < 1e-4, which few structures cannot tell.
    """

    minimum: float
    targets: tuple = ()
    levels: tuple = LEVELS
    least: float | dict = LEAST
    networks: int = NETWORKS
    kept: float = 0.25
    tolerance: float = 0.01
    schedule: str = "published"
    structures: int = 150
    keep: str = "best"
    scaling: str = "together"
    seed: int = 0

    def __post_init__(self):
        for target in self.targets:
            if not 0 < target < self.minimum:
                raise InputError(f"target is T = {target:g}, expected one below the minimum {self.minimum:g}")
        if not 0 < self.kept <= 1:
            raise InputError(f"kept is {self.kept!r}, expected a share above 0, at most 1")
        if not self.levels or not all(0 < level < 1 for level in self.levels):
            raise InputError(f"levels are {self.levels!r}, expected numbers between 0 and 1")
        for name, values in (("levels", self.levels), ("targets", self.targets)):
            if len({f"{value:g}" for value in values}) < len(values):
                raise InputError(f"{name} are {list(values)}, expected each once")
        for level in self.least.values() if isinstance(self.least, dict) else [self.least]:
            if not 0 < level < 1:
                raise InputError(f"least is {level!r}, expected a mean propensity between 0 and 1")
        if not (math.isfinite(self.tolerance) and self.tolerance > 0):
            raise InputError(f"tolerance is {self.tolerance!r}, expected a positive number")
        check_settings(self.networks, self.structures, self.seed, self.keep, self.scaling)
        check_schedule(self.schedule)

    def temperatures(self, data):
        """(Those with labels to read, targets) of a data set, each from high to low.

        InputError where a target is not there, or nothing is at or above the minimum.
        """
        known = sorted(data.temperatures, reverse=True)
        measured = [T for T in known if self.minimum - 1e-9 <= T and levels_in(data[T], self.levels)]
        if not measured:
            raise InputError(f"no temperature from {self.minimum:g} on has labels for training, expected one or more")
        targets = []
        for target in sorted(self.targets, reverse=True):
            near = [T for T in known if abs(T - target) < 1e-9]
            if not near:
                listed = ", ".join(f"{T:g}" for T in known)
                raise InputError(f"the data set has no structures at T = {target:g}, only at {listed}")
            targets.append(near[0])
        return measured, targets

    def transferred(self, data):
        """{level: [temperatures]} whose labels the networks of the first step give."""
        measured, targets = self.temperatures(data)
        there = {T: levels_in(data[T], self.levels) for T in measured}
        found = {}
        for level in self.levels:
            able = any(level in there[T] for T in measured)
            lacking = [T for T in measured if level not in there[T]] + targets
            wanted = [T for T in lacking if able and level >= self._least(T) - 1e-9]
            if wanted:
                found[level] = wanted
        return found

    def _least(self, temperature):
        return self.least.get(temperature, LEAST) if isinstance(self.least, dict) else self.least


def plan_for(data, targets=(), **settings):
    """The plan that learns from every label above the targets; without targets from every label.

    Raises InputError where no temperature above them has labels.
    """
    highest = max(targets, default=0.0)
    levels = settings.get("levels", LEVELS)
    labelled = [T for T in data.temperatures if highest + 1e-9 < T and levels_in(data[T], levels)]
    if not labelled:
        raise InputError(f"no temperature above {highest:g} has labels to learn from, expected one or more")
    return TransferPlan(minimum=min(labelled), targets=tuple(targets), **settings)
