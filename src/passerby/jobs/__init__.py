"""Redacts files that users upload: keeps the clear file in memory, and runs one child process at a time.

Only `work`, which runs in that child, decodes pictures.
"""

from passerby.jobs.job import Redaction
from passerby.jobs.jobs import Jobs, Limits

__all__ = ["Jobs", "Limits", "Redaction"]
