"""Errors that a user can cause and mend; the command line turns them into one sentence and exit code 2."""

LONGEST = 600


class GlassvizError(Exception):
    """Base of all errors with a message for the user: one sentence, without its middle where a file made it endless."""

    def __init__(self, *words):
        super().__init__(*map(_shortened, words))


def _shortened(words):
    words = str(words)
    return words if len(words) <= LONGEST else f"{words[: LONGEST // 2]} … {words[-LONGEST // 3 :]}"


class InputError(GlassvizError, ValueError):
    """A value given by the user is outside what the function accepts."""


class DataError(GlassvizError, ValueError):
    """A file is damaged, incomplete or of another kind; the message names file, item and what was expected."""


class Cancelled(GlassvizError):
    """Raised from a progress callback to stop a long computation; what was finished is kept."""


class Refused(GlassvizError):
    """Somebody asked for what is not for them, or for too much at once."""
