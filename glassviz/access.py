"""Who asks: what a visitor may do, within which limits, and where what is theirs lies."""

from dataclasses import dataclass

from glassviz.dataset import home
from glassviz.errors import Refused

TASKS = ("simulate", "train", "transfer", "predict", "heterogeneity", "film", "import")
"""Tasks that run as jobs."""
GIBIBYTE = 2**30


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
    """

    name: str = ""
    role: str = "owner"

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
