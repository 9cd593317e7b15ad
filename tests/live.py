"""What tests of live sources share: this machine may be contacted, time-outs are short, and what a source gives."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, replace
from typing import Any, Self

import pytest

from passerby.capture.live.options import LiveOptions
from passerby.capture.live.source import open_live
from passerby.errors import SourceUnavailable
from passerby.media.segments import TICKS_PER_S
from passerby.rules.reach import Reach
from passerby.testing.rtsp import number_in

LOCAL = Reach(networks=("127.0.0.0/8", "::1/128"))
QUICK = LiveOptions(reach=LOCAL, open_timeout_s=2.0, read_timeout_s=1.0, picture_timeout_s=2.0)
PATIENT = replace(QUICK, open_timeout_s=20.0, read_timeout_s=20.0, picture_timeout_s=40.0)
"""Where nothing is to time out, however slow this machine is."""
TICK_S = 0.01
WITHIN_S = 10.0
"""The three time-outs, some seconds of pictures before, and a slow machine."""


@dataclass(frozen=True)
class Seen:
    """One frame: which picture it shows, when it is dated (ticks of 1/90000 s), whether it can be trusted."""

    number: int
    pts: int
    damaged: bool


def seen(url: str, count: int, options: LiveOptions = PATIENT, **changes: Any) -> list[Seen]:
    """The first frames of a source."""
    with open_live(url, replace(options, **changes)) as source:
        frames = [Seen(number_in(f.picture), f.pts, f.damaged) for f in itertools.islice(source, count)]
    assert len(frames) == count
    return frames


class Stalls(threading.Thread):
    """How long this machine itself stood still, at most, while others worked on it: a picture is no less late. In a
    `with` block."""

    def __init__(self) -> None:
        super().__init__(name="stalls", daemon=True)
        self.longest_s = 0.0
        self._over = threading.Event()

    def run(self) -> None:
        before_s = time.monotonic()
        while not self._over.wait(TICK_S):
            now_s = time.monotonic()
            self.longest_s, before_s = max(self.longest_s, now_s - before_s - TICK_S), now_s

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self.join()


def failure(url: str, options: LiveOptions = QUICK, **changes: Any) -> SourceUnavailable:
    """How a source fails, whenever it does; in time, and without a word of what is secret."""
    until_s = time.monotonic() + WITHIN_S
    with (
        pytest.raises(SourceUnavailable) as caught,
        open_live(url, replace(options, **changes)) as source,
    ):
        for _ in source:
            assert time.monotonic() < until_s, "it goes on and on"
    assert time.monotonic() < until_s
    error: BaseException | None = caught.value
    while error is not None:
        assert "s3cr3t" not in repr(error) and "s3cr3t" not in str(error)
        error = error.__cause__
    assert caught.value.message.count(". ") == 0
    assert not [each for each in threading.enumerate() if each.name == "resolve"], "a thread is left behind"
    return caught.value


def steps_s(frames: list[Seen]) -> list[float]:
    return [(after.pts - before.pts) / TICKS_PER_S for before, after in itertools.pairwise(frames)]
