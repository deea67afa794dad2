"""tGlassMLP at one state point of a data set, where it answers like a model that was trained there."""

from functools import cached_property

import numpy as np

from glassviz.cache import cached_array
from glassviz.errors import InputError
from glassviz.learning import tglass_network as network
from glassviz.learning.inputs import descriptors_of, time_slot

STEPS, STRENGTH, CLOSE = 6, 0.75, 1e-4
"""Most corrections of the input C, the share of the deviation that each takes, and what counts as none."""


def consistent_levels(model, inputs, temperature, levels, number=1):
    """Inputs C (networks, n_levels) at which the mean prediction over all particles of all structures is `levels`.

    C <- C - 0.75 (X(C) - level), at most 6 times or until |X - level| < 1e-4, for each network; returns them and the
    last means X. The mean is over all structures together: held for each, chi_4 would be zero.
    inputs : [(n, m)] standardised descriptors of each structure; levels (n_levels,)
    Where C leaves 0..1 it is held at the end. The paper prints a plus, with which C runs away where dX/dC > 0.
    Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), appendix B.
    """
    together = np.concatenate(inputs)
    given, means = np.tile(np.asarray(levels, dtype=float), (model.seeds, 1)), None
    for step in range(STEPS + 1):
        means = mean_predictions(model, together, temperature, given, number)
        off = means - levels
        if step == STEPS or (np.abs(off) < CLOSE).all():
            break
        given = np.where(np.abs(off) < CLOSE, given, np.clip(given - STRENGTH * off, 0, 1))
    return given, means


def mean_predictions(model, inputs, temperature, given, number=1):
    """Mean prediction X (networks, n_levels) over particles with inputs (n, m), where network k is told given[k]."""
    found = np.empty(given.shape)
    for member, slot in np.ndindex(given.shape):
        alone = {name: values[[member]] for name, values in model.parameters[number].items()}
        state = network.state_inputs(temperature, given[member, slot], model.reference)
        found[member, slot] = network.forward(alone, inputs, state, model.scaled).mean(dtype=np.float64)
    return found


