"""A reverse proxy that has passerby under a path of its host, and says who asked for anything beside it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """base: the address of passerby as browsers see it, without the last slash. beside: what else was requested."""

    port: int
    path: str
    strips: bool
    beside: list[str] = field(default_factory=list)
    listens_at: int = 0

    @property
    def base(self) -> str:
        return f"http://localhost:{self.listens_at}{self.path.rstrip('/')}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request: the connection is closed after its answer, unless it becomes a WebSocket."""
        with closing(writer), suppress(OSError, asyncio.IncompleteReadError):
            method, target, *lines = self._parsed(await reader.readuntil(b"\r\n\r\n"))
            if not target.startswith(self.path):
                self.beside.append(target)
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                target = target[len(self.path) - 1 :] if self.strips else target
                theirs, ours = await asyncio.open_connection("127.0.0.1", self.port)
                ours.write("\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode("latin-1"))
                await asyncio.gather(_pass_on(reader, ours), _pass_on(theirs, writer))

    def _parsed(self, head: bytes) -> list[str]:
        """The method, the target and the lines of the request as it is passed on."""
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        method, target, _ = first.split(" ")
        if not any(line.lower().startswith("upgrade:") for line in lines):
            lines = [line for line in lines if not line.lower().startswith("connection:")] + ["Connection: close"]
        return [method, target, *lines, "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http"]


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def proxying(port: int, path: str, *, strips: bool) -> Iterator[Proxy]:
    """In front of a passerby at a port of this machine. strips: whether it removes the path."""
    proxy, listens = Proxy(port, path, strips), threading.Event()
    loop, ends = asyncio.new_event_loop(), asyncio.Event()

    async def run() -> None:
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        proxy.listens_at = server.sockets[0].getsockname()[1]
        listens.set()
        await ends.wait()
        server.close()

    def run_in_thread() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:  # at its end it cancels what is still going on
            runner.run(run())

    thread = threading.Thread(target=run_in_thread)  # the browser's driver has a loop in this one
    thread.start()
    try:
        assert listens.wait(10)
        yield proxy
    finally:
        loop.call_soon_threadsafe(ends.set)
        thread.join()
