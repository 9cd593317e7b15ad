"""Runs the passerby command on a disk that is full after this many bytes:

    python -m passerby.testing.full_disk 20000 redact street.mp4

The limit is the system's own for the size of one file (RLIMIT_FSIZE), so every write beyond it really fails.
"""

from __future__ import annotations

import resource
import signal
import sys


def fill_after(length_bytes: int) -> None:
    """From now on, no file of this process or of those that it starts can grow beyond this."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # otherwise the system ends the process instead of failing the write
    resource.setrlimit(resource.RLIMIT_FSIZE, (length_bytes, length_bytes))


if __name__ == "__main__":
    fill_after(int(sys.argv.pop(1)))

    from passerby.cli import main

    main()
