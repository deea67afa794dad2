"""Library: the data sets and models that the sessions of one server share."""

import time
from contextlib import suppress
from pathlib import Path
from threading import Lock

import numpy as np

from glassviz.dataset import EMBEDDED, Dataset, data_places, home
from glassviz.errors import DataError, GlassvizError
from glassviz.kept import Kept
from glassviz.learning.model_folder import HEADER
from glassviz.learning.store import damaged_models, methods_for, models_of_all_temperatures, opened_models
from glassviz.learning.tglass_inside import Inside
from glassviz.tasks.film_clock import FilmClock, measured_relaxation_time
from glassviz.tasks.heterogeneity import heterogeneity
from glassviz.tasks.known_scores import known_ceilings, known_descriptors, known_judgement, known_score
from glassviz.tasks.score import prediction_of


class Library:
    """Data sets and models that sessions share: read once, watched for changes.

    data_folders : folders that hold data sets (default: the embedded ones and the user's)
    data_sets : {name: folders} of the data sets themselves, in place of those that lie in data_folders
    shared : Library whose data sets are taken over where this one has no further folder for them
    problems : one sentence for each file or model that could not be used
    Raises DataError when there is no data set at all.
    """

    def __init__(self, data_folders=None, model_folders=None, data_sets=None, shared=None):
        self._given, self._shared = data_sets, shared
        self.data_folders = [Path(folder) for folder in data_folders or (EMBEDDED, home() / "data")]
        self.model_folders = [Path(folder) for folder in model_folders or default_models()]
        self.data_sets, self.models = {}, []
        self._failures, self._model_failures = {}, []
        self.kept, self._lock = Kept(), Lock()
        self._looked = -np.inf
        self._seen_models, self.models_opened = None, 0
        self.refresh()
        if not self.data_sets:
            given = [folder for folders in (data_sets or {}).values() for folder in folders]
            where = ", ".join(map(str, given or self.data_folders))
            reason = "".join(f": {sentence}" for sentence in list(self._failures.values())[:1])
            raise DataError(f"no data set with a configuration lies in {where}{reason}; glassviz simulate makes one")

    @property
    def problems(self):
        """One sentence for each file or model that could not be used."""
        left_out = [problem for data in self.data_sets.values() for problem in data.problems]
        return [*left_out, *self._failures.values(), *self._model_failures]

    def refresh(self, patience=0.0):
        """Notice data sets, configurations and models that were added, corrected or removed; True when something was.

        What cannot be read any more stays as it was, and `problems` says so.
        patience : seconds for which the last look, whoever asked for it, is good enough
        """
        with self._lock:
            if time.monotonic() - self._looked < patience:
                return False
            self._looked = time.monotonic()
            changed = self._shared is not None and self._shared.refresh(patience)
            self._failures = {}
            for name, folders in (self._given or data_places(*self.data_folders)).items():
                known = self.data_sets.get(name)
                same = self._shared.data_sets.get(name) if self._shared else None
                try:
                    if same is not None and same.folders == folders:
                        self.data_sets[name] = same
                    elif known is not None and known.folders == folders:
                        changed = known.refresh() or changed
                    else:
                        self.data_sets[name] = Dataset(*folders)
                        changed = True
                except GlassvizError as error:
                    self._failures[name] = str(error)
            if self._stored_models() != self._seen_models:
                self.open_models()
                changed = True
            if changed:
                self.kept.clear()
            return changed

    def _stored_models(self):
        """What changes when a model is stored, replaced or removed."""
        found = []
        for file in (file for folder in self.model_folders for file in sorted(folder.glob(f"[!.]*/{HEADER}"))):
            # One that is being replaced at this moment is found the next time.
            with suppress(OSError):
                status = file.stat()
                found.append((file, status.st_ino, status.st_mtime_ns))
        return found

    def open_models(self):
        """Find stored models anew."""
        self._seen_models = self._stored_models()
        self.models_opened += 1
        folders = [folder for folder in self.model_folders if folder.is_dir()]
        self.models = opened_models(*folders)
        self._model_failures = [f"{path}: {sentence}" for path, sentence in damaged_models(*folders)]

    def models_of_all_temperatures(self, data):
        """{name: entry} of the tGlassMLPs for a data set's system, as learning.opened_models gives them."""
        return models_of_all_temperatures(self.models, data.system)

    def methods(self, data, temperature, observable):
        """Everything that predicts `observable` of a state point, as learning.store.methods_for."""
        point = data[temperature]
        key = "methods", point, observable, self.models_opened
        return self.kept.once(key, lambda: methods_for(self.models, point, observable))

    def prediction(self, entry, point, place):
        """What a method predicts for one configuration, (n_times, N), worked out once."""
        return self.kept.once(("predicted", *_key(entry, point), place), lambda: prediction_of(entry, point, place))

    def means(self, point, observable, type_number):
        """Mean propensity of a type in every configuration, (n_configurations, n_times)."""

        def compute():
            own = [record.thermal.types == type_number for record in point.records]
            return np.array([v[:, mask].mean(axis=1) for v, mask in zip(getattr(point, observable), own, strict=True)])

        return self.kept.once(("means", observable, type_number, point), compute)

    def spread(self, point, observable, slot):
        """1st and 99th percentile of the labels of all configurations at one time; nan without any."""

        def compute():
            values = getattr(point, observable)[:, slot]
            return np.nanpercentile(values, (1, 99)) if np.isfinite(values).any() else np.full(2, np.nan)

        return self.kept.once(("spread", observable, slot, point), compute)

    def judgement(self, entry, point, progress=None):
        """Every score of a method at a state point, {type: rows of learning.method_table}, worked out once."""
        return self.kept.once(("judgement", *_key(entry, point)), lambda: known_judgement(entry, point, progress))

    def judged(self, entry, point):
        """As `judgement` where it is known already, else None."""
        return self.kept.get(("judgement", *_key(entry, point)))

    def ceilings(self, point, observable, type_number):
        """Rows of learning.ceiling_table, worked out once."""
        key = "ceilings", observable, type_number, point
        return self.kept.once(key, lambda: known_ceilings(point, observable, type_number))

    def single_descriptors(self, point, observable, type_number, progress=None):
        """SingleDescriptors of a state point, worked out once."""
        key = "descriptors", observable, type_number, point
        return self.kept.once(key, lambda: known_descriptors(point, observable, type_number, progress))

    def described(self, point, observable, type_number):
        """As `single_descriptors` where they are known already, else None."""
        return self.kept.get(("descriptors", observable, type_number, point))

    def heterogeneity(self, entry, point, observable, type_number, split, progress=None):
        """Heterogeneity of a method, or of molecular dynamics where `entry` is None, worked out once."""
        key = _heterogeneity_key(entry, point, observable, type_number, split)
        return self.kept.once(key, lambda: heterogeneity(point, entry, observable, type_number, split, progress))

    def known_heterogeneity(self, entry, point, observable, type_number, split):
        """As `heterogeneity` where it is known already, else None."""
        return self.kept.get(_heterogeneity_key(entry, point, observable, type_number, split))

    def four_point_fit(self, found, slot, q_range, cubic, progress=None):
        """Fit of S_4(q) of a Heterogeneity at one time, worked out once; None without S_4."""
        if progress is not None:
            progress(0, 1, "fit")
        return self.kept.once(("fit", found, slot, q_range, cubic), lambda: found.fit(slot, q_range, cubic))

    def known_fit(self, found, slot, q_range, cubic):
        """As `four_point_fit` where it is known already, else None."""
        return self.kept.get(("fit", found, slot, q_range, cubic))

    def inside(self, model, point, type_number):
        """learning.tglass_inside.Inside of a TGlassMLP at a state point, one object for all visitors."""
        return self.kept.once(("inside", model, point, type_number), lambda: Inside(model, point, type_number))

    def known_inside(self, model, point, type_number):
        """As `inside` where it is known already, else None."""
        return self.kept.get(("inside", model, point, type_number))

    def relaxation_time(self, point):
        """tau_alpha^BB of a state point, continued a little beyond the last label; None where labels end earlier."""
        tau = self.kept.once(("tau", point), lambda: measured_relaxation_time(point))
        return tau if np.isfinite(tau) else None

    def film_clock(self, data):
        """FilmClock of a data set as it is now."""
        return self.kept.once(("clock", data, data.generation), lambda: FilmClock(data))

    def score(self, entry, point, type_number):
        """Scores of a method on the test split of a state point, computed once."""
        return self.kept.once(
            ("score", *_key(entry, point), type_number), lambda: known_score(entry, point, type_number)
        )


def default_models():
    """Folders in which the app and scripts look for models: the embedded ones and the user's."""
    return [EMBEDDED / "models", home() / "models"]


def _key(entry, point):
    """What tells the scores of a method at a state point apart; a model that was trained anew is another."""
    return entry["name"], entry["observable"], entry["model"], point


def _heterogeneity_key(entry, point, observable, type_number, split):
    """A method only ever shows its test configurations."""
    own = (entry["name"], entry["model"]) if entry else ("MD", split)
    return "heterogeneity", *own, observable, type_number, point
