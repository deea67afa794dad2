"""GlassMLP: a small network on coarse-grained structure, several seeds of it as one model."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassviz.errors import InputError
from glassviz.learning import network
from glassviz.learning.descriptor_model import (
    DescriptorModel,
    check_kept,
    check_scales,
    provenance_of,
    state_of,
    stored_state,
)
from glassviz.learning.inputs import (
    descriptors_of,
    lengths_for,
    time_slot,
    training_indices,
    types_to_train,
    varying_times,
)
from glassviz.learning.model_folder import HEADER, WEIGHTS, check_shapes, read_model, require, write_model
from glassviz.learning.score import propensity
from glassviz.structure.coarse_graining import LENGTHS
from glassviz.structure.coarse_graining import OBSERVABLES as DESCRIPTORS

SEEDS = 4


@dataclass(frozen=True, eq=False, kw_only=True)
class GlassMLP(DescriptorModel):
    """Networks inputs -> 2 -> 10 -> 10 -> 1, one for each seed, type and time; their mean is the prediction.

    kept : {type: (m,)} numbers of the descriptors that vary, which are the network's inputs
    parameters : {type: {name: (seeds, n_times, ...)}}; history : {type: (epochs, 2)} loss of training and validation
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023) and its supplement.
    """

    kept: dict
    parameters: dict
    history: dict

    kind = "glassmlp"

    @property
    def seeds(self):
        """Number of networks for each type and time."""
        return len(next(iter(self.parameters[self.types[0]].values())))

    @classmethod
    def fit(
        cls,
        state_point,
        observable="bond_breaking",
        lengths=None,
        observables=DESCRIPTORS,
        types=None,
        times=None,
        seeds=SEEDS,
        seed=0,
        schedule="published",
        device="cpu",
        progress=None,
        watch=None,
        checkpoint=None,
    ):
        """Train on the training configurations of a state point; the validation split chooses each network's epoch.

        types, times : default all that occur; times at which the training labels of a type do not vary are left out
        lengths : default those of GlassMLP that fit the box, see structure.lengths_within
        observables : with "displacement" among them the thermal configuration counts as well, as in GlassBench
        schedule : "published", "quick", or stages of `training`
        device : "cpu" or "cuda"; random numbers are the same on both, results differ by rounding
        progress(done, total) counts epochs over all types and may raise Cancelled; watch(type, history) gets the loss
        of training and validation of every epoch so far; with `checkpoint`, a folder, the same call goes on from there,
        on a processor with the same result to the last bit. The test split is not read.
        Raises InputError where there is nothing to train on, GlassvizError where a loss is not a number.
        """
        from glassviz.learning.ensemble import open_device, stages_of, train_types

        _check_seeds(seeds, seed)
        device, stages = open_device(device), stages_of(schedule)
        split, numbers, present = _training_set(state_point, observable, types, times)
        halves = propensity(state_point, f"{observable}_halves")
        used = split[0] + split[1]
        lengths = lengths_for(state_point, lengths, LENGTHS)
        inputs = descriptors_of(state_point, used, lengths, observables)
        data = {k: (state_point.inherent[k], inputs[k], halves[k][:, present]) for k in used}
        keys = {number: [(seed, s, number) for s in range(seeds)] for number in numbers}
        about = observable, state_point.times[present]
        learnt = train_types(data, split, *about, keys, stages, device, progress, watch, checkpoint)
        by = "validation loss" if split[1] else "training loss: no validation configuration"
        how = {"epoch_chosen_by": by, "seed": seed, "schedule": [list(vars(stage).values()) for stage in stages]}
        return cls(
            **state_of(state_point, present, observable, lengths, observables),
            **learnt,
            provenance=provenance_of(state_point, *split, **how),
        )

    def predict_all(self, configuration, inherent=None, slots=slice(None)):
        """Predictions at all times, (n_times, N), as `predict`: the mean over the seeds."""
        return self.predict_each(configuration, inherent, slots).mean(axis=0)

    def predict_each(self, configuration, inherent=None, slots=slice(None)):
        """Predictions of every seed, (seeds, n_times, N); their spread tells how far the networks agree."""
        return self._apply(network.forward, configuration, inherent, slots, ())

    def bottleneck(self, configuration, time=None, inherent=None, seed=0):
        """Values of the two-node bottleneck of one seed's network, (N, 2); nan for types without one.

        Raises InputError for a time or seed without a network.
        """
        self._check_seed(seed)
        return self.bottleneck_each(configuration, inherent, [time_slot(self.times, time)])[seed, 0]

    def bottleneck_each(self, configuration, inherent=None, slots=slice(None)):
        """Values of the bottleneck of every seed, (seeds, n_times, N, 2), as `bottleneck`."""
        return self._apply(network.bottleneck, configuration, inherent, slots, (network.BOTTLENECK,))

    def output(self, values, time=None, number=1, seed=0):
        """Propensity (n,) that one network of type `number` gives bottleneck values (n, 2): the layers behind.

        Raises InputError for a type, time or seed without a network.
        """
        return network.head(self._member(time, number, seed), np.asarray(values, dtype=np.float32)[None])[0]

    def input_weights(self, time=None, number=1, seed=0):
        """Weights from each standardised descriptor to each bottleneck node of one network, (2, M).

        In the order of `descriptor_names`; nan for dropped descriptors. Raises InputError as `output`.
        """
        result = np.full((network.BOTTLENECK, len(self.descriptor_names)), np.nan)
        weights = self._member(time, number, seed)["bottleneck.weight"][0]
        result[:, self.kept[number]] = weights
        return result

    def _member(self, time, number, seed):
        """Parameters of one network as an ensemble of one, {name: (1, ...)}."""
        if number not in self.parameters:
            raise InputError(f"there is no network for type {number}, expected one of {self.types}")
        self._check_seed(seed)
        slot = time_slot(self.times, time)
        return {name: values[seed, [slot]] for name, values in self.parameters[number].items()}

    def _check_seed(self, seed):
        if not 0 <= seed < self.seeds:
            raise InputError(f"seed is {seed}, expected one of 0..{self.seeds - 1}")

    def _apply(self, function, configuration, inherent, slots, shape):
        """function(parameters, inputs) of every network, (seeds, n_times, N, *shape)."""
        x = self.describe(configuration, inherent)
        result = np.full((self.seeds, len(self.times[slots]), len(x), *shape), np.nan)
        for number in self.types:
            own = configuration.types == number
            z = ((x[own][:, self.kept[number]] - self.means[number]) / self.scales[number]).astype(np.float32)
            chosen = {name: values[:, slots] for name, values in self.parameters[number].items()}
            members = {name: values.reshape(-1, *values.shape[2:]) for name, values in chosen.items()}
            result[:, :, own] = function(members, z).reshape(*result.shape[:2], len(z), *shape)
        return result

    def save(self, path, overwrite=False):
        """Write the model as a folder, whole or not at all; an existing one is an InputError unless `overwrite`."""
        own = {
            "seeds": self.seeds,
            "kept": {str(number): self.kept[number].tolist() for number in self.types},
            "epochs": {str(number): len(self.history[number]) for number in self.types},
        }
        tensors = {}
        for number in self.types:
            tensors[f"type{number}.means"] = self.means[number]
            tensors[f"type{number}.scales"] = self.scales[number]
            tensors[f"type{number}.history"] = self.history[number]
            tensors |= {f"type{number}.{name}": value for name, value in self.parameters[number].items()}
        write_model(path, {**self.header(), **own}, tensors, overwrite)

    @classmethod
    def load(cls, path):
        """Read a saved model; DataError names file, item and expectation."""
        header, tensors = read_model(path, cls.kind)
        shared = stored_state(header, path)
        _check_header(header, Path(path) / HEADER)
        types = header["types"]
        kept = {t: np.array(header["kept"][str(t)], dtype=np.int64) for t in types}
        names = network.parameter_shapes(1)
        check_shapes(tensors, _shapes(header, kept), Path(path) / WEIGHTS)
        check_scales(tensors, types, path)
        learnt = {name: {t: tensors[f"type{t}.{name}"] for t in types} for name in ("means", "scales", "history")}
        parameters = {t: {name: tensors[f"type{t}.{name}"] for name in names} for t in types}
        return cls(**shared, **learnt, kept=kept, parameters=parameters)


def _check_seeds(seeds, seed):
    """Raise InputError unless both are whole numbers, one network at least."""
    for name, value, least in (("seeds", seeds, 1), ("seed", seed, 0)):
        if type(value) is not int or value < least:
            raise InputError(f"{name} is {value!r}, expected a whole number from {least} on")


def _training_set(state_point, observable, types, times):
    """(Training, validation) indices, types, and the times at which the labels of every type vary.

    A time that was asked for is not left out: InputError names types and times, as where none is left.
    """
    labels = propensity(state_point, observable)
    train, validation, present = training_indices(state_point, labels, times)
    numbers = types_to_train(state_point, train, types, each=train + validation)
    varies, still = varying_times(state_point, labels, train, numbers)
    still = [(number, time) for number, time in still if time in state_point.times[present]]
    if still and (times is not None or not (present & varies).any()):
        where = ", ".join(f"type {number} at t = {time:g}" for number, time in still)
        raise InputError(f"the {observable} labels of the training split have no variance for {where}")
    return (train, validation), numbers, present & varies


def _check_header(header, file):
    """Raise DataError unless the items that only this kind has are there and fit the others."""
    seeds, inputs = header.get("seeds"), len(header["descriptors"])
    require(type(seeds) is int and seeds > 0, file, f"seeds is {seeds!r}, expected a positive number")
    check_kept(header, inputs, file)


def _shapes(header, kept):
    """Shape of every array of weights.safetensors."""
    shapes = {}
    for number in header["types"]:
        width = len(kept[number])
        shapes |= {f"type{number}.{name}": (width,) for name in ("means", "scales")}
        shapes[f"type{number}.history"] = (header["epochs"][str(number)], 2)
        for name, shape in network.parameter_shapes(width).items():
            shapes[f"type{number}.{name}"] = (header["seeds"], len(header["times"]), *shape)
    return shapes
