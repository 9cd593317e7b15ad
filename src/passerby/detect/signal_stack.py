"""Gives signals back the thread's own stack after OpenVINO took it from them."""

from __future__ import annotations

import ctypes
import sys

_SS_ONSTACK, _SS_DISABLE = 1, 2


class _Stack(ctypes.Structure):
    """`stack_t` of sigaltstack(2)."""

    _fields_ = (("sp", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


def leave_signal_stack() -> None:
    """Takes this thread's alternate signal stack away, if it has one. Linux only; a microsecond.

    To use AMX, OpenVINO gives the thread that runs a network first an alternate stack of 20 kB. Python's handlers run
    on it. The registers that the kernel puts there take 12 kB, and the dynamic linker needs as much again the first
    time that a handler calls a library: the process would die of a segmentation fault at Ctrl-C.
    """
    if sys.platform != "linux":
        return
    stack = _Stack()
    libc = ctypes.CDLL(None)
    if libc.sigaltstack(None, ctypes.byref(stack)) == 0 and not stack.flags & (_SS_ONSTACK | _SS_DISABLE):
        libc.sigaltstack(ctypes.byref(_Stack(None, _SS_DISABLE, 0)), None)
