"""Processes that work on an archive until they are killed: what tests of recovery start."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import passerby.archive.writer
import passerby.catalogue
import passerby.objects
from passerby.archive import Archive
from passerby.media.segments import TICKS_PER_S
from passerby.rules.retention import HOUR_90K, MIN_HOURS, TEN_YEARS_HOURS, Keep, KeepAll
from tests.catalogues import PATIENT
from tests.recordings import BEGIN_90K, recorded, steady

OBJECT_90K = 20 * TICKS_PER_S
RUN_S = 50
SHORT = Keep(MIN_HOURS)
LATER_90K = round(MIN_HOURS * HOUR_90K) - 40 * TICKS_PER_S
"""How much later than recorded everything is maintained: then the camera `yard` has 40 s, and loses objects all the
time."""
KEEP = KeepAll({"gate": Keep(TEN_YEARS_HOURS, more_than_30_days=True), "yard": SHORT})

_TRACED = tuple(
    str(Path(each).parent)
    for each in (passerby.archive.__file__, passerby.catalogue.__file__, passerby.objects.__file__)
)


def begin_of(run: int) -> int:
    """When the recordings of a run begin: a gap lies before them."""
    return BEGIN_90K + run * 2 * RUN_S * TICKS_PER_S


def be_patient() -> None:
    """In a process of its own: see `unit/conftest.py`."""
    setattr(passerby.archive.writer, "Asking", PATIENT)  # noqa: B010


def open_archive(folder: Path, url: str) -> Archive:
    be_patient()
    return Archive(folder, catalogue_url=url, object_90k=OBJECT_90K)


def write(folder: Path, url: str, run: int, die_at: int | None, pace_s: float = 0.0) -> None:
    """Write and maintain two cameras; progress goes to `folder/said`. die_at: kill -9 at this line of archive/,
    catalogue/ or objects/. pace_s: a pause after each fragment, for who kills it from outside.

    Where it lives to the end, the lines that it went through are in `folder/lines`.
    """
    fragments = recorded(steady(RUN_S, begin_of(run)))
    lines = _count_lines(die_at)
    archive = open_archive(folder, url)
    writers = {camera: archive.writer(camera) for camera in ("gate", "yard")}
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number, fragment in enumerate(fragments):
        for writer in writers.values():
            writer.append(fragment)
        os.pwrite(said, str(fragment.end_90k).encode(), 0)
        time.sleep(pace_s)
        if number % 11 == 10:
            alarms = archive.maintain(KEEP, fragment.end_90k + LATER_90K)
            assert not alarms, alarms
    for writer in writers.values():
        writer.close()
    archive.maintain(KEEP, fragments[-1].end_90k + LATER_90K)
    (folder / "lines").write_text(str(lines[0]))


def recover(folder: Path, url: str, die_at: int | None) -> None:
    """As after a restart, killed in the middle of it."""
    lines = _count_lines(die_at)
    archive = open_archive(folder, url)
    alarms = archive.recover()
    assert not alarms, alarms
    (folder / "lines").write_text(str(lines[0]))


def _count_lines(die_at: int | None) -> list[int]:
    """From now on each line of archive/, catalogue/, objects/ is counted; at number die_at this process is killed."""
    count = [0]

    def on_line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            count[0] += 1
            if count[0] == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return on_line

    def on_call(frame: FrameType, event: str, _: Any) -> Any:
        return on_line if frame.f_code.co_filename.startswith(_TRACED) else None

    sys.settrace(on_call)
    return count
