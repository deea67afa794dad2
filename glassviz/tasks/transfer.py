"""Train tGlassMLP in two steps and store it; every stage is a file, from which the same call goes on."""

import hashlib
import json
import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np

from glassviz.errors import DataError, InputError
from glassviz.learning.inputs import descriptors_of
from glassviz.learning.score import propensity
from glassviz.learning.tglass_at import CLOSE, mean_predictions
from glassviz.learning.tglass_mlp import TGlassMLP
from glassviz.learning.tglass_training import check_schedule
from glassviz.learning.transfer_labels import USED, Transferred, levels_in
from glassviz.publish import check_place, publish_json

PLAN = "plan.json"


def transfer(data, plan, folder, overwrite=False, stages=None, device="cpu", workers=1, progress=None, watch=None):
    """Train a tGlassMLP by a TransferPlan and store it in a folder of models; returns the model's folder.

    Step 1, equal time: for each level C with labels to transfer, networks over all T >= T_min at that C; those whose
    mean prediction X is C again at the other temperatures are kept, and the prediction of one of them is the label of
    a structure. Step 2: networks on all labels, of which the most self-consistent ones are stored.
    data : Dataset; stages : folder for the stages, default a hidden one beside the model that goes when it is stored
    progress(done, total, stage) counts optimiser steps and may raise Cancelled; watch(stage, history) gets the losses
    Nothing of the test split is read, neither labels nor structures; of the targets no label at all.
    Raises InputError for a plan that does not fit the data, or a model of that name without `overwrite`.
    """
    path = Path(folder) / transferred_name(data, plan)
    digest = _digest(data, plan)
    own = path.with_name(f".{path.name}-{digest}.stages") if stages is None else Path(stages)
    if path.exists() and not overwrite:
        raise InputError(f"{path}: exists already, expected another folder of models, overwrite=True or --overwrite")
    for place in (path / "model.json", own / PLAN):
        check_place(place)
    _open(own, digest, plan)
    run = _Run(data, plan, own, {"device": device, "workers": workers}, progress, watch)
    model, report = run.two_steps()
    model.provenance["transfer"] = report
    model.save(path, overwrite=overwrite)
    if stages is None:
        shutil.rmtree(own, ignore_errors=True)
    return path


def transferred_name(data, plan):
    """Name under which `transfer` stores a model, as ka2d-tglassmlp-bond_breaking-Tmin0.4000."""
    return f"{data.system.name.lower()}-tglassmlp-bond_breaking-Tmin{plan.minimum:.4f}"


def _open(folder, digest, plan):
    """Make a folder for the stages of a plan and its data; InputError where it holds those of another run."""
    file = folder / PLAN
    if not file.exists():
        if folder.exists() and any(folder.iterdir()):
            raise InputError(f"{folder}: holds other files, expected an empty folder for the stages")
        publish_json(file, {"digest": digest, "plan": _told(plan)})
    elif json.loads(file.read_text())["digest"] != digest:
        raise InputError(
            f"{folder}: holds the stages of another plan or other data ({PLAN} tells), expected a new folder"
        )


