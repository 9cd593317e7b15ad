"""Limits exports, from the first byte read to the last one sent: how many at once, for whom, and disk space."""

from __future__ import annotations

import shutil
import threading
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from anyio import CancelScope, fail_after
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from passerby.api.problems import problem

MAX_BEING_MADE = 2  # each reads and writes at the disk's full speed: recording comes first
MAX_OF_A_USER, MAX_OF_ALL = 3, 12  # each holds its file until it has been sent, and a network may be slow
TAKES_NOTHING_S = 60.0  # a phone that changes networks receives nothing for a while
_PIECE_BYTES = 1 << 18


class Exports:
    """Who has a place. One per app. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of_user: Counter[int] = Counter()
        self._being_made: dict[Place, int] = {}
        """The size each will have: what is not written yet is not yet missing from the disk's free space."""

    def begin(self, user_id: int, size: int, folder: Path, min_free_bytes: float) -> Place:
        """A place, which must be freed. folder: where `size` bytes will be written. Raises problems: 429 if the user
        has too many, 503 if all places are taken, 507 if too little of the disk would stay free: recordings would have
        to be deleted."""
        with self._lock:
            if self._of_user[user_id] >= MAX_OF_A_USER:
                raise problem(
                    429, f"{MAX_OF_A_USER} exports of yours are already in progress", "wait until one has finished",
                    {"Retry-After": "60"},
                )  # fmt: skip
            if len(self._being_made) >= MAX_BEING_MADE or self._of_user.total() >= MAX_OF_ALL:
                raise problem(503, "other exports are in progress", "try again in a minute")
            free = shutil.disk_usage(folder).free - sum(self._being_made.values())
            if free - size < min_free_bytes:
                raise problem(
                    507,
                    f"there is no room for an export of {size / 1e6:,.0f} MB",
                    "export a shorter range, or free some space",
                )
            place = Place(self, user_id)
            self._of_user[user_id] += 1
            self._being_made[place] = size
            return place

    def _made(self, place: Place) -> None:
        with self._lock:
            self._being_made.pop(place, None)

    def _free(self, place: Place) -> None:
        with self._lock:
            self._being_made.pop(place, None)
            self._of_user[place.user_id] -= 1
            self._of_user += Counter()  # drops zero counts


class Place:
    """The place of one export, until `free`, which may be called twice."""

    def __init__(self, exports: Exports, user_id: int) -> None:
        self.user_id = user_id
        self._exports, self._is_free = exports, False

    def made(self) -> None:
        """The file is complete: another one may be made."""
        self._exports._made(self)

    def free(self) -> None:
        if not self._is_free:
            self._is_free = True
            self._exports._free(self)


class FileGoingOut(StreamingResponse):
    """A file without a name. It is closed, and its place freed, when the last byte is sent, when the client is gone or
    receives nothing for a minute, and also if this response is never sent."""

    def __init__(self, file: BinaryIO, place: Place, media_type: str, headers: Mapping[str, str]) -> None:
        self._end = weakref.finalize(self, _end, file, place)  # once, whichever comes first
        size = file.seek(0, 2)
        file.seek(0)
        super().__init__(_pieces(file), headers={**headers, "Content-Length": str(size)}, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except TimeoutError:
            pass  # the client receives nothing: the server closes the connection of an unfinished answer
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self._end)  # freeing a large file takes the disk a moment

    async def stream_response(self, send: Send) -> None:
        async def sent_soon(message: Message) -> None:
            with fail_after(TAKES_NOTHING_S):
                await send(message)

        await super().stream_response(sent_soon)


def exports_of(request: Request) -> Exports:
    found = request.app.state.exports
    assert isinstance(found, Exports)
    return found


def _end(file: BinaryIO, place: Place) -> None:
    file.close()
    place.free()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE_BYTES):
        yield piece
