"""Redacts files that people bring to the page: the clear file in memory, one child process at a time for the work.

Nothing here decodes a picture but `work`, which runs in that child alone.
"""

from passerby.desk.desk import Desk, Limits
from passerby.desk.job import Redaction

__all__ = ["Desk", "Limits", "Redaction"]
