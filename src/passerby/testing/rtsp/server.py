"""The RTSP server: listens on this machine only, in its own thread. What it answers is left to `session`."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, Self

from passerby.closing import Closing
from passerby.testing.rtsp.feed import Feed
from passerby.testing.rtsp.login import Scheme
from passerby.testing.rtsp.script import Script
from passerby.testing.rtsp.session import Request, Session

HOST = "127.0.0.1"


class RtspServer(Closing):
    """Cameras on this machine. Use it in a `with` block.

    feeds: by path, such as "/street". scripts: the faults of each path; a change takes effect at the next request.
    login: user and password that every camera requires. speed: 1 sends in real time, 0 as fast as it is read. context:
    for RTSPS.
    """

    def __init__(
        self,
        feeds: Mapping[str, Feed],
        scripts: Mapping[str, Script] | None = None,
        *,
        login: tuple[str, str] | None = None,
        login_scheme: Scheme = "digest",
        transports: frozenset[str] = frozenset({"tcp", "udp"}),
        speed: float = 1.0,
        context: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self.feeds = dict(feeds)
        self.scripts = dict(scripts or {})
        self.login, self.login_scheme = login, login_scheme
        self.transports = transports
        self.speed = speed
        self.requests: list[Request] = []
        """Every request, in order."""
        self.began_s: dict[str, float] = {}
        """By path: when the first picture of its latest playback was sent, seconds since 1970."""
        self.port = port
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rtsp-server", daemon=True)
        self._tasks: dict[asyncio.Task[None], Session] = {}
        self._server: asyncio.Server | None = None

    def url(self, path: str, user: str | None = None, password: str | None = None) -> str:
        """The address of a camera, including the login if given."""
        entry = f"{user}:{password}@" if user is not None else ""
        return f"rtsp{'s' if self._context else ''}://{entry}{HOST}:{self.port}{path}"

    def script_of(self, path: str) -> Script:
        return self.scripts.get(path, Script())

    def cut(self, path: str) -> None:
        """Resets the connections of one camera now. Later connections follow its script as it is then."""
        self._wait(self._cut(path))

    async def _cut(self, path: str) -> None:
        for session in self._tasks.values():
            if session.path == path:
                session.cut()

    def __enter__(self) -> Self:
        self._thread.start()
        self._wait(self._listen())
        return self

    def close(self) -> None:
        """Drops every connection and stops listening."""
        if self._loop.is_closed():
            return
        self._wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, job: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(job, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, self.port, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        session = self._tasks[task] = Session(self, reader, writer)
        try:
            await session.run()
        except asyncio.CancelledError:
            pass  # the server closes; asyncio's streams would report an error
        finally:
            self._tasks.pop(task, None)

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
