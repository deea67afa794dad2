"""`glassviz jobs`: what has been started, by commands and from the app, and how to go on with it."""

import time

from glassviz.cli.common import ProgressBar, parser_of, table
from glassviz.words import amount, span

EXAMPLES = (
    "glassviz jobs",
    "glassviz jobs show 20260501-101500-train",
    "glassviz jobs cancel 20260501-101500-train",
    "glassviz jobs resume 20260501-101500-train",
    "glassviz jobs rename 20260501-101500-train first-try",
    "glassviz jobs delete 20260501-101500-train",
)
ACTIONS = ("list", "show", "cancel", "resume", "rename", "delete")
LOG_LINES = 20


def add_parser(commands):
    """Register the command."""
    words = (
        "List jobs; show, cancel, resume, rename or delete one. simulate, train, transfer, predict and film are jobs."
    )
    parser = parser_of(commands, "jobs", words, EXAMPLES, run)
    parser.add_argument("action", nargs="?", default="list", choices=ACTIONS, help="default: list")
    parser.add_argument("job", nargs="?", metavar="JOB", help="name of the job, as listed")
    parser.add_argument("title", nargs="?", metavar="TITLE", help="of rename: what it shall be called")


def run(arguments):
    """Carry out one action."""
    from glassviz.errors import InputError
    from glassviz.jobs import find_job, jobs

    if arguments.action == "list":
        return show_all(jobs())
    if arguments.job is None:
        raise InputError(f"{arguments.action} needs the name of a job; glassviz jobs lists them")
    job = find_job(arguments.job)
    if arguments.action == "resume":
        return go_on(job)
    if arguments.action == "rename":
        return job.rename(arguments.title or "")
    return {"show": show, "cancel": cancel, "delete": lambda job: job.delete()}[arguments.action](job)


def show_all(found):
    """A table of all jobs, the latest first."""
    if not found:
        print("no job yet")
        return
    rows = []
    for job in found:
        state, progress = job.state, job.progress
        share = f"{100 * progress['done'] / progress['total']:.0f} %" if progress.get("total") else "-"
        asked = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.request.get("asked", 0)))
        rows.append((job.name, state.get("state", "?"), share, asked, amount(job.size), job.visitor.name or "owner",
                     "" if job.title == job.name else job.title))  # fmt: skip
    table(("job", "state", "how far", "asked", "disk", "whose", "title"), rows)


def show(job):
    """State, progress, parameters and the end of the log."""
    state, progress = job.state, job.progress
    print(f"{job.name}: {state.get('state', '?')}{': ' * ('sentence' in state)}{state.get('sentence', '')}")
    if progress.get("left") is not None and state.get("state") == "running":
        print(
            f"{progress['stage']}: {progress['done']:g} of {progress['total']:g}, about {span(progress['left'])} left"
        )
    for name, value in job.request.get("arguments", {}).items():
        print(f"  {name}: {value}")
    if "result" in state:
        print(f"result: {state['result']}")
    print(*job.log.splitlines()[-LOG_LINES:], sep="\n")


def cancel(job):
    """Ask it to stop and wait until it has."""
    job.cancel()
    end = time.monotonic() + 10
    while job.is_running and time.monotonic() < end:
        time.sleep(0.1)
    print(f"{job.name}: {job.state['state']}")


def go_on(job):
    """Resume in this process."""
    from glassviz.jobs import resume

    with ProgressBar() as progress:
        print(f"done: {resume(job, wait=True, told=progress, ends=True)}")
