"""A small HTTP or HTTPS server that takes webhooks and web push, and answers as scripted: for tests."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from email.message import Message as Headers
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
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
    """Use it in a `with` block. status: of the answers; statuses: by path, before it. retry_after: a
    header of all answers; empty: none. holds: while set, requests are
    received and not answered."""

    def __init__(self, certificate: tuple[Path, Path] | None = None) -> None:
        """certificate: the files of it and its key, for HTTPS."""
        self.received: list[Received] = []
        self.status = 204
        self.statuses: dict[str, int] = {}
        self.retry_after = ""
        self.holds = threading.Event()
        self._came = threading.Condition()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer((HOST, 0), _handler_of(self))
        self._server.daemon_threads = True
        self._scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server = self._server  # each request shakes hands in its own thread
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def url(self, path: str = "/hook") -> str:
        return f"{self._scheme}://{HOST}:{self._server.server_address[1]}{path}"

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
            status = sink.statuses.get(self.path, sink.status)
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", "/elsewhere")
            if sink.retry_after:
                self.send_header("Retry-After", sink.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return Handler
