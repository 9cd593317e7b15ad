"""Answers the requests of one RTSP connection in order (RFC 2326), until it plays or ends."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from passerby.testing.rtsp.login import challenge, may_enter
from passerby.testing.rtsp.script import Script
from passerby.testing.rtsp.sdp import describe
from passerby.testing.rtsp.sender import Sender, Write, framed, reset

if TYPE_CHECKING:
    from passerby.testing.rtsp.server import RtspServer

METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
_REASONS = {200: "OK", 302: "Moved", 401: "Unauthorized", 404: "Not Found", 453: "Not Enough Bandwidth",
            461: "Unsupported Transport", 501: "Not Implemented"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""

    @property
    def path(self) -> str:
        """The camera's path, without the track."""
        return re.sub(r"/track1/?$", "", urlsplit(self.url).path).rstrip("/")


class Session:
    """Serves one connection."""

    def __init__(self, server: RtspServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader, self._writer = reader, writer
        self._write: Write | None = None
        self._udp: asyncio.DatagramTransport | None = None
        self._playing: asyncio.Task[None] | None = None
        self.path = ""
        """Path of the last requested camera."""

    async def run(self) -> None:
        try:
            while (request := await self._next_request()) is not None:
                self._server.requests.append(request)
                self.path = request.path
                if not await self._answer(request):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the reader went away, which is normal
        finally:
            self._end()

    def cut(self) -> None:
        """Ends the connection at once, whatever is being sent."""
        reset(self._writer)

    def _end(self) -> None:
        if self._playing:
            self._playing.cancel()
        if self._udp:
            self._udp.close()
        self._writer.close()

    async def _next_request(self) -> Request | None:
        """The next request; None at the end of the connection. RTCP reports from the reader are skipped."""
        while (first := await self._reader.read(1)) == b"$":
            head = await self._reader.readexactly(3)
            await self._reader.readexactly(int.from_bytes(head[1:], "big"))
        if not first:
            return None
        text = (first + await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lstrip("\r\n")
        start, *rest = text.strip().split("\r\n")
        method, url, _ = start.split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        await self._reader.readexactly(int(headers.get("content-length", 0)))
        return Request(method, url, headers)

    async def _answer(self, request: Request) -> bool:
        """Answers a request; returns whether the connection continues."""
        script = self._server.script_of(request.path)
        if script.mute:
            await asyncio.sleep(3600)
        if request.method == "OPTIONS":
            return self._say(request, 200, {"Public": METHODS})
        if not self._allowed(request, script):
            return self._say(request, 401, {"WWW-Authenticate": challenge(self._server.login_scheme)})
        if request.path not in self._server.feeds:
            return self._say(request, 404)
        match request.method:
            case "DESCRIBE":
                return self._describe(request, script)
            case "SETUP":
                return await self._set_up(request)
            case "PLAY":
                return self._play(request, script)
            case "GET_PARAMETER" | "SET_PARAMETER":
                return self._say(request, 200)
            case "TEARDOWN":
                self._say(request, 200)
                return False
        return self._say(request, 501)

    def _allowed(self, request: Request, script: Script) -> bool:
        if script.rejects_everybody:
            return False
        if self._server.login is None:
            return True
        user, password = self._server.login
        authorization = request.headers.get("authorization")
        return may_enter(self._server.login_scheme, request.method, authorization, user, password)

    def _describe(self, request: Request, script: Script) -> bool:
        if script.describe_status is not None:
            return self._say(request, script.describe_status, {"Location": script.location} if script.location else {})
        body = describe(self._server.feeds[request.path], script)
        base = request.url.rstrip("/") + "/"
        return self._say(request, 200, {"Content-Type": "application/sdp", "Content-Base": base}, body)

    async def _set_up(self, request: Request) -> bool:
        wanted = request.headers.get("transport", "")
        ports = re.search(r"client_port=(\d+)", wanted)
        if "TCP" in wanted and "tcp" in self._server.transports:
            self._write = self._write_inside
            transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
        elif ports and "TCP" not in wanted and "udp" in self._server.transports:
            transport = await self._open_udp(int(ports[1]))
        else:
            return self._say(request, 461)
        return self._say(request, 200, {"Transport": transport, "Session": "12345678;timeout=60"})

    async def _open_udp(self, client_port: int) -> str:
        peer, here = self._writer.get_extra_info("peername")[0], self._writer.get_extra_info("sockname")[0]
        loop = asyncio.get_running_loop()
        udp, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(here, 0))
        self._udp = udp

        async def write(packet: bytes) -> None:
            udp.sendto(packet, (peer, client_port))

        self._write = write
        port = udp.get_extra_info("sockname")[1]
        return f"RTP/AVP;unicast;client_port={client_port}-{client_port + 1};server_port={port}-{port + 1}"

    async def _write_inside(self, packet: bytes) -> None:
        self._writer.write(framed(packet))
        await self._writer.drain()

    def _play(self, request: Request, script: Script) -> bool:
        if self._write is None:
            return self._say(request, 461)
        self._say(request, 200, {"Session": "12345678", "Range": "npt=now-"})
        sender = Sender(self._server.feeds[request.path], script, self._server.speed, self._write, self._writer)
        self._server.began_s[request.path] = time.time()
        self._playing = asyncio.get_running_loop().create_task(self._send(sender))
        return True

    async def _send(self, sender: Sender) -> None:
        try:
            await sender.run()
        except ConnectionError:
            self._writer.close()

    def _say(self, request: Request, status: int, headers: dict[str, str] | None = None, body: str = "") -> bool:
        lines = [f"RTSP/1.0 {status} {_REASONS.get(status, 'Error')}", f"CSeq: {request.headers.get('cseq', '0')}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        return True
