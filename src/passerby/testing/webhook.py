"""A small HTTP server that takes webhooks and answers as scripted: for tests."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from email.message import Message as Headers
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from passerby.closing import Closing

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Received:
    """One request. headers: by name, in any case."""

    path: str
    headers: Headers
    body: bytes


class WebhookSink(Closing):
    """Use it in a `with` block. status: of the answers. holds: while set, requests are received and not answered."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.status = 204
        self.holds = threading.Event()
        self._came = threading.Condition()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer((HOST, 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def url(self, path: str = "/hook") -> str:
        return f"http://{HOST}:{self._server.server_address[1]}{path}"

    def wait_for(self, count: int, within_s: float = 10.0) -> list[Received]:
        """All of them, once there are so many, or the time is over."""
        with self._came:
            self._came.wait_for(lambda: len(self.received) >= count, within_s)
            return list(self.received)

    def take(self, request: Received) -> None:
        with self._came:
            self.received.append(request)
            self._came.notify_all()
        while self.holds.is_set() and not self._closing.wait(0.02):
            pass

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_of(sink: WebhookSink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Logs nothing, to keep the output of tests clean."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            sink.take(Received(self.path, self.headers, body))
            self.send_response(sink.status)
            if sink.status in (301, 302, 307):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

    return Handler