class _Run:
    """One run of the protocol: its data, its folder and how far it is."""

    def __init__(self, data, plan, folder, hardware, progress, watch):
        self.data, self.plan, self.folder, self.hardware = data, plan, folder, hardware
        self.progress, self.watch, self.done = progress, watch, 0
        self.measured, self.targets = plan.temperatures(data)
        self.wanted = plan.transferred(data)
        self.points = {T: data[T] for T in self.measured + self.targets}
        each = plan.structures * sum(stage.epochs for stage in check_schedule(plan.schedule))
        there = {T: levels_in(data[T], plan.levels) for T in self.measured}
        self.sizes = {level: each * sum(level in there[T] for T in self.measured) for level in self.wanted}
        given = sum(map(len, self.wanted.values()))
        self.sizes["all"] = each * (sum(len(slots) for slots in there.values()) + given)

    def two_steps(self):
        """The final networks and what was found on the way."""
        given, report = [], {"plan": _told(self.plan), "step1": {}}
        for level in self.wanted:
            model = self._fit(level, self.measured, (level,), ())
            found = self._consistency(model, level, self.wanted[level])
            report["step1"][f"{level:g}"] = found
            given += self._labels(model, level, found["kept"])
        model = self._fit("all", self.measured, self.plan.levels, given)
        over = self.targets or self.measured
        checks = [self._consistency(model, level, over) for level in self.plan.levels]
        kept, report["step2"] = _best(checks, self.plan.kept)
        publish_json(self.folder / "report.json", report)
        return model.choose(kept), report

    def _fit(self, name, temperatures, levels, given):
        """The networks of one stage: read where they are there, else trained and stored."""
        size, path = self.sizes[name], self.folder / (name if name == "all" else f"C{name:g}")
        stage = "step 2, all labels" if name == "all" else f"step 1, C = {name:g}"
        total = sum(self.sizes.values())

        def tell(done, of):
            if self.progress is not None:
                self.progress(self.done + round(size * done / of), total, stage)

        with suppress(DataError):
            model = TGlassMLP.load(path)
            self.done += size
            return model
        model = TGlassMLP.fit(
            [self.points[T] for T in temperatures],
            given,
            list(self.points.values()),
            levels,
            networks=self.plan.networks,
            seed=self.plan.seed,
            schedule=self.plan.schedule,
            structures=self.plan.structures,
            keep=self.plan.keep,
            scaling=self.plan.scaling,
            **self.hardware,
            progress=tell,
            watch=None if self.watch is None else lambda number, history: self.watch(stage, history),
            checkpoint=path.with_name(f"{path.name}.checkpoint"),
        )
        model.save(path, overwrite=path.exists())
        shutil.rmtree(path.with_name(f"{path.name}.checkpoint"), ignore_errors=True)
        self.done += size
        return model

    def _consistency(self, model, level, temperatures):
        """How far each network's mean prediction is from C at temperatures, and which networks are kept.

        The mean is over the training and validation structures; tolerance is at least twice the statistical error.
        """
        off, tolerances = [], []
        for T in temperatures:
            means = self._means(model, T, level)
            error = means.std(axis=1, ddof=1).mean() / np.sqrt(means.shape[1]) if means.shape[1] > 1 else 0.0
            off.append(means.mean(axis=1) - level)
            tolerances.append(max(self.plan.tolerance, 2 * float(error)))
        off, tolerances = np.array(off), np.array(tolerances)[:, None]
        worst = (np.abs(off) / tolerances).max(axis=0)
        count = max(1, round(self.plan.kept * len(worst)))
        return {
            "temperatures": list(temperatures),
            "tolerances": tolerances[:, 0].tolist(),
            "deviations": off.tolist(),
            "within_tolerance": int((worst <= 1).sum()),
            "within_1e-4": int((np.abs(off) < CLOSE).all(axis=0).sum()),
            "kept": np.argsort(worst, kind="stable")[:count].tolist(),
        }

    def _means(self, model, temperature, level):
        """Mean prediction of every network over the particles of each structure, (networks, n)."""
        point = self.points[temperature]
        places = [k for k, split in enumerate(point.split) if split in USED]
        x = descriptors_of(point, places, model.lengths, model.observables)
        told = np.full((model.seeds, 1), level)
        columns = []
        for k in places:
            own = point.configurations[k].types == model.types[0]
            inputs = model.standardised(x[k][own], temperature, model.types[0])
            columns.append(mean_predictions(model, inputs, temperature, told, model.types[0])[:, 0])
        return np.stack(columns, axis=1)

    def _labels(self, model, level, kept):
        """Labels of every structure by one kept network each: a mean over networks would have too little variance."""
        found = []
        for T in self.wanted[level]:
            point, labels = self.points[T], {}
            for k in (k for k, split in enumerate(point.split) if split in USED):
                one = model.choose([kept[k % len(kept)]])
                labels[k] = one.predict_states(point.configurations[k], T, [level], point.inherent[k])[0, 0]
            found.append(Transferred(point, level, labels))
        return found


def _best(checks, share):
    """Networks whose largest deviation from self-consistency is smallest, and the checks by level."""
    worst = np.max(
        [np.max(np.abs(c["deviations"]) / np.array(c["tolerances"])[:, None], axis=0) for c in checks], axis=0
    )
    kept = np.argsort(worst, kind="stable")[: max(1, round(share * len(worst)))].tolist()
    return kept, {"kept": kept, "worst": worst.tolist(), "within_tolerance": int((worst <= 1).sum()), "levels": checks}


def _told(plan):
    """The plan as JSON."""
    told = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(plan).items()}
    if not isinstance(plan.schedule, str):
        told["schedule"] = [list(vars(stage).values()) for stage in plan.schedule]
    if isinstance(plan.least, dict):
        told["least"] = {f"{T:g}": level for T, level in plan.least.items()}
    return told


def _digest(data, plan):
    """What tells one run from another: its plan and its data."""
    found = hashlib.sha256(repr(plan).encode())
    measured, targets = plan.temperatures(data)
    for T in measured + targets:
        point = data[T]
        labels = propensity(point, "bond_breaking_halves") if T in measured else [()] * len(point)
        for record, split, own in zip(point.records, point.split, labels, strict=True):
            if split in USED:
                for values in (record.thermal.types, record.inherent.positions, own):
                    found.update(np.asarray(values).tobytes())
    return found.hexdigest()[:12]
