"""What goes between machines: bytes through relays in front of servers, and the messages of NATS."""

from __future__ import annotations

import asyncio
import socketserver
import threading
import time
from contextlib import suppress
from socket import AF_INET, AF_UNIX, SHUT_WR, SOCK_STREAM, socket

Address = tuple[str, int]


class Relay:
    """Brings a server to another address. Each connection to it becomes one to the server. Call `close` when done."""

    def __init__(self, address: Address, to: Address | str, *, keeps: bool = False) -> None:
        """address: where it listens; port 0 is any. to: the server's address, or the path of its socket. keeps: all
        bytes of each connection and direction."""
        streams = self._streams = list[bytearray]()

        def new_stream() -> bytearray | None:
            if not keeps:
                return None
            streams.append(bytearray())
            return streams[-1]

        class Both(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError), socket(AF_UNIX if isinstance(to, str) else AF_INET, SOCK_STREAM) as other:
                    other.connect(to)
                    back = threading.Thread(target=_pump, args=(other, self.request, new_stream()), daemon=True)
                    back.start()
                    _pump(self.request, other, new_stream())
                    back.join()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads = True, True

        self._server = Server(address, Both)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def streams(self) -> list[bytes]:
        """What went through, each connection and direction by itself."""
        return [bytes(each) for each in list(self._streams)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Messages:
    """All that go through a server of NATS: time, subject, data."""

    def __init__(self, address: str) -> None:
        self.said: list[tuple[float, str, bytes]] = []
        self._address, self._over = address, threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()))
        self._thread.start()

    async def _listen(self) -> None:
        import nats  # here, since where there is no client the tests skip
        from nats.aio.msg import Msg

        async def note(message: Msg) -> None:
            self.said.append((time.monotonic(), message.subject, message.data))

        client = await nats.connect(self._address)
        await client.subscribe(">", cb=note)
        while not self._over.is_set():
            await asyncio.sleep(0.1)
        await client.close()

    def live_since(self, since_s: float) -> list[str]:
        since = [subject for at_s, subject, _ in list(self.said) if at_s > since_s]
        return [subject for subject in since if subject.startswith("passerby.live.")]

    def close(self) -> None:
        self._over.set()
        self._thread.join()


def _pump(source: socket, sink: socket, kept: bytearray | None) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            if kept is not None:
                kept += data
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(SHUT_WR)
