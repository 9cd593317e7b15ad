"""Processes of our own, which hold clear pictures: how they are begun, and what they leave behind."""

from __future__ import annotations

import multiprocessing
import signal
import sys

NEW_PROCESS = multiprocessing.get_context("spawn")
"""Begins them anew: a fork would copy threads' locks as they happen to be."""


def begin_child() -> None:
    """What each of them does first: it leaves no core dump, and Ctrl-C, which goes to all, is for its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leave_no_core()


def leave_no_core() -> None:
    """A core dump of a process that holds clear pictures would be a file with clear pictures."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
