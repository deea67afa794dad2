"""`glassviz transfer`: train tGlassMLP on all temperatures with labels, and on its own labels below them."""

import os

from glassviz.cli.common import add_data, parser_of, run_job

EXAMPLES = (
    "glassviz transfer --quick",
    "glassviz transfer --to 0.35 0.3 --workers 2",
    "glassviz transfer --to 0.4 --output data/models --overwrite",
    "glassviz transfer --to 0.27,0.25,0.231,0.21,0.18,0.15 --device cuda",
)
OPTIONS = (
    "levels",
    "least",
    "networks",
    "kept",
    "tolerance",
    "structures",
    "keep",
    "scaling",
    "seed",
    "data",
    "minimum",
)
OPTIONS += ("output", "overwrite", "stages", "device", "workers")


def add_parser(commands):
    """Register the command."""
    words = "Train tGlassMLP on all labels above some temperatures, transfer it to these, and store it."
    parser = parser_of(commands, "transfer", words, EXAMPLES, run)
    add_data(parser)
    words = "temperatures whose structures are used and whose labels are not (default: none, all labels train)"
    parser.add_argument("--to", nargs="+", default=[], metavar="T", help=words)
    parser.add_argument("--minimum", type=float, metavar="T", help="T_min (default: the lowest with labels above --to)")
    parser.add_argument("--output", metavar="FOLDER", help="model store (default: $GLASSVIZ_HOME/models)")
    parser.add_argument("--overwrite", action="store_true", help="replace a stored model of the same name")
    parser.add_argument("--stages", metavar="FOLDER", help="keep the networks of both steps and a report there")
    plan = parser.add_argument_group("plan")
    plan.add_argument("--levels", nargs="+", type=float, metavar="C", help="mean propensities (default: the paper's)")
    plan.add_argument("--least", type=float, metavar="C", help="lowest C of transferred labels (default: 0.5)")
    plan.add_argument("--networks", type=int, metavar="N", help="networks of each training (default: 16)")
    plan.add_argument("--kept", type=float, metavar="SHARE", help="share kept by self-consistency (default: 0.25)")
    plan.add_argument("--tolerance", type=float, metavar="X", help="deviation that counts as none (default: 0.01)")
    plan.add_argument("--scaling", help="descriptors over all temperatures 'together' (default) or each 'temperature'")
    plan.add_argument("--seed", type=int, metavar="N", help="seed of all random numbers (default: 0)")
    words = "passes count as of so many structures a state point (default: 150), which sets the optimiser steps"
    plan.add_argument("--structures", type=int, metavar="N", help=words)
    words = "epoch of each network: 'best' by the validation split (default) or 'last', as published"
    plan.add_argument("--keep", help=words)
    words = "a twenty-seventh of the published steps, at higher rates"
    plan.add_argument("--quick", dest="schedule", action="store_const", const="quick", help=words)
    parser.add_argument("--device", default="cpu", metavar="DEVICE", help="cpu (default) or cuda")
    words = "processes at once, one thread each (default: as many as cores)"
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help=words)


def run(arguments):
    """Train and say where the model lies and how consistent its networks are."""
    from glassviz.learning.store import load_model

    targets = [_temperature(part) for text in arguments.to for part in text.split(",") if part]
    schedule = {"schedule": arguments.schedule or "published"}
    path = run_job("transfer", arguments, OPTIONS, to=targets, **schedule)
    _report(load_model(path).provenance["transfer"])
    print(f"stored {path}")


def _temperature(text):
    """A number of --to; InputError names what is not one."""
    from glassviz.errors import InputError

    try:
        return float(text)
    except ValueError:
        raise InputError(f"--to: {text!r} is not a temperature, expected numbers such as 0.35") from None


def _report(report):
    """Print how many networks were self-consistent in each training."""
    for level, found in report["step1"].items():
        at = ", ".join(f"{T:g}" for T in found["temperatures"])
        print(
            f"step 1, C = {level}, to T = {at}: {found['within_tolerance']} of {len(found['deviations'][0])} networks "
            f"within tolerance, {found['within_1e-4']} within 1e-4, kept {len(found['kept'])}"
        )
    found = report["step2"]
    print(f"step 2: {found['within_tolerance']} of {len(found['worst'])} within tolerance, kept {len(found['kept'])}")
