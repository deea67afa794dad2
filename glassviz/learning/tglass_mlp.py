"""tGlassMLP: one network for all temperatures and times, several of it as one model."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from glassviz.errors import InputError
from glassviz.learning import tglass_network as network
from glassviz.learning.descriptor_model import (
    SAME_TEMPERATURE,
    DescriptorModel,
    check_kept,
    check_scales,
    provenance_of_all,
    shared_state,
)
from glassviz.learning.inputs import lengths_for
from glassviz.learning.model_folder import HEADER, WEIGHTS, check_shapes, is_number, read_model, require, write_model
from glassviz.learning.tglass_at import Conditioned
from glassviz.learning.transfer_labels import LEVELS
from glassviz.structure.coarse_graining import OBSERVABLES as DESCRIPTORS

LENGTHS = (0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 9.0)
NETWORKS = 16
KEPT, SCALINGS = ("best", "last"), ("together", "temperature")
CHUNK = 20_000
"""Particles of one pass: the attention weights of 16 networks take 200 MB."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TGlassMLP(DescriptorModel):
    """Networks of `tglass_network` on bond-breaking propensities; their mean is the prediction.

    kept : {type: (m,)} numbers of the descriptors that are inputs; means, scales : {type: (1 or n_temperatures, m)}
    scaled_at : temperatures of the rows of means and scales, () where one row serves all
    parameters : {type: {name: (networks, ...)}}; history : {type: (epochs, 2)} loss of training and validation
    reference, scaled : T_0 and the factor M of `tglass_network`
    Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024).
    """

    kept: dict
    scaled_at: tuple
    parameters: dict
    history: dict
    reference: float = network.REFERENCE
    scaled: bool = True

    kind = "tglassmlp"

    @property
    def seeds(self):
        """Number of networks for each type."""
        return len(self.parameters[self.types[0]]["output.bias"])

    @property
    def highest(self):
        """Highest temperature whose labels it has learnt."""
        return max(temperature for temperature, *_ in self.provenance["learnt"])

    @classmethod
    def fit(
        cls,
        state_points,
        transferred=(),
        scaled_on=None,
        levels=LEVELS,
        lengths=None,
        observables=DESCRIPTORS,
        types=(1,),
        networks=NETWORKS,
        seed=0,
        schedule="published",
        structures=150,
        keep="best",
        scaling="together",
        scaled=True,
        reference=network.REFERENCE,
        device="cpu",
        workers=1,
        progress=None,
        watch=None,
        checkpoint=None,
    ):
        """Train on the bond-breaking propensities of the training configurations of several state points at once.

        state_points : of one system, each at another temperature; their labels at each of `levels` are used
        transferred : labels that other networks gave, [transfer_labels.Transferred]
        scaled_on : state points whose training structures scale the descriptors, default `state_points`
        scaling : over all temperatures "together", or over each "temperature" by itself
        schedule : "published", "quick" or stages; its epochs are passes over `structures` configurations a state point,
        so that the number of optimiser steps does not depend on how many there are
        workers : processes at once; device : "cpu" or "cuda"; checkpoint : folder from which the same call goes on
        keep : each network's "best" epoch of each phase by the validation split, or the "last", as published: with some
        ten structures a state point the published number of steps overfits
        progress(done, total) counts epochs and may raise Cancelled; watch(type, history) gets the losses of every epoch
        so far.
        Raises InputError where there is nothing to train on.
        """
        from glassviz.learning.ensemble import open_device
        from glassviz.learning.tglass_training import train_type

        device = open_device(device)
        check_settings(networks, structures, seed, keep, scaling)
        if type(workers) is not int or workers < 1:
            raise InputError(f"workers is {workers!r}, expected a whole number from 1 on")
        scaled_on = list(state_points if scaled_on is None else scaled_on)
        describing = lengths_for(scaled_on[0], lengths, LENGTHS), tuple(observables)
        data = list(state_points), list(transferred), scaled_on
        how = {
            "levels": list(levels), "networks": networks, "seed": seed, "schedule": schedule, "structures": structures,
            "keep": keep, "together": scaling == "together", "scaled": scaled, "reference": reference,
        }  # fmt: skip
        run = {"device": device, "workers": workers, "progress": progress, "watch": watch, "checkpoint": checkpoint}
        learnt, about = train_type(data, describing, types, how, run)
        return cls(
            system=scaled_on[0].system,
            temperature=None,
            times=None,
            observable="bond_breaking",
            lengths=tuple(float(length) for length in describing[0]),
            observables=describing[1],
            **learnt,
            scaled_at=() if scaling == "together" else tuple(float(point.temperature) for point in scaled_on),
            reference=float(reference),
            scaled=bool(scaled),
            provenance=provenance_of_all([*state_points, *(t.state_point for t in transferred)], **about),
        )

    def predict(self, configuration, time=None, inherent=None, temperature=None, mean_propensity=None):
        """Predicted propensity of every particle at a state point, (N,); nan for types without a network.

        configuration : thermal; it is quenched unless its inherent structure is given
        temperature, mean_propensity : T and C = <C_B> of the state point; networks know no time
        C is taken as it is: to hold the mean over many structures to it, see `Conditioned`, which `at` gives.
        Raises InputError for a temperature whose descriptors were not scaled, or a C outside 0..1.
        """
        if time is not None or temperature is None or mean_propensity is None:
            raise InputError("tGlassMLP predicts at a temperature= and mean_propensity=, without time=")
        return self.predict_states(configuration, temperature, [mean_propensity], inherent).mean(axis=0)[0]

    def predict_states(self, configuration, temperature, levels, inherent=None):
        """Predictions of every network at mean propensities C, (networks, n_levels, N); levels (n_levels,) or
        (networks, n_levels), an input for each network."""
        levels = np.broadcast_to(np.asarray(levels, dtype=float), (self.seeds, np.shape(levels)[-1]))
        return self._apply(network.forward, configuration, temperature, levels, inherent, ())

    def bottleneck_states(self, configuration, temperature, levels, inherent=None):
        """Values of the bottleneck of every network, (networks, n_levels, N, 2), as `predict_states`."""
        levels = np.broadcast_to(np.asarray(levels, dtype=float), (self.seeds, np.shape(levels)[-1]))
        return self._apply(network.bottleneck, configuration, temperature, levels, inherent, (2,))

    def at(self, state_point):
        """The model at the temperature of a state point and at its label times: see `Conditioned`."""
        return _conditioned(self, state_point)

    def scaled_for(self, state_point):
        """This model with descriptors scaled at the temperature of a state point, by its structures where needed."""
        if self._row(state_point.temperature) is not None:
            return self
        from glassviz.learning.transfer_labels import moments_of

        found = {t: moments_of(state_point, t, self.kept[t], self.lengths, self.observables) for t in self.types}
        means, scales = ({t: np.vstack([old[t], found[t][k]]) for t in self.types} for k, old in
                         enumerate((self.means, self.scales)))  # fmt: skip
        at = (*self.scaled_at, float(state_point.temperature))
        return replace(self, means=means, scales=scales, scaled_at=at)

    def standardised(self, descriptors, temperature, number=1):
        """Inputs S (n, m), float32, from descriptors (n, M) of particles of a type at a temperature."""
        row = self._row(temperature)
        if row is None:
            known = ", ".join(f"{T:g}" for T in self.scaled_at)
            raise InputError(
                f"descriptors are scaled at T = {known}, not at {temperature:g}: give structures by `scaled_for`"
            )
        kept, means, scales = self.kept[number], self.means[number][row], self.scales[number][row]
        return ((descriptors[:, kept] - means) / scales).astype(np.float32)

    def choose(self, networks):
        """This model with some of its networks only, by number."""
        chosen = {t: {name: values[networks] for name, values in own.items()} for t, own in self.parameters.items()}
        return replace(self, parameters=chosen)

    def _row(self, temperature):
        """Row of means and scales for a temperature; None where there is none."""
        if not self.scaled_at:
            return 0
        near = np.flatnonzero(np.abs(np.array(self.scaled_at) - temperature) < SAME_TEMPERATURE)
        return int(near[0]) if len(near) else None

    def _apply(self, function, configuration, temperature, levels, inherent, shape):
        """function(parameters, inputs, state, scaled) of every network, (networks, n_levels, N, *shape)."""
        if not (np.isfinite(levels).all() and (levels > -1).all() and (levels < 2).all()):
            raise InputError(f"mean_propensity is {levels[0].tolist()}, expected numbers from 0 to 1")
        x = self.describe(configuration, inherent)
        result = np.full((self.seeds, levels.shape[1], len(x), *shape), np.nan)
        for number in self.types:
            own = np.flatnonzero(configuration.types == number)
            for part in np.array_split(own, max(1, -(-len(own) // CHUNK))):
                inputs = self.standardised(x[part], temperature, number)
                for member, slot in np.ndindex(levels.shape):
                    alone = {name: values[[member]] for name, values in self.parameters[number].items()}
                    state = network.state_inputs(temperature, levels[member, slot], self.reference)
                    result[member, slot, part] = function(alone, inputs, state, self.scaled)[0]
        return result

    def save(self, path, overwrite=False):
        """Write the model as a folder, whole or not at all; an existing one is an InputError unless `overwrite`."""
        own = {
            "networks": self.seeds,
            "scaled_at": list(self.scaled_at),
            "reference": self.reference,
            "scaled": self.scaled,
            "kept": {str(number): self.kept[number].tolist() for number in self.types},
            "epochs": {str(number): len(self.history[number]) for number in self.types},
        }
        tensors = {}
        for number in self.types:
            for name in ("means", "scales", "history"):
                tensors[f"type{number}.{name}"] = getattr(self, name)[number]
            tensors |= {f"type{number}.{name}": value for name, value in self.parameters[number].items()}
        write_model(path, {**self.header(), **own}, tensors, overwrite)

    @classmethod
    def load(cls, path):
        """Read a saved model; DataError names file, item and expectation."""
        header, tensors = read_model(path, cls.kind)
        file = Path(path) / HEADER
        require(header["times"] is None and header["temperature"] is None, file, "temperature or times are not null")
        shared = {**shared_state(header, path), "temperature": None, "times": None}
        _check_header(header, file)
        types = header["types"]
        kept = {t: np.array(header["kept"][str(t)], dtype=np.int64) for t in types}
        check_shapes(tensors, _shapes(header, kept), Path(path) / WEIGHTS)
        check_scales(tensors, types, path)
        learnt = {name: {t: tensors[f"type{t}.{name}"] for t in types} for name in ("means", "scales", "history")}
        names = network.parameter_shapes(1)
        parameters = {t: {name: tensors[f"type{t}.{name}"] for name in names} for t in types}
        own = {"scaled_at": tuple(header["scaled_at"]), "reference": header["reference"], "scaled": header["scaled"]}
        return cls(**shared, **learnt, **own, kept=kept, parameters=parameters)


def check_settings(networks, structures, seed, keep, scaling):
    """Raise InputError unless these settings of `TGlassMLP.fit` are possible."""
    for name, value, least in (("networks", networks, 1), ("structures", structures, 1), ("seed", seed, 0)):
        if type(value) is not int or value < least:
            raise InputError(f"{name} is {value!r}, expected a whole number from {least} on")
    for name, value, known in (("keep", keep, KEPT), ("scaling", scaling, SCALINGS)):
        if value not in known:
            raise InputError(f"{name} is {value!r}, expected one of {', '.join(known)}")


@lru_cache(64)
def _conditioned(model, state_point):
    """One object for a model at a state point, by which results are kept."""
    return Conditioned(model.scaled_for(state_point), state_point)


def _check_header(header, file):
    """Raise DataError unless the items that only this kind has are there and fit the others."""
    networks, inputs, at = header.get("networks"), len(header["descriptors"]), header.get("scaled_at")
    require(type(networks) is int and networks > 0, file, f"networks is {networks!r}, expected a positive number")
    listed = isinstance(at, list) and all(is_number(T) and T > 0 for T in at)
    require(listed, file, f"scaled_at is {at!r}, expected a list of temperatures")
    reference, scaled = header.get("reference"), header.get("scaled")
    require(is_number(reference) and reference > 0, file, f"reference is {reference!r}, expected a temperature")
    require(type(scaled) is bool, file, f"scaled is {scaled!r}, expected true or false")
    require(header["observable"] == "bond_breaking", file, "observable is not bond_breaking")
    check_kept(header, inputs, file)
    learnt = header["provenance"].get("learnt")
    rows = isinstance(learnt, list) and all(isinstance(row, list) and len(row) == 3 for row in learnt)
    known = rows and all(is_number(T) and is_number(C) and kind in ("md", "transferred") for T, C, kind in learnt)
    require(known, file, "learnt of provenance is not a list of [temperature, mean propensity, md or transferred]")


def _shapes(header, kept):
    """Shape of every array of weights.safetensors."""
    shapes, rows = {}, max(1, len(header["scaled_at"]))
    for number in header["types"]:
        width = len(kept[number])
        shapes |= {f"type{number}.{name}": (rows, width) for name in ("means", "scales")}
        shapes[f"type{number}.history"] = (header["epochs"][str(number)], 2)
        for name, shape in network.parameter_shapes(width).items():
            shapes[f"type{number}.{name}"] = (header["networks"], *shape)
    return shapes
