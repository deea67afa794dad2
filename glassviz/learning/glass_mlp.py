"""GlassMLP: a small network on coarse-grained structure, several seeds of it as one model."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassviz import __version__
from glassviz.errors import DataError, InputError
from glassviz.learning import network
from glassviz.learning.inputs import describe, descriptors_of, time_slot, training_indices
from glassviz.learning.model_folder import HEADER, WEIGHTS, check_shapes, is_number, read_model, require, write_model
from glassviz.learning.score import OBSERVABLES, propensity
from glassviz.structure import glassmlp_descriptor_names
from glassviz.structure.coarse_graining import LENGTHS
from glassviz.structure.coarse_graining import OBSERVABLES as DESCRIPTORS
from glassviz.systems import GlassFormer, system_named

SEEDS = 4
CONSTANT = 1e-9
"""Descriptors whose spread over the training set is below this are dropped."""


@dataclass(frozen=True, eq=False)
class GlassMLP:
    """Networks inputs -> 2 -> 10 -> 10 -> 1, one for each seed, type and time; their mean is the prediction.

    kept : {type: (m,)} numbers of the descriptors that vary; means, scales : {type: (m,)} over the training particles
    parameters : {type: {name: (seeds, n_times, ...)}}; history : {type: (epochs, 2)} loss of training and validation
    Source: Jung, Biroli, Berthier, PRL 130, 238202 (2023) and its supplement.
    """

    system: GlassFormer
    temperature: float
    times: np.ndarray
    observable: str
    lengths: tuple
    observables: tuple
    kept: dict
    means: dict
    scales: dict
    parameters: dict
    history: dict
    provenance: dict

    kind = "glassmlp"

    @property
    def types(self):
        """Types that the model predicts."""
        return sorted(self.parameters)

    @property
    def seeds(self):
        """Number of networks for each type and time."""
        return len(next(iter(self.parameters[self.types[0]].values())))

    @property
    def descriptor_names(self):
        """Name of each descriptor before any is dropped."""
        return glassmlp_descriptor_names(self.system, self.lengths, observables=self.observables)

    @classmethod
    def fit(
        cls,
        state_point,
        observable="bond_breaking",
        lengths=LENGTHS,
        observables=DESCRIPTORS,
        types=None,
        seeds=SEEDS,
        seed=0,
        schedule=None,
        progress=None,
        checkpoint=None,
    ):
        """Train on the training configurations of a state point; the validation split chooses each network's epoch.

        types : default all that occur; schedule : stages of `training`, default as published
        progress(done, total) counts epochs over all types and may raise Cancelled; with `checkpoint`, a folder, the
        same call goes on from there, with the same result to the last bit. Times at which the training labels of a
        type do not vary are left out. The test split is not read.
        Raises InputError where there is nothing to train on, GlassvizError where a loss is not a number.
        """
        from glassviz.learning.ensemble import train_type

        if int(seeds) < 1:
            raise InputError(f"seeds is {seeds}, expected 1 or more")
        labels = propensity(state_point, observable)
        train, validation, present = training_indices(state_point, labels)
        system = state_point.system
        numbers = _types_to_train(state_point, train, types)
        present &= _varies(state_point, labels, train, numbers)
        if not present.any():
            raise InputError(f"the {observable} labels of the training split have no variance at any time")
        inputs = descriptors_of(state_point, train + validation, lengths, observables)
        results = {}
        for place, number in enumerate(numbers):
            results[number] = train_type(
                {k: (state_point.inherent[k], inputs[k], labels[k, present]) for k in train + validation},
                (train, validation),
                number,
                observable,
                [(seed, s, number) for s in range(int(seeds))],
                schedule,
                None if progress is None else _part_of(progress, place, len(numbers)),
                None if checkpoint is None else Path(checkpoint) / f"type{number}.safetensors",
            )
        kept, means, scales, parameters, history = ({t: r[k] for t, r in results.items()} for k in range(5))
        return cls(
            system=system,
            temperature=float(state_point.temperature),
            times=np.asarray(state_point.times, dtype=np.float64)[present],
            observable=observable,
            lengths=tuple(float(length) for length in lengths),
            observables=tuple(observables),
            kept=kept,
            means=means,
            scales=scales,
            parameters=parameters,
            history=history,
            provenance=_provenance(state_point, train, validation, seed),
        )

    def predict(self, configuration, time=None, inherent=None):
        """Predicted propensity of every particle at one of the model's times, (N,): the mean over the seeds.

        configuration : thermal; it is quenched unless its inherent structure is given; nan for types without a network
        Raises InputError listing the times, DataError when the configuration is of another system.
        """
        return self.predict_all(configuration, inherent, slots=[time_slot(self.times, time)])[0]

    def predict_all(self, configuration, inherent=None, slots=slice(None)):
        """Predictions at all times, (n_times, N), as `predict`."""
        return self.predict_each(configuration, inherent, slots).mean(axis=0)

    def predict_each(self, configuration, inherent=None, slots=slice(None)):
        """Predictions of every seed, (seeds, n_times, N); their spread tells how far the networks agree."""
        return self._apply(network.forward, configuration, inherent, slots, ())

    def bottleneck(self, configuration, time=None, inherent=None, seed=0):
        """Values of the two-node bottleneck of one seed's network, (N, 2); nan for types without one."""
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
        if not 0 <= seed < self.seeds:
            raise InputError(f"seed is {seed}, expected one of 0..{self.seeds - 1}")
        slot = time_slot(self.times, time)
        return {name: values[seed, [slot]] for name, values in self.parameters[number].items()}

    def describe(self, configuration, inherent=None):
        """Descriptors of a thermal configuration, (N, M), after quenching it where `inherent` is not given."""
        return describe(configuration, self.system, self.lengths, self.observables, inherent)

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
        header = {
            "kind": self.kind,
            "system": self.system.name,
            "temperature": self.temperature,
            "times": self.times.tolist(),
            "observable": self.observable,
            "types": self.types,
            "seeds": self.seeds,
            "lengths": list(self.lengths),
            "observables": list(self.observables),
            "descriptors": self.descriptor_names,
            "kept": {str(number): self.kept[number].tolist() for number in self.types},
            "epochs": {str(number): len(self.history[number]) for number in self.types},
            "provenance": self.provenance,
        }
        tensors = {}
        for number in self.types:
            tensors[f"type{number}.means"] = self.means[number]
            tensors[f"type{number}.scales"] = self.scales[number]
            tensors[f"type{number}.history"] = self.history[number]
            tensors |= {f"type{number}.{name}": value for name, value in self.parameters[number].items()}
        write_model(path, header, tensors, overwrite)

    @classmethod
    def load(cls, path):
        """Read a saved model; DataError names file, item and expectation."""
        header, tensors = read_model(path, cls.kind)
        file = Path(path) / HEADER
        system = system_named(header["system"])
        _check_header(header, system, file)
        types = header["types"]
        kept = {t: np.array(header["kept"][str(t)], dtype=np.int64) for t in types}
        names = network.parameter_shapes(1)
        check_shapes(tensors, _shapes(header, kept), Path(path) / WEIGHTS)
        for number in types:
            positive = (tensors[f"type{number}.scales"] > 0).all()
            require(positive, Path(path) / WEIGHTS, f"type{number}.scales are not all positive, expected deviations")
        return cls(
            system=system,
            temperature=float(header["temperature"]),
            times=np.array(header["times"], dtype=np.float64),
            observable=header["observable"],
            lengths=tuple(header["lengths"]),
            observables=tuple(header["observables"]),
            kept=kept,
            means={t: tensors[f"type{t}.means"] for t in types},
            scales={t: tensors[f"type{t}.scales"] for t in types},
            parameters={t: {name: tensors[f"type{t}.{name}"] for name in names} for t in types},
            history={t: tensors[f"type{t}.history"] for t in types},
            provenance=header["provenance"],
        )


