"""Processes of our own, which hold clear pictures: how they are begun, and what they leave behind."""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import sys
from contextlib import suppress

NEW_PROCESS = multiprocessing.get_context("spawn")
"""Begins them anew: a fork would copy threads' locks as they happen to be."""


_PR_SET_DUMPABLE = 4  # linux/prctl.h


def begin_child() -> None:
    """What each of them does first: it leaves no core dump, and Ctrl-C, which goes to all, is for its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leave_no_core()


def leave_no_core() -> None:
    """A core dump of a process that holds clear pictures would be a file with clear pictures.

    A limit of 0 does not keep one from a program that the kernel pipes dumps to; not being dumpable does, and keeps
    other processes of this user out of its memory.
    """
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library without it: then the limit has to do
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