class Conditioned:
    """A TGlassMLP at a temperature and a series of mean propensities; what it is told is held to them (`inputs_told`).

    state_point : whose structures, of all splits, the means are over: no label is read but the mean C_B
    levels : mean propensities C; default those of its label times
    """

    kind = "tglassmlp"
    collective_of_each = True
    """Collective quantities are those of each network, as published, not of their mean prediction."""

    def __init__(self, model, state_point, levels=None):
        self.whole, self._state_point = model, state_point
        self.temperature = float(state_point.temperature)
        for name in ("system", "observable", "types", "seeds", "kept", "lengths", "observables", "descriptor_names"):
            setattr(self, name, getattr(model, name))
        self.history, self.provenance = model.history, model.provenance
        if levels is None:
            decay = state_point.decay(self.types[0])
            # Before anything has moved, and after the last label, there is nothing to tell the networks.
            known = np.isfinite(decay) & (decay < 1)
            self.times, self.levels = np.asarray(state_point.times, dtype=float)[known], decay[known]
        else:
            self.times, self.levels = None, np.asarray(levels, dtype=float)

    @property
    def inputs_told(self):
        """Inputs C (networks, n_levels) at which each network's mean over the type's particles is that asked for."""
        return self._consistent[0]

    @property
    def reached(self):
        """The means X (networks, n_levels) that the iteration reached: `levels`, but for networks that cannot."""
        return self._consistent[1]

    @cached_property
    def _consistent(self):
        """Inputs C and the means X that follow, (2, networks, n_levels)."""
        model, number = self.whole, self.types[0]

        def compute():
            return np.stack(consistent_levels(model, self._inputs(), self.temperature, self.levels, number))

        return cached_array("consistent-levels-2", self._content(), compute)

    @cached_property
    def deviations(self):
        """X - C of each network told C itself, (networks, n_levels): how far it is from self-consistency."""
        model, number = self.whole, self.types[0]

        def compute():
            told = np.tile(self.levels, (model.seeds, 1))
            return mean_predictions(model, np.concatenate(self._inputs()), self.temperature, told, number) - told

        return cached_array("deviations-1", self._content(), compute)

    def _inputs(self):
        """Standardised descriptors (n, m) of the type's particles in every structure."""
        number, point, model = self.types[0], self._state_point, self.whole
        x = descriptors_of(point, range(len(point)), model.lengths, model.observables)
        return [model.standardised(x[k][point.configurations[k].types == number], self.temperature) for k in x]

    def _content(self):
        """What decides the means over all structures."""
        point, model = self._state_point, self.whole
        content = [self.temperature, self.levels, model.reference, model.scaled, model.means[self.types[0]]]
        content += [value for own in model.parameters.values() for value in own.values()]
        return content + [array for r in point.records for array in (r.inherent.positions, r.inherent.types)]

    def predict(self, configuration, time=None, inherent=None, temperature=None):
        """Predicted propensity (N,) at one of the label times, the mean over the networks."""
        return self.predict_all(configuration, inherent, [time_slot(self.times, time)])[0]

    def predict_all(self, configuration, inherent=None, slots=slice(None)):
        """Predictions at all levels, (n_levels, N): the mean over the networks."""
        return self.predict_each(configuration, inherent, slots).mean(axis=0)

    def predict_each(self, configuration, inherent=None, slots=slice(None)):
        """Predictions of every network, (networks, n_levels, N)."""
        return self.whole.predict_states(configuration, self.temperature, self.inputs_told[:, slots], inherent)

    def bottleneck_each(self, configuration, inherent=None, slots=slice(None)):
        """Values of the bottleneck of every network, (networks, n_levels, N, 2)."""
        return self.whole.bottleneck_states(configuration, self.temperature, self.inputs_told[:, slots], inherent)

    def bottleneck(self, configuration, time=None, inherent=None, seed=0):
        """Values of the bottleneck of one network, (N, 2); nan for types without one."""
        return self.bottleneck_each(configuration, inherent, [time_slot(self.times, time)])[seed, 0]

    def output(self, values, time=None, number=1, seed=0):
        """Propensity (n,) that one network gives bottleneck values (n, 2) at a label time."""
        alone, state = self._member(time, number, seed)
        return network.output(alone, np.asarray(values, dtype=np.float32)[None], state)[0]

    def input_weights(self, time=None, number=1, seed=0):
        """Weights from each standardised descriptor to each bottleneck node, (2, M); nan for dropped descriptors.

        M B w with the attention w averaged over the particles of the first structure: what multiplies a descriptor on
        average. Raises InputError as `output`.
        """
        alone, state = self._member(time, number, seed)
        record = self._state_point.records[0]
        x = self.whole.describe(record.thermal, record.inherent)[record.inherent.types == number]
        inputs = self.whole.standardised(x, self.temperature, number)
        attention = network.attend(alone, inputs, state, self.whole.scaled)[0][0].mean(axis=0)
        factor = inputs.shape[1] if self.whole.scaled else 1
        result = np.full((2, len(self.descriptor_names)), np.nan)
        result[:, self.kept[number]] = factor * attention * alone["bottleneck.weight"][0]
        return result

    def _member(self, time, number, seed):
        """Parameters of one network as an ensemble of one, and its state u, at a label time."""
        if number not in self.types:
            raise InputError(f"there is no network for type {number}, expected one of {self.types}")
        if not 0 <= seed < self.seeds:
            raise InputError(f"seed is {seed}, expected one of 0..{self.seeds - 1}")
        told = self.inputs_told[seed, time_slot(self.times, time)]
        alone = {name: values[[seed]] for name, values in self.whole.parameters[number].items()}
        return alone, network.state_inputs(self.temperature, told, self.whole.reference)