def _types_to_train(state_point, train, types):
    """Type numbers to train; InputError where none of those asked for occurs."""
    there = set(np.unique(np.concatenate([state_point.configurations[k].types for k in train])).tolist())
    numbers = [t for t in (sorted(there) if types is None else types) if t in there]
    if not numbers:
        raise InputError(f"types {list(types)} do not occur in the training split, expected some of {sorted(there)}")
    return numbers


def _varies(state_point, labels, train, numbers):
    """Times at which the training labels of every type vary, (n_times,) bool."""
    varies = np.ones(labels.shape[1], dtype=bool)
    for number in numbers:
        own = [labels[k][:, state_point.configurations[k].types == number] for k in train]
        varies &= np.concatenate(own, axis=1).std(axis=1) > CONSTANT
    return varies


def _part_of(progress, place, parts):
    """Progress of one of several equal parts as progress of the whole."""
    return lambda done, total: progress(place * total + done, parts * total)


def _provenance(state_point, train, validation, seed):
    indices = [record.index for record in state_point.records]
    return {
        "epoch_chosen_by": "validation loss" if validation else "training loss: no validation configuration",
        "training_configurations": len(train),
        "validation_configurations": len(validation),
        "training_indices": [indices[k] for k in train],
        "validation_indices": [indices[k] for k in validation],
        "seed": seed,
        "software": f"glassviz {__version__}",
    }


def _check_header(header, system, file):
    """Raise DataError unless the items that this kind needs are there and fit each other."""
    require(header["times"] is not None and header["temperature"] is not None, file, "temperature or times are null")
    known = header["observable"] in OBSERVABLES
    require(known, file, f"observable is {header['observable']!r}, expected one of {', '.join(OBSERVABLES)}")
    require(isinstance(header.get("provenance"), dict), file, "provenance is missing, expected an object")
    seeds = header.get("seeds")
    require(type(seeds) is int and seeds > 0, file, f"seeds is {seeds!r}, expected a positive number")
    for name in ("lengths", "observables"):
        require(isinstance(header.get(name), list), file, f"{name} are {header.get(name)!r}, expected a list")
    require(all(is_number(length) for length in header["lengths"]), file, "lengths hold other than numbers")
    require(all(isinstance(name, str) for name in header["observables"]), file, "observables hold other than strings")
    try:
        names = glassmlp_descriptor_names(system, header["lengths"], observables=header["observables"])
    except InputError as error:
        raise DataError(f"{file}: {error}") from None
    require(header.get("descriptors") == names, file, "descriptors are not those that lengths and observables give")
    keys = {str(number) for number in header["types"]}
    for item in ("kept", "epochs"):
        require(isinstance(header.get(item), dict) and header[item].keys() == keys, file, f"{item} are not by type")
    for number, kept in header["kept"].items():
        listed = isinstance(kept, list) and kept and all(type(m) is int and 0 <= m < len(names) for m in kept)
        require(listed, file, f"kept of type {number} are not numbers of descriptors below {len(names)}")
    require(all(type(e) is int and e > 0 for e in header["epochs"].values()), file, "epochs are not positive numbers")


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
