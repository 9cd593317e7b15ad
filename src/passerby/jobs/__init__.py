"""Redacts files that people bring to the page: the clear file in memory, one child process at a time for the work.

Nothing here decodes a picture but `work`, which runs in that child alone.
"""

from passerby.jobs.job import Redaction
from passerby.jobs.jobs import Jobs, Limits

__all__ = ["Jobs", "Limits", "Redaction"]
