"""Jobs: tasks that take long, each in a process and a folder of its own; what they have done survives the server."""

from glassviz.jobs.job import Job, jobs
from glassviz.jobs.start import running, start

__all__ = ["Job", "jobs", "running", "start"]
