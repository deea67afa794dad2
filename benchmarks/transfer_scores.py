"""Does tGlassMLP transfer? Scores at a temperature whose labels a model has not read, against those that have.

    python benchmarks/transfer_scores.py --model TRANSFERRED --with TRAINED --at 0.4 [--data data/ka2d] [--csv FILE]

TRANSFERRED and TRAINED are model folders of `glassviz transfer`: the first with --to of this temperature, the second
(a) with its labels too. Beside them (b) GlassMLP trained at TRANSFERRED's lowest temperature and C_B = 1/2, applied
unchanged, (c) ridge trained at each state point, GlassMLP trained at each, and (d) the ceiling. Type 1; at each label
time: Pearson on the test split; where a method has read no label there, on all configurations too. Differences are
paired: the same configurations drawn for both, 1000 times. chi_4 of molecular dynamics is by halves of the replicas;
that of tGlassMLP, and its chord length, are means over its networks. Chords of molecular dynamics have the replicas'
noise inside, which makes them shorter.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.dynamics.chord_length import pooled_chord_length
from glassviz.dynamics.four_point_susceptibility import covariance
from glassviz.errors import InputError
from glassviz.learning.score import ceiling, pearson
from glassviz.learning.store import load_model

DRAWS = 1000
FEW = 4
"""Fewer configurations than these tell no error of chi_4 by drawing."""
NUMBER = 1


class Scene:
    """The labels of a state point and what every method predicts for them, type 1."""

    def __init__(self, data, temperature, transferred, trained):
        self.point = point = data[temperature]
        lowest = transferred.provenance["transfer"]["plan"]["minimum"]
        self.test = np.array([split == "test" for split in point.split])
        own = [c.types == NUMBER for c in point.configurations]
        halves = [point.bond_breaking_halves[k][:, :, o] for k, o in enumerate(own)]
        self.halves = np.array(halves)
        self.positions = [c.positions[o] for c, o in zip(point.configurations, own, strict=True)]
        self.predictions = {
            "transferred": self._of(transferred.at(point), own),
            "trained (a)": self._of(trained.at(point), own),
        }
        source = self._stored("glassmlp", lowest)
        slot = int(np.nanargmin(np.abs(np.nan_to_num(data[lowest].decay(), nan=9.0) - 0.5)))
        place = int(np.argmin(np.abs(source.times - data[lowest].times[slot])))
        alone = [
            source.predict_all(c, point.inherent[k], [place])[0][own[k]] for k, c in enumerate(point.configurations)
        ]
        self.predictions[f"GlassMLP of T = {lowest:g} (b)"] = np.array(alone)[None, :, None].repeat(len(point.times), 2)
        for kind, words in (("ridge", "ridge (c)"), ("glassmlp", "GlassMLP")):
            self.predictions[words] = self._of(self._stored(kind, temperature), own)
        self.blind = {"transferred", f"GlassMLP of T = {lowest:g} (b)"}

    @staticmethod
    def _stored(kind, temperature):
        return load_model(EMBEDDED / "models" / f"ka2d-{kind}-bond_breaking-T{temperature:.4f}")

    def _of(self, model, own):
        """(fields, n, n_times, N_1), nan where nothing is predicted; fields: networks of tGlassMLP, else their mean."""
        times, each = self.point.times, getattr(model, "collective_of_each", False)
        found = np.full((model.seeds if each else 1, len(own), len(times), own[0].sum()), np.nan)
        slots = [int(np.flatnonzero(np.isclose(times, t, rtol=1e-6))[0]) for t in model.times]
        for k, configuration in enumerate(self.point.configurations):
            predicted = model.predict_each(configuration, self.point.inherent[k])
            predicted = predicted if each else predicted.mean(axis=0, keepdims=True)
            found[:, k, slots] = predicted[:, :, own[k]]
        return found

    def scores(self, slot, chosen, draws):
        """{method: (Pearson, Pearson of each draw, log chi_4 ratio, of each draw, chord)} of configurations."""
        true, halves = self.halves[chosen, :, slot].mean(axis=1), self.halves[chosen, :, slot]
        means = halves.mean(axis=2)
        result = {}
        for name, all_times in self.predictions.items():
            each = all_times[:, chosen, slot]
            if not np.isfinite(each).all():
                continue
            guess, levels = each.mean(axis=0), each.mean(axis=2)

            def ratio(drawn, levels=levels):
                measured = covariance(means[drawn, 0], means[drawn, 1])
                found = np.mean([covariance(level[drawn], level[drawn]) for level in levels])
                return np.log(found / measured) if measured > 0 and found > 0 else np.nan

            everything, box = np.arange(len(chosen)), self.point.configurations[0].box
            drawn_scores = np.array([_pearson(guess[drawn], true[drawn]) for drawn in draws])
            where = [self.positions[k] for k in chosen]
            chord = np.mean([pooled_chord_length(where, list(own), box) for own in each])
            ratios = np.array([ratio(drawn) for drawn in draws])
            result[name] = _pearson(guess, true), drawn_scores, ratio(everything), ratios, chord
        return result


def _pearson(guess, true):
    try:
        return pearson(guess.ravel(), true.ravel())
    except InputError:
        return np.nan


def rows_of(scene):
    """One row for each label time, set of configurations and method."""
    point, rng, rows = scene.point, np.random.default_rng(0), []
    for slot, (time, level) in enumerate(zip(point.times, point.decay(NUMBER), strict=True)):
        if not 0 < level < 0.995:
            continue
        for words, chosen in (("test", np.flatnonzero(scene.test)), ("all", np.arange(len(scene.test)))):
            draws = rng.integers(0, len(chosen), (DRAWS, len(chosen)))
            found = scene.scores(slot, chosen, draws)
            if "transferred" not in found:
                continue
            measured = scene.halves[chosen, :, slot]
            box = point.configurations[0].box
            chord = pooled_chord_length([scene.positions[k] for k in chosen], list(measured.mean(axis=1)), box)
            best = found["transferred"]
            enough = len(chosen) >= FEW
            for name, own in found.items():
                if words == "all" and name not in scene.blind:
                    continue
                rows.append({
                    "t": time, "C": level, "configurations": f"{words} {len(chosen)}", "method": name,
                    "pearson": own[0], "pearson_error": np.nanstd(own[1]),
                    "transferred_minus": best[0] - own[0], "difference_error": np.nanstd(best[1] - own[1]),
                    "share": best[0] / own[0], "share_error": np.nanstd(best[1] / own[1]),
                    "log_chi4": own[2], "log_chi4_error": np.nanstd(own[3]) if enough else np.nan,
                    "distance_difference": abs(best[2]) - abs(own[2]),
                    "distance_error": np.nanstd(np.abs(best[3]) - np.abs(own[3])) if enough else np.nan,
                    "chord": own[4], "chord_md": chord, "ceiling": ceiling(measured),
                })  # fmt: skip
    return rows


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--with", dest="trained", required=True)
    parser.add_argument("--at", type=float, required=True)
    parser.add_argument("--data", default=EMBEDDED / "ka2d")
    parser.add_argument("--csv", type=Path)
    arguments = parser.parse_args()
    scene = Scene(gv.open(arguments.data), arguments.at, load_model(arguments.model), load_model(arguments.trained))
    rows = rows_of(scene)
    print(f"T = {arguments.at:g}, type 1; share: Pearson of 'transferred' over this method's")
    print("    C  configurations  method                    Pearson       share      log chi_4/MD  chord (MD)")
    for row in rows:
        print(
            f"{row['C']:5.2f}  {row['configurations']:14s}  {row['method']:24s}  {row['pearson']:.3f}"
            f"({row['pearson_error']:.3f})  {row['share']:.2f}({row['share_error']:.2f})  {row['log_chi4']:5.2f}"
            f"({row['log_chi4_error']:.2f})  {row['chord']:.2f} ({row['chord_md']:.2f})   ceiling {row['ceiling']:.2f}"
        )
    if arguments.csv is not None:
        with open(arguments.csv, "w", newline="") as file:
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)


if __name__ == "__main__":
    main()
