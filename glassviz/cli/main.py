"""`glassviz`: parses the command line, runs one command, turns errors into one sentence and an exit code."""

import argparse
import os
import sys
from importlib import import_module

from glassviz.errors import Cancelled, GlassvizError

COMMANDS = ("info", "simulate", "assemble", "import", "import-predictions", "train", "transfer")
COMMANDS += ("predict", "score", "heterogeneity", "dynamics", "figure", "film", "export")
COMMANDS += ("jobs", "serve", "users", "doctor")


def command_module(name):
    """The module of a command; `import` is no name for one."""
    return import_module(f"glassviz.cli.{'import_' if name == 'import' else name.replace('-', '_')}")


def main(arguments=None):
    """Run one command; exit code 0, 2 for an error of the user, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="glassviz",
        description="A laboratory bench for glass physics. The app: glassviz serve --show",
        epilog="glassviz COMMAND --help shows the options of a command, with examples.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        command_module(name).add_parser(commands)
    chosen = parser.parse_args(arguments)
    try:
        chosen.run(chosen)
    except (KeyboardInterrupt, Cancelled):
        print("\nstopped: what is finished is kept; the same command goes on with the rest", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough; nothing more is to be flushed to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (GlassvizError, OSError, MemoryError) as error:
        print(f"glassviz: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
