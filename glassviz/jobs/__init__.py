"""Jobs: tasks that take long, each in a folder of its own; what they have done survives workers and servers."""

from glassviz.jobs.job import Job, find_job, jobs
from glassviz.jobs.requests import REQUESTS, request_of
from glassviz.jobs.start import here, resume, start

__all__ = ["REQUESTS", "Job", "find_job", "here", "jobs", "request_of", "resume", "start"]
