"""Who asks: what a visitor may do, within which limits, and where what is theirs lies."""

import re
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from threading import Lock

from glassviz.dataset import home
from glassviz.errors import InputError, Refused

TASKS = ("simulate", "train", "transfer", "predict", "heterogeneity", "film", "import")
"""Tasks that run as jobs."""
GIBIBYTE = 2**30
HOUR = 3600
# Names of accounts become names of folders: none can lead out of theirs, and none differs by its case alone.
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}", re.ASCII)


@dataclass(frozen=True)
class Role:
    """What visitors of one kind may do.

    tasks : that they may start; jobs : of theirs that may wait or run at once; hourly : jobs and uploads in an hour
    upload : bytes of the largest file, 0 for none; everyone : whether they see and cancel the jobs of others, too
    """

    tasks: tuple = ()
    jobs: int = 0
    hourly: int = 0
    upload: int = 0
    everyone: bool = False


ROLES = {
    "owner": Role(TASKS, jobs=100, hourly=1000, upload=4 * GIBIBYTE, everyone=True),
    "teacher": Role(TASKS, jobs=20, hourly=100, upload=2 * GIBIBYTE, everyone=True),
    "student": Role(("train", "predict", "heterogeneity", "film", "import"), jobs=2, hourly=20, upload=GIBIBYTE // 4),
    "guest": Role(),
}
"""owner: whoever sits at the machine; teacher, student: who has logged in; guest: who looks on from elsewhere."""
REASONS = {
    "guest": "only for those who have logged in or sit at the machine that serves the app",
    "student": "not for students; a teacher may",
}


@dataclass(frozen=True)
class Visitor:
    """Somebody for whom the app or a command works.

    name : of the account, empty for the owner of the machine and for guests; role : a key of ROLES
    Raises InputError for a name that is not fit for a folder.
    """

    name: str = ""
    role: str = "owner"

    def __post_init__(self):
        if self.name:
            check_name(self.name)

    @property
    def rights(self):
        """The Role."""
        return ROLES[self.role]

    @property
    def home(self):
        """The folder of data, models and jobs of this visitor."""
        return home() / "users" / self.name if self.name else home()

    def require_task(self, task):
        """Raise Refused unless this visitor may start a task."""
        if task not in self.rights.tasks:
            raise Refused(f"{task} is {REASONS.get(self.role, 'no task')}")

    def require_upload(self, size):
        """Raise Refused unless this visitor may bring a file of `size` bytes."""
        most = self.rights.upload
        if not most:
            raise Refused(f"bringing data is {REASONS[self.role]}")
        if size > most:
            raise Refused(f"the file has {size:,} bytes, expected at most {most:,} for a {self.role}")


OWNER, GUEST = Visitor(), Visitor(role="guest")

_recent, _counting = defaultdict(deque), Lock()


def check_name(name):
    """Raise InputError unless `name` may be that of an account."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError(f"name is {name!r}, expected 1 to 32 of a-z, 0-9, _, . and -, a letter or digit first")


def count(visitor):
    """Count one job or upload of a visitor; Refused, with the time until the next, beyond those of an hour.

    Counted in this process alone, that of the server: a file could be deleted.
    """
    most, now = visitor.rights.hourly, time.monotonic()
    if not most:
        raise Refused(f"jobs and uploads are {REASONS[visitor.role]}")
    with _counting:
        times = _recent[visitor]
        while times and now - times[0] >= HOUR:
            times.popleft()
        if len(times) >= most:
            minutes = int((HOUR - (now - times[0])) // 60) + 1
            raise Refused(f"a {visitor.role} has at most {most} jobs and uploads in an hour; the next in {minutes} min")
        times.append(now)
