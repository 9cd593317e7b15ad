"""A signal that comes after a network ran is handled, and does not end the process."""

from __future__ import annotations

import subprocess
import sys

RUNS_THEN_GETS_A_SIGNAL = """
import asyncio, ctypes, os, signal
from passerby.detect.detector import drawn_picture
from passerby.engine.passes import Detectors
from passerby.media import Kind

detector = Detectors(threads=1).of({Kind.PERSON})[0]
detector.detect_bgr(drawn_picture((416, 416)))

async def wait() -> None:
    got = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, got.set)
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait_for(got.wait(), 10)

asyncio.run(wait())
stack = (ctypes.c_size_t * 3)()
ctypes.CDLL(None).sigaltstack(None, stack)
print("handled", "on a stack of its own" if stack[0] else "on the thread's")
"""


def test_a_signal_after_a_network_ran_is_handled() -> None:
    """On processors with AMX OpenVINO gives signals a stack on which Python's handler has no room."""
    done = subprocess.run([sys.executable, "-c", RUNS_THEN_GETS_A_SIGNAL], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "handled on the thread's\n"), done.stderr
