"""One file for each task that runs as a job: its parameters, and how it is carried out."""

from glassviz.access import OWNER
from glassviz.errors import InputError
from glassviz.jobs.requests.film import Film
from glassviz.jobs.requests.heterogeneity import Heterogeneity
from glassviz.jobs.requests.import_ import Import
from glassviz.jobs.requests.predict import Predict
from glassviz.jobs.requests.simulate import Simulate
from glassviz.jobs.requests.train import Train
from glassviz.jobs.requests.transfer import Transfer

REQUESTS = {kind.task: kind for kind in (Simulate, Train, Transfer, Predict, Heterogeneity, Film, Import)}
"""Task -> its class."""


def request_of(task, arguments, visitor=OWNER):
    """The Request of a task; InputError names what is wrong."""
    if not isinstance(task, str) or task not in REQUESTS:
        raise InputError(f"task is {str(task)[:80]!r}, expected one of {', '.join(REQUESTS)}")
    if not isinstance(arguments, dict):
        raise InputError(f"arguments are {type(arguments).__name__}, expected names with values")
    return REQUESTS[task](visitor, **arguments)
