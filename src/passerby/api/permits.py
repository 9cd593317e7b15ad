"""Ends what is still being sent when the permission for it ends: live pictures, downloads, uploads, all long answers.

Routes need not do anything for it. Whoever is answered for longer than a moment is checked again as soon as anybody's
permissions change, in this process or in another one that has the same catalogue.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passerby.access.rights import Rights
from passerby.api.problems import Problem
from passerby.clock import Clock

log = logging.getLogger("passerby.api")

LOOK_EVERY_S = 0.5  # one small query, and only while anybody watches
UNSURE_AFTER_S = 10.0  # if the check fails for this long, nothing more is shown
A_MOMENT_S = 0.25  # a shorter answer was allowed when it began
MAY_NO_MORE = 4403
NO_MORE = "you may no longer see this"
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Permit:
    """Why a request may be answered. may: checks again, in the catalogue. ends_90k: UTC when the session or
    token ends."""

    may: Callable[[], bool]
    ends_90k: int


class _Open:
    """One answer in progress. Made in the loop that sends it; ended from any thread."""

    def __init__(self, permit: Permit) -> None:
        self.permit = permit
        self.revision: int | None = None
        """The revision of the permissions at the last check."""
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()

    def end(self) -> None:
        with suppress(RuntimeError):  # its loop has ended, and so has the answer
            self._loop.call_soon_threadsafe(self._over.set)

    async def over(self, is_unsure: Callable[[], bool]) -> None:
        """Returns when the answer must end, also if the check has failed for too long."""
        while not (self._over.is_set() or is_unsure()):
            try:
                await asyncio.wait_for(self._over.wait(), 1.0)
            except TimeoutError:
                continue


class Permits:
    """All answers in progress. One per app. Thread-safe; has a thread of its own while there is any. That thread
    queries the catalogue, so that a slow catalogue delays nobody else."""

    def __init__(self, rights: Rights, clock: Clock) -> None:
        self._rights, self._clock = rights, clock
        self._lock = threading.Lock()
        self._look = threading.Event()
        self._open: set[_Open] = set()
        self._thread: threading.Thread | None = None
        self._sure_s = 0.0
        """When the last round began that could check all of them."""

    def look_now(self) -> None:
        """Something may have changed in this process; changes by others are noticed a little later."""
        self._look.set()

    async def ended(self, permit: Permit) -> None:
        """Returns when the permission has ended."""
        opened = _Open(permit)
        with self._lock:
            self._open.add(opened)
            if self._thread is None:
                self._sure_s = time.monotonic()
                self._thread = threading.Thread(target=self._ask_again, name="passerby-permits", daemon=True)
                self._thread.start()
        self._look.set()  # the change may have come after the gate's check and before this
        try:
            await opened.over(self._is_unsure)
        finally:
            with self._lock:
                self._open.discard(opened)

    def _is_unsure(self) -> bool:
        return time.monotonic() - self._sure_s > UNSURE_AFTER_S

    def _ask_again(self) -> None:
        while True:
            self._look.wait(LOOK_EVERY_S)
            self._look.clear()
            with self._lock:
                opened = list(self._open)
                if not opened:
                    self._thread = None
                    return
            begun_s = time.monotonic()
            try:
                self._ask(opened)
                self._sure_s = begun_s
            except Exception as error:  # whatever it is: without this thread nobody would be checked any more
                log.error("couldn't check whether viewers may still watch: %s", type(error).__name__)

    def _ask(self, opened: list[_Open]) -> None:
        revision, now_90k = self._rights.revision(), self._clock.now_90k()
        for each in opened:
            if each.revision == revision and now_90k < each.permit.ends_90k:
                continue
            if each.permit.may():
                each.revision = revision
            else:
                each.end()


class WhileAllowed:
    """An ASGI application that wraps another. What the gate stores as `permit` in the request's state is checked until
    the answer is sent; when the permission ends, the connection is closed and nothing more is sent."""

    def __init__(self, app: ASGIApp, permits: Permits) -> None:
        self._app, self._permits = app, permits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        state, sent = scope.setdefault("state", {}), _Sent(send)
        try:
            async with asyncio.timeout(None) as limit:  # set to now when the permission ends, which cancels cleanly
                watching = asyncio.create_task(self._cut(state, limit))
                try:
                    await self._app(scope, receive, sent)
                finally:
                    watching.cancel()
        except TimeoutError:
            if not limit.expired():
                raise
            await sent.no_more(scope, receive)
        finally:
            if scope.get("method", "GET") not in _SAFE:
                self._permits.look_now()

    async def _cut(self, state: dict[str, Any], limit: asyncio.Timeout) -> None:
        await asyncio.sleep(A_MOMENT_S)
        while "permit" not in state:  # it has not reached the gate yet, or reaches none: files of the page
            await asyncio.sleep(A_MOMENT_S)
        permit = state["permit"]
        if isinstance(permit, Permit):
            await self._permits.ended(permit)
            limit.reschedule(0.0)


class _Sent:
    """Sends, and knows what can still be sent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._has_begun = self._is_closed = False

    async def __call__(self, message: Message) -> None:
        self._has_begun = self._has_begun or message["type"] == "http.response.start"
        self._is_closed = self._is_closed or message["type"] == "websocket.close"
        await self._send(message)

    async def no_more(self, scope: Scope, receive: Receive) -> None:
        """A partial answer is not ended properly: the server breaks the connection, so that nobody takes it for
        complete."""
        if scope["type"] == "websocket":
            if not self._is_closed:
                await self._send({"type": "websocket.close", "code": MAY_NO_MORE, "reason": NO_MORE})
        elif not self._has_begun:
            await JSONResponse(Problem(message=NO_MORE).model_dump(), 403)(scope, receive, self._send)
