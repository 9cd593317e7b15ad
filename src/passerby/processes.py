"""Child processes, which hold clear pictures: how to start them and keep them from leaving anything behind; signals."""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

NEW_PROCESS = multiprocessing.get_context("spawn")
"""Starts a fresh process: a fork would copy locks held by other threads."""


_PR_SET_DUMPABLE = 4  # linux/prctl.h


def begin_child() -> None:
    """Called first in each child: no core dumps, and Ctrl-C, which reaches all processes, is left to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leave_no_core()


def at_signals(end: Callable[[], object]) -> None:
    """From now on SIGTERM and Ctrl-C call this, in the main thread."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: end())


def leave_no_core() -> None:
    """A core dump of a process that holds clear pictures would be a file with clear pictures.

    A limit of 0 does not stop a dump if the kernel pipes dumps to a program. Not being dumpable does, and it also keeps
    this user's other processes out of its memory.
    """
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library without it: the limit has to suffice
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
