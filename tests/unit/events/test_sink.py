"""Events are written in order, and later where the catalogue fails for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from passerby.errors import OutputError
from passerby.events import sink as module
from passerby.events.sink import EventSink
from passerby.media.events import CameraEvent, EventKind


def event(at_90k: int) -> CameraEvent:
    return CameraEvent("gate", "hall", EventKind.CROWD, "people", at_90k, None)


class Catalogue:
    """One that fails while it is told to, and may be slow."""

    def __init__(self) -> None:
        self.fails: Callable[[], Exception | None] = lambda: None
        self.written: list[int] = []
        self.goes_on = threading.Event()
        self.goes_on.set()

    def add(self, events: Sequence[CameraEvent], *, is_cut: bool = False, token: int = 0) -> None:
        self.goes_on.wait(20.0)
        error = self.fails()
        if error is not None:
            raise error
        self.written += [each.start_90k for each in events]

    def keep_open(self, camera: str, now_90k: int, token: int = 0) -> None:
        self.goes_on.wait(20.0)


def until(is_so: Callable[[], Any]) -> None:
    give_up_s = time.monotonic() + 20.0
    while not is_so():
        assert time.monotonic() < give_up_s
        time.sleep(0.01)


def sink_of(catalogue: Any) -> EventSink:
    return EventSink(catalogue, catalogue, retry_after_s=0.01)


def test_what_fails_is_written_later_in_order() -> None:
    catalogue = Catalogue()
    catalogue.fails = lambda: OutputError("the disk is full")
    with closing(sink_of(catalogue)) as sink:
        for number in range(5):
            sink.add([event(number)])
        until(lambda: sink.trouble)
        assert sink.trouble == "events could not be written: the disk is full"
        catalogue.fails = lambda: None
        until(lambda: len(catalogue.written) == 5)
        until(lambda: sink.trouble is None)
    assert catalogue.written == [0, 1, 2, 3, 4]


def test_what_can_never_be_written_holds_up_nothing() -> None:
    catalogue = Catalogue()
    errors = [ZeroDivisionError(), None, None]
    catalogue.fails = lambda: errors.pop(0)
    with closing(sink_of(catalogue)) as sink:
        for number in range(3):
            sink.add([event(number)])
        until(lambda: len(catalogue.written) == 2)
        assert sink.dropped == 1


def test_that_events_go_on_takes_no_room_from_events_while_the_catalogue_is_away(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 210)
    catalogue = Catalogue()
    catalogue.goes_on.clear()
    with closing(sink_of(catalogue)) as sink:
        for number in range(300):  # 24 cameras say it 144 times a minute
            sink.keep_open("gate", number)
        sink.add([event(7)])
        assert sink.dropped == 0
        catalogue.goes_on.set()
        until(lambda: 7 in catalogue.written)


def test_memory_is_bounded_while_the_catalogue_hangs(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 10)
    catalogue = Catalogue()
    catalogue.goes_on.clear()
    with closing(sink_of(catalogue)) as sink:
        for number in range(50):
            sink.add([event(number)])
        assert sink.dropped == 40
        catalogue.goes_on.set()
    assert catalogue.written == list(range(10)), "what waits at the end is written"
