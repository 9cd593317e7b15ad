"""Overlaps stages that release the interpreter's lock. Keeps order and errors; short queues keep memory small."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
DEPTH = 2
LARGE_BYTES = 3_000_000  # of a frame: from 1080p on; queues of such frames hold one


def depth_of(frame_bytes: int) -> int:
    """How deep a queue of frames of this many bytes is."""
    return DEPTH if frame_bytes < LARGE_BYTES else 1


class _End:
    """Marks the end of a queue, with the error that caused it, if any."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(source: Iterable[T], depth: int = DEPTH) -> Generator[T, None, None]:
    """The items of `source`, produced in a separate thread, at most `depth` ahead. Its errors are raised here."""
    items: queue.Queue[T | _End] = queue.Queue(depth)
    stopping = threading.Event()

    def produce() -> None:
        end = _End()
        try:
            for item in source:
                if stopping.is_set() or not _put(items, item, stopping):
                    return
        except BaseException as error:  # not swallowed: it is raised in the consumer
            end = _End(error)
        _put(items, end, stopping)

    thread = threading.Thread(target=produce, name="passerby-ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := items.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopping.set()
        thread.join()


def telling_last(items: Iterable[T]) -> Iterator[tuple[T, bool]]:
    """Each item with whether it is the last one."""
    each = iter(items)
    for item in each:
        for following in each:
            yield item, False
            item = following
        yield item, True


class Worker(Generic[T]):
    """Calls `work` on items in its own thread, in order. For a `with` block: leaving it waits for the rest."""

    def __init__(self, work: Callable[[T], None], depth: int = DEPTH) -> None:
        self._work = work
        self._items: queue.Queue[T | _End] = queue.Queue(depth)
        self._stopping = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="passerby-record", daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Hands over one item. Raises what `work` raised on an earlier one."""
        if not _put(self._items, item, self._stopping):
            self._raise()

    def __enter__(self) -> Worker[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self._stopping.set()
        _put(self._items, _End(), self._stopping)
        self._thread.join()
        if error is None:
            self._raise()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    item = self._items.get(timeout=0.1)
                except queue.Empty:
                    continue
                if isinstance(item, _End):
                    return
                self._work(item)
        except BaseException as error:  # kept for the thread that hands items over
            self._error = error
            self._stopping.set()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error


def _put(items: queue.Queue[T | _End], item: T | _End, stopping: threading.Event) -> bool:
    """Whether the item was put before the queue was stopped."""
    while not stopping.is_set():
        try:
            items.put(item, timeout=0.1)
            return True
        except queue.Full:
            continue
    return False
