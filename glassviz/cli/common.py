"""What the commands share: parsers, folders, progress bars, tables."""

import argparse
import signal
import sys
from pathlib import Path

from glassviz.dataset import EMBEDDED, Dataset, default_data, home
from glassviz.errors import Cancelled, InputError
from glassviz.record import OBSERVABLES

PATHS = {"data", "output", "stages", "models"}
"""Options that name files or folders."""


def parser_of(commands, name, summary, examples, run):
    """A sub-parser whose --help ends with examples."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog="examples:\n" + "\n".join(f"  {line}" for line in examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def add_data(parser):
    """Option --data: one or more folders, opened as their union."""
    parser.add_argument(
        "--data", nargs="+", metavar="FOLDER", help="data set folders (default: KA2D, embedded and yours)"
    )


def open_data(arguments):
    """The Dataset of --data; files that could not be used are reported on standard error."""
    data = Dataset(*(arguments.data or default_data()))
    for problem in data.problems:
        print(f"left out: {problem}", file=sys.stderr)
    return data


def run_job(task, arguments, names, **more):
    """Do a task as a job in this process, with a bar; returns its result.

    names : of the options that are its parameters; those that are None keep their defaults
    """
    from glassviz.jobs import here

    given = {name: getattr(arguments, name) for name in names}
    given |= {name: _absolute(given[name]) for name in PATHS & given.keys()}
    with ProgressBar() as progress:
        return here(
            task, progress, ends=True, **{name: value for name, value in given.items() if value is not None}, **more
        )


def _absolute(path):
    """A path, several, or None, that a job finds again wherever it goes on."""
    if path is None:
        return None
    return str(Path(path).absolute()) if isinstance(path, str) else [_absolute(part) for part in path]


def model_folders(extra=()):
    """Where models are looked for: the embedded ones, those in the user's folder, given folders, in this order.

    Raises InputError for a given folder that is not there.
    """
    for folder in extra:
        if not Path(folder).is_dir():
            raise InputError(f"{folder}: is not a folder, expected one with models")
    return [Path(folder) for folder in (EMBEDDED / "models", home() / "models", *extra) if Path(folder).is_dir()]


def report_damaged(folders):
    """Name models that cannot be loaded, and why, on standard error."""
    from glassviz.learning import damaged_models

    for _, sentence in damaged_models(*folders):
        print(f"left out: {sentence}", file=sys.stderr)


def add_methods(parser):
    """Options of the commands that go through every method: data, temperature, models, observable, type."""
    add_data(parser)
    parser.add_argument("--temperature", type=float, metavar="T", help="default: all that have labels")
    parser.add_argument("--models", nargs="+", default=[], metavar="FOLDER", help="further folders with models")
    parser.add_argument("--observable", default="bond_breaking", help="bond_breaking (default) or displacement")
    parser.add_argument("--type", type=int, default=1, help="particle type, pooled over configurations (default 1)")


def open_methods(arguments):
    """(Dataset, entries of the stored models, temperatures) of the options of `add_methods`.

    Raises InputError for an unknown type, observable or folder, or where no test configuration has labels.
    """
    from glassviz.learning.store import opened_models

    data = open_data(arguments)
    if not 1 <= arguments.type <= data.system.types:
        raise InputError(f"type is {arguments.type}, expected 1..{data.system.types}")
    if arguments.observable not in OBSERVABLES:
        raise InputError(f"observable is {arguments.observable!r}, expected one of {', '.join(OBSERVABLES)}")
    folders = model_folders(arguments.models)
    report_damaged(folders)
    return data, opened_models(*folders), _temperatures(data, arguments.temperature)


def _temperatures(data, chosen):
    """The chosen temperature, or all that have labels of test configurations."""
    if chosen is not None:
        return [data[chosen].temperature]
    labelled = [T for T in data.temperatures if any(r.split == "test" and len(r.times) for r in data[T].records)]
    if not labelled:
        raise InputError("no test configuration of this data set has labels; glassviz simulate makes them")
    return labelled


class ProgressBar:
    """A bar for each stage of a task: progress(done, total, stage); Ctrl-C ends the task at its next report.

    note : text behind the bar, which the next report shows
    An interrupt in the middle of a compiled kernel would surface as another error; a second Ctrl-C does not wait.
    """

    def __init__(self):
        self._bar, self._stage, self._stop, self.note = None, None, False, ""

    def __call__(self, done, total, stage=""):
        from tqdm import tqdm

        if self._stop:
            raise Cancelled
        if self._bar is None or stage != self._stage or total != self._bar.total:
            self.close()
            self._bar, self._stage = tqdm(total=total, desc=stage, unit_scale=True, leave=False, disable=None), stage
        self._bar.set_postfix_str(self.note, refresh=False)
        self._bar.update(done - self._bar.n)

    def watch(self, name, history):
        """Show the last losses behind the bar."""
        training, validation = history[-1]
        self.note = f"{name}, epoch {len(history)}: loss {training:.4g}, validation {validation:.4g}"

    def say(self, line):
        """A line on standard error, above the bar."""
        from tqdm import tqdm

        tqdm.write(line, file=sys.stderr)

    def close(self):
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()

    def _interrupted(self, *_):
        if self._stop:
            raise KeyboardInterrupt
        self._stop = True

    def __enter__(self):
        self._handler = signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(self, *error):
        signal.signal(signal.SIGINT, self._handler)
        self.close()


def table(header, rows):
    """Print columns aligned to their widest entry, numbers to the right, words to the left."""
    columns = []
    for entries in zip(header, *rows, strict=True):
        words = [str(entry) for entry in entries]
        width = max(map(len, words))
        numeric = all(word[:1] in "0123456789+-><n" for word in words[1:])
        columns.append([word.rjust(width) if numeric else word.ljust(width) for word in words])
    for line in zip(*columns, strict=True):
        print("  ".join(line).rstrip())
