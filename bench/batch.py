"""What two processes of Ray save against one process without it: python bench/batch.py [CLIPS [SECONDS]]

Drawn clips, redacted by the command. Processor time is of all processes that a command starts, those of Ray too.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from machine import busy_warning, describe_machine

CLIPS, SECONDS = 20, 3
DRAW = "import sys; from passerby.capture.drawn import draw_street as d; d(sys.argv[1], {seconds}, (320, 192), fps=10)"
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
RUNS = {
    "one process, 1 thread": ["--threads", "1"],
    "one process, default threads": [],
    "Ray, two processes of 1 thread": ["--threads", "1", "--jobs", "2", "--ray", "local"],
    "two processes of 1 thread, without Ray": ["--threads", "1", "--jobs", "2"],
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one command. digest: of everything that came out."""

    wall_s: float
    cpu_s: float
    digest: str


def main() -> None:
    clips, seconds = [int(each) for each in sys.argv[1:]] + [CLIPS, SECONDS][len(sys.argv) - 1 :]
    # So that what Ray leaves behind is counted here when it ends.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "clips", clips, seconds)
        costs = {}
        for title, options in RUNS.items():
            costs[title] = redact(folder / "clips", folder / title.replace(" ", "-"), options)
            print(f"{title}: {costs[title].wall_s:.1f} s, {costs[title].cpu_s:.1f} s of processor time", flush=True)
    one, ray = costs["one process, 1 thread"], costs["Ray, two processes of 1 thread"]
    print(f"Ray against one process, 1 thread each: {one.wall_s / ray.wall_s:.2f} ×, on {describe_machine()}")
    same = {cost.digest for title, cost in costs.items() if "1 thread" in title}
    print("all of 1 thread are the same, bit for bit" if len(same) == 1 else "NOT THE SAME")
    if warning := busy_warning():
        print(warning)


def draw(folder: Path, clips: int, seconds: int) -> None:
    folder.mkdir()
    first = folder / "clip-00.mp4"
    subprocess.run([sys.executable, "-c", DRAW.format(seconds=seconds), str(first)], check=True)
    for number in range(1, clips):
        (folder / f"clip-{number:02}.mp4").write_bytes(first.read_bytes())


def redact(clips: Path, to: Path, options: list[str]) -> Cost:
    command = [sys.executable, "-m", "passerby", "redact", str(clips), "-o", str(to), *options]
    before, started = cpu_s(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall_s = time.perf_counter() - started
    with suppress(ChildProcessError):
        while True:
            os.wait()
    made = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(to.iterdir())))
    return Cost(wall_s, cpu_s() - before, made.hexdigest())


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
