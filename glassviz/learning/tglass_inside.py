"""Inside a tGlassMLP at one temperature of a data set, at the levels of the decay that it knows."""

from functools import cached_property

import numpy as np

from glassviz.cache import cached_array
from glassviz.learning import tglass_network as network
from glassviz.learning.inputs import descriptors_of
from glassviz.learning.mean_attention import mean_attention, one_network
from glassviz.learning.sensitivity import sensitivity
from glassviz.learning.tglass_at import Conditioned
from glassviz.learning.transfer_labels import LEVELS

REACH = 0.05
"""How far beyond the mean propensities that it learnt a model is shown."""


def levels_of(model):
    """Mean propensities C of Table I within what a TGlassMLP was trained on, highest first; the nearest if none is."""
    learnt = [level for _, level, _ in model.provenance.get("learnt", ())] or LEVELS
    within = tuple(C for C in LEVELS if min(learnt) - REACH <= C <= max(learnt) + REACH)
    return within or (min(LEVELS, key=lambda C: abs(C - learnt[0])),)


class Inside:
    """One type's networks of a TGlassMLP at a state point; levels (n_levels,) mean propensities C.

    Each network is told the C at which its mean over the structures of the state point is that asked for.
    """

    def __init__(self, model, state_point, number):
        self.model, self.number, self.levels = model.scaled_for(state_point), number, levels_of(model)
        self.temperature = float(state_point.temperature)
        # By configuration of the state point, which lives as long as this, level and network: 20 kB each.
        self._planes = {}
        self._point, self._at = state_point, Conditioned(self.model, state_point, self.levels)

    @property
    def told(self):
        """Inputs C, (networks, n_levels)."""
        return self._at.inputs_told

    @cached_property
    def names(self):
        """Names of the descriptors that are inputs, (m,)."""
        every = self.model.descriptor_names
        return [every[k] for k in self.model.kept[self.number]]

    @cached_property
    def attention(self):
        """Mean attention over the particles of all structures, (networks, n_levels, m)."""
        return self._kept("mean-attention-1", mean_attention)

    @cached_property
    def sensitivity(self):
        """Sensitivity to each descriptor over the particles of all structures, (networks, n_levels, m)."""
        return self._kept("sensitivity-1", sensitivity)

    def known(self, name):
        """Whether `attention` or `sensitivity` is worked out already."""
        return name in vars(self)

    def bottleneck(self, record, slot, member):
        """Values of the bottleneck of one network for a configuration, (N, 2); nan for types without one."""
        key = id(record), slot, member
        if key not in self._planes:
            one, told = self.model.choose([member]), self.told[[member], slot : slot + 1]
            self._planes[key] = one.bottleneck_states(record.thermal, self.temperature, told, record.inherent)[0, 0]
        return self._planes[key]

    def output(self, values, slot, member):
        """Propensity (n,) that one network gives bottleneck values (n, 2)."""
        alone, state = one_network(self.model, self.temperature, self.told, member, slot, self.number)
        return network.output(alone, np.asarray(values, dtype=np.float32)[None], state)[0]

    def _kept(self, kind, function):
        """An array of one value for each network, level and descriptor, kept on disk."""
        model, point, number = self.model, self._point, self.number

        def compute():
            x = descriptors_of(point, range(len(point)), model.lengths, model.observables)
            own = np.concatenate([x[k][point.configurations[k].types == number] for k in x])
            inputs = model.standardised(own, self.temperature, number)
            return function(model, inputs, self.temperature, self.told, number)

        content = [self.temperature, number, self.told, model.reference, model.scaled, model.kept[number]]
        content += [model.means[number], model.scales[number], *model.parameters[number].values()]
        content += [array for r in point.records for array in (r.inherent.positions, r.inherent.types)]
        return cached_array(kind, content, compute)
