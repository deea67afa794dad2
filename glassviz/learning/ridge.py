"""Ridge regression on coarse-grained structure: the linear model that any network has to beat."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassviz import __version__
from glassviz.errors import DataError, InputError
from glassviz.learning import regression
from glassviz.learning.inputs import describe, descriptors_of, time_slot, training_indices
from glassviz.learning.model_folder import HEADER, WEIGHTS, check_shapes, is_number, read_model, require, write_model
from glassviz.learning.score import OBSERVABLES, propensity
from glassviz.structure import glassmlp_descriptor_names
from glassviz.systems import GlassFormer, system_named

LENGTHS = (0.0, 1.0, 2.0, 3.5, 5.0)
"""Coarse-graining lengths that together reach from the cage to the range of dynamical correlations.

In d dimensions a weight exp(-r/L) reaches over some d L. Where that nears half the box, as in small 3D boxes, the
descriptors tell configurations apart rather than particles, and a fit to few configurations can misjudge the mean of a
new one.
"""

DESCRIPTORS = ("density", "energy", "perimeter")
"""Observables that are coarse-grained."""

ALPHAS = tuple(10.0**k for k in range(2, -9, -1))
"""Penalties to choose from, the strongest first: it wins a tie."""


@dataclass(frozen=True, eq=False)
class Ridge:
    """Ridge regression of a propensity, one for each type and time.

    y_i = b + sum_m w_m z_im,  z = (x - mean) / scale,  (b, w) minimise <(y - y_i)^2> + alpha |w|^2

    x are coarse-grained density, energy and Voronoi perimeter of the inherent structure, standardised over the training
    particles of the type; descriptors without variance have weight 0.

    means, scales : {type: (M,)}; weights : {type: (n_times, M)}; intercepts, alphas : {type: (n_times,)}
    provenance : dict with the configurations used and on what alpha was chosen
    Source: Boattini, Smallenburg, Filion, Phys. Rev. Lett. 127, 088007 (2021), with GlassMLP's descriptors.
    """

    system: GlassFormer
    temperature: float
    times: np.ndarray
    observable: str
    lengths: tuple
    observables: tuple
    means: dict
    scales: dict
    weights: dict
    intercepts: dict
    alphas: dict
    provenance: dict

    kind = "ridge"

    @property
    def types(self):
        """Types that the model predicts."""
        return sorted(self.weights)

    @property
    def descriptor_names(self):
        """Name of each descriptor, in the order of the weights."""
        return glassmlp_descriptor_names(self.system, self.lengths, observables=self.observables)

    @classmethod
    def fit(
        cls,
        state_point,
        observable="bond_breaking",
        lengths=LENGTHS,
        observables=DESCRIPTORS,
        types=None,
        alphas=ALPHAS,
        progress=None,
    ):
        """Fit to the training configurations of a state point.

        observable : "bond_breaking" or "displacement"; types : default all that occur; observables : which descriptors
        alpha is chosen for each type and time by the squared error on the validation split; without one, by leaving
        out one training configuration at a time. The test split is not read. Times at which a configuration used has no
        label are left out. progress(done, total) counts configurations and may raise Cancelled.
        Raises InputError when there is nothing to train on or to choose alpha by.
        """
        labels = propensity(state_point, observable)
        train, validation, present = training_indices(state_point, labels)
        used = train + validation
        alphas = _checked_alphas(alphas, len(train), len(validation))
        system, inherent = state_point.system, state_point.inherent
        inputs = descriptors_of(state_point, used, lengths, observables, progress)
        results = {}
        for number in range(1, system.types + 1) if types is None else types:
            pairs = {k: _of_type(inherent[k], number, inputs[k], labels[k, present]) for k in used}
            if sum(len(pairs[k][0]) for k in train) > 1:
                results[number] = regression.fit([pairs[k] for k in train], [pairs[k] for k in validation], alphas)
        if not results:
            raise InputError(f"types {types} do not occur in the training split, expected some of 1..{system.types}")
        means, scales, weights, intercepts, chosen = ({t: r[k] for t, r in results.items()} for k in range(5))
        return cls(
            system=system,
            temperature=float(state_point.temperature),
            times=np.asarray(state_point.times, dtype=np.float64)[present],
            observable=observable,
            lengths=tuple(float(length) for length in lengths),
            observables=tuple(observables),
            means=means,
            scales=scales,
            weights=weights,
            intercepts=intercepts,
            alphas=chosen,
            provenance=_provenance(state_point, train, validation, alphas),
        )

    def predict(self, configuration, time=None, inherent=None):
        """Predicted propensity of every particle at one of the model's times, (N,); nan for types without a regression.

        configuration : thermal; it is quenched unless its inherent structure is given
        time : one of `times` to 1e-6 of itself; may be left out where there is only one
        Raises InputError listing the times, DataError when the configuration is of another system.
        """
        return self.predict_all(configuration, inherent, slots=[time_slot(self.times, time)])[0]

    def predict_all(self, configuration, inherent=None, slots=slice(None)):
        """Predictions at all times, (n_times, N), as `predict`."""
        x = self.describe(configuration, inherent)
        result = np.full((len(self.times[slots]), len(x)), np.nan)
        for number in self.types:
            own = configuration.types == number
            z = (x[own] - self.means[number]) / self.scales[number]
            result[:, own] = self.weights[number][slots] @ z.T + self.intercepts[number][slots, None]
        return result

    def input_weights(self, time=None, number=1):
        """Weight of each standardised descriptor for type `number` at one of the model's times, (1, M).

        In the order of `descriptor_names`; nan for descriptors without variance, whose scale is 1.
        Raises InputError for a type or time without a regression.
        """
        if number not in self.weights:
            raise InputError(f"there is no regression for type {number}, expected one of {self.types}")
        weights = self.weights[number][time_slot(self.times, time)]
        return np.where(self.scales[number] == 1, np.nan, weights)[None]

    def describe(self, configuration, inherent=None):
        """Descriptors of a thermal configuration, (N, M), after quenching it where `inherent` is not given."""
        return describe(configuration, self.system, self.lengths, self.observables, inherent)

    def save(self, path, overwrite=False):
        """Write the model as a folder, whole or not at all; an existing one is an InputError unless `overwrite`."""
        header = {
            "kind": self.kind,
            "system": self.system.name,
            "temperature": self.temperature,
            "times": self.times.tolist(),
            "observable": self.observable,
            "types": self.types,
            "lengths": list(self.lengths),
            "observables": list(self.observables),
            "descriptors": self.descriptor_names,
            "alphas": {str(number): self.alphas[number].tolist() for number in self.types},
            "provenance": self.provenance,
        }
        tensors = {}
        for number in self.types:
            for name in ("means", "scales", "weights", "intercepts"):
                tensors[f"type{number}.{name}"] = np.asarray(getattr(self, name)[number], dtype=np.float64)
        write_model(path, header, tensors, overwrite)

    @classmethod
    def load(cls, path):
        """Read a saved model; DataError names file, item and expectation."""
        header, tensors = read_model(path, cls.kind)
        file = Path(path) / HEADER
        system = system_named(header["system"])
        names = _checked_names(header, system, file)
        times, types = header["times"], header["types"]
        require(times is not None and header["temperature"] is not None, file, "temperature or times are null")
        known = header["observable"] in OBSERVABLES
        require(known, file, f"observable is {header['observable']!r}, expected one of {', '.join(OBSERVABLES)}")
        require(isinstance(header.get("provenance"), dict), file, "provenance is missing, expected an object")
        sizes = {"means": (len(names),), "scales": (len(names),)}
        sizes |= {"weights": (len(times), len(names)), "intercepts": (len(times),)}
        check_shapes(tensors, {f"type{t}.{n}": s for t in types for n, s in sizes.items()}, Path(path) / WEIGHTS)
        for number in types:
            positive = (tensors[f"type{number}.scales"] > 0).all()
            require(positive, Path(path) / WEIGHTS, f"type{number}.scales are not all positive, expected deviations")
        return cls(
            system=system,
            temperature=float(header["temperature"]),
            times=np.array(times, dtype=np.float64),
            observable=header["observable"],
            lengths=tuple(header["lengths"]),
            observables=tuple(header["observables"]),
            alphas=_checked_stored_alphas(header, file),
            provenance=header["provenance"],
            **{name: {t: tensors[f"type{t}.{name}"] for t in types} for name in sizes},
        )


def _of_type(configuration, number, x, y):
    """Inputs (n, M) and targets (n, T) of the particles of one type."""
    own = configuration.types == number
    return x[own], y[:, own].T


def _checked_alphas(alphas, training, validation):
    """Penalties as a tuple, after checking that they are numbers >= 0 and can be chosen from."""
    alphas = tuple(float(alpha) for alpha in alphas)
    if not alphas or not all(np.isfinite(alpha) and alpha >= 0 for alpha in alphas):
        raise InputError(f"alphas are {list(alphas)}, expected one or more finite numbers from 0 on")
    if len(alphas) > 1 and not validation and training < 2:
        raise InputError("alpha cannot be chosen: expected a validation configuration, two for training, or one alpha")
    return alphas


def _provenance(state_point, train, validation, alphas):
    """Which configurations made a model, and how."""
    by = "validation split" if validation else "leave-one-configuration-out over the training split"
    indices = [record.index for record in state_point.records]
    return {
        "alpha_chosen_by": f"squared error, {by}" if len(alphas) > 1 else "given",
        "alpha_grid": list(alphas),
        "training_configurations": len(train),
        "validation_configurations": len(validation),
        "training_indices": [indices[k] for k in train],
        "validation_indices": [indices[k] for k in validation],
        "software": f"glassviz {__version__}",
    }


def _checked_names(header, system, file):
    """Descriptor names that lengths and observables of a stored model stand for; they must be the stored ones."""
    for name in ("lengths", "observables"):
        require(isinstance(header.get(name), list), file, f"{name} are {header.get(name)!r}, expected a list")
    require(all(is_number(length) for length in header["lengths"]), file, "lengths hold other than numbers")
    require(all(isinstance(name, str) for name in header["observables"]), file, "observables hold other than strings")
    try:
        names = glassmlp_descriptor_names(system, header["lengths"], observables=header["observables"])
    except InputError as error:
        raise DataError(f"{file}: {error}") from None
    require(
        header.get("descriptors") == names,
        file,
        f"descriptors are not the {len(names)} that lengths and observables give",
    )
    return names


def _checked_stored_alphas(header, file):
    """{type: (n_times,)} of a stored model."""
    alphas, length = header.get("alphas"), len(header["times"])
    require(isinstance(alphas, dict), file, f"alphas are {alphas!r}, expected an object")
    keys = {str(number) for number in header["types"]}
    require(alphas.keys() == keys, file, f"alphas are for types {sorted(alphas)}, expected {sorted(keys)}")
    for number, values in alphas.items():
        numbers = isinstance(values, list) and all(is_number(a) and a >= 0 for a in values)
        require(numbers and len(values) == length, file, f"alphas of type {number} are not {length} numbers from 0 on")
    return {number: np.array(alphas[str(number)], dtype=np.float64) for number in header["types"]}
