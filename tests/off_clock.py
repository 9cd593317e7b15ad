"""`passerby` on a machine whose clock is wrong: python -m tests.off_clock SECONDS_AHEAD worker ...

Only the clock of the day: what measures how long something takes is right, as on a real machine.
"""

from __future__ import annotations

import os
import sys
import time

AHEAD = "PASSERBY_TESTS_CLOCK_AHEAD_S"

if __name__ == "__main__":
    os.environ[AHEAD] = sys.argv.pop(1)  # for its processes too, which import this module under another name

_ahead_s = float(os.environ[AHEAD])
_time, _time_ns = time.time, time.time_ns
time.time = lambda: _time() + _ahead_s
time.time_ns = lambda: _time_ns() + round(_ahead_s * 1e9)

if __name__ == "__main__":
    from passerby.cli import main

    main()
