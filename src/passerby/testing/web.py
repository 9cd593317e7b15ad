"""A small HTTP server with MJPEG and live HLS cameras that fail as scripted: for tests."""

from __future__ import annotations

import base64
import contextlib
import io
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self, cast

import av
from av.packet import Packet
from av.video.stream import VideoStream

from passerby.closing import Closing
from passerby.media.segments import TICKS_PER_S
from passerby.testing.rtsp.feed import Feed

HOST = "127.0.0.1"
BOUNDARY = "picture"
LISTED_SEGMENTS = 4
TS_PACKET_BYTES = 188
HLS = "application/vnd.apple.mpegurl"


@dataclass(frozen=True, slots=True)
class WebCamera:
    """One path. kind: mjpeg (the feed is MJPEG), hls (the feed is H.264, each of its laps a segment), page (some HTML).

    login: required, by Basic. moved_to: answers with a redirect. drip_byte_s: after `drip_after` pictures, or from its
    headers on if 0, sends one byte at this interval. cut_after: ends the connection after this many pictures. mute:
    accepts a request and never answers. stalls_after: HLS lists no new segments after this many. variants: HLS has a
    list of this many lists. part_after_s: each HLS part takes this long to arrive. content_type: of MJPEG, None for
    none. part_head: what comes before each JPEG, None for nothing. first_head: the same before the first one.
    """

    kind: str
    feed: Feed | None = None
    login: tuple[str, str] | None = None
    moved_to: str | None = None
    drip_after: int | None = None
    drip_byte_s: float = 0.2
    cut_after: int | None = None
    mute: bool = False
    stalls_after: int | None = None
    variants: int = 0
    part_after_s: float = 0.0
    content_type: str | None = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
    part_head: str | None = "--{boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: {length}\r\n\r\n"
    first_head: str | None = None


class WebServer(Closing):
    """Use it in a `with` block. cameras: by path; an HLS camera at "/lane" is played from "/lane/index.m3u8"."""

    def __init__(self, cameras: Mapping[str, WebCamera]) -> None:
        self.cameras = dict(cameras)
        self.requests: list[str] = []
        """The requested paths, in order."""
        self.cuts: Counter[str] = Counter()
        """How often connections to a path were ended."""
        self.started_s = time.monotonic()
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer((HOST, 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="web-server", daemon=True)

    def url(self, path: str, entry: str = "") -> str:
        """entry: such as "user:password@"."""
        return f"http://{entry}{HOST}:{self._server.server_address[1]}{path}"

    def cut(self, path: str) -> None:
        """Ends every connection that receives pictures from this path."""
        self.cuts[path] += 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def close(self) -> None:
        """Stops answering."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_of(server: WebServer) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        web = server

    return Handler


class _Handler(BaseHTTPRequestHandler):
    web: WebServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing, to keep the output of tests clean."""

    def do_GET(self) -> None:
        self.web.requests.append(self.path)
        self.close_connection = True
        path = self.path.partition("?")[0]
        camera = self.web.cameras.get(path) or self.web.cameras.get(path.rpartition("/")[0])
        with contextlib.suppress(ConnectionError, TimeoutError):  # the reader went away, which is normal
            self._answer(camera, path)

    def _answer(self, camera: WebCamera | None, path: str) -> None:
        if camera is None:
            self._say(404)
        elif camera.mute:
            self.web.closing.wait()
        elif camera.moved_to:
            self._say(302, {"Location": camera.moved_to})
        elif camera.login and self.headers.get("Authorization") != _basic(*camera.login):
            self._say(401, {"WWW-Authenticate": 'Basic realm="camera"'})
        elif camera.kind == "mjpeg":
            self._send_mjpeg(camera, path)
        elif camera.kind == "hls":
            self._send_hls(camera, path.rpartition("/")[2])
        else:
            self._say(200, {"Content-Type": "text/html"}, b"<title>A camera's own page</title>")

    def _say(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_mjpeg(self, camera: WebCamera, path: str) -> None:
        if camera.drip_after == 0:
            self._drip(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n" * 1000, camera)
        self.send_response(200)
        if camera.content_type is not None:
            self.send_header("Content-Type", camera.content_type)
        self.end_headers()
        feed = cast(Feed, camera.feed)
        step_s = feed.duration_90k / TICKS_PER_S / len(feed.units)
        count, cuts = 0, self.web.cuts[path]
        while count != camera.cut_after and self.web.cuts[path] == cuts:
            jpeg = feed.units[count % len(feed.units)].nals[0]
            head = camera.part_head if count or camera.first_head is None else camera.first_head
            part = (head or "").format(boundary=BOUNDARY, length=len(jpeg)).encode()
            if camera.drip_after is not None and count >= camera.drip_after:
                self._drip(part + jpeg, camera)
            self.wfile.write(part + jpeg + b"\r\n")
            count += 1
            if self.web.closing.wait(step_s):
                return

    def _drip(self, data: bytes, camera: WebCamera) -> None:
        for byte in data:
            self.wfile.write(bytes((byte,)))
            if self.web.closing.wait(camera.drip_byte_s):
                raise ConnectionAbortedError

    def _send_hls(self, camera: WebCamera, name: str) -> None:
        feed = cast(Feed, camera.feed)
        lap_s = feed.duration_90k / TICKS_PER_S
        newest = LISTED_SEGMENTS + int((time.monotonic() - self.web.started_s) / lap_s)
        if camera.stalls_after is not None:
            newest = min(newest, camera.stalls_after)
        if name == "index.m3u8" and camera.variants:
            lines = [f"#EXT-X-STREAM-INF:BANDWIDTH={n + 1}000\n{n}.m3u8" for n in range(camera.variants)]
            self._say(200, {"Content-Type": HLS}, "\n".join(["#EXTM3U", *lines, ""]).encode())
            return
        self.web.closing.wait(camera.part_after_s)
        if name.endswith(".m3u8"):
            first = newest - LISTED_SEGMENTS + 1
            lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{max(1, round(lap_s))}",
                     f"#EXT-X-MEDIA-SEQUENCE:{first}"]  # fmt: skip
            for number in range(first, newest + 1):
                lines += [f"#EXTINF:{lap_s:.3f},", f"{number}.ts"]
            self._say(200, {"Content-Type": HLS}, "\n".join([*lines, ""]).encode())
        else:
            self._say(200, {"Content-Type": "video/mp2t"}, segment(feed, int(name.partition(".")[0])))


def segment(feed: Feed, number: int) -> bytes:
    """One lap of a feed as MPEG-TS, with times that continue from the lap before."""
    file = io.BytesIO()
    with av.open(file, "w", format="mpegts") as container:
        name = {"h264": "libx264", "hevc": "libx265"}[feed.codec]
        stream = cast(VideoStream, container.add_stream(name, rate=25, width=feed.width, height=feed.height))
        for unit in feed.units:
            packet = Packet(b"".join(b"\x00\x00\x00\x01" + nal for nal in unit.nals))
            packet.stream, packet.time_base = stream, Fraction(1, TICKS_PER_S)
            packet.pts = packet.dts = number * feed.duration_90k + unit.pts_90k
            packet.is_keyframe = unit.key
            container.mux(packet)
    return _counted_on(file.getvalue(), number)


def _counted_on(ts: bytes, number: int) -> bytes:
    """MPEG-TS counts the packets of each stream modulo 16, also across segments: a reader takes a jump for a loss."""
    packets = [bytearray(ts[at : at + TS_PACKET_BYTES]) for at in range(0, len(ts), TS_PACKET_BYTES)]
    counts = Counter(_stream_of(packet) for packet in packets if packet[3] & 0x10)  # only those with a payload
    for packet in packets:
        packet[3] = packet[3] & 0xF0 | (packet[3] + number * counts[_stream_of(packet)]) & 0x0F
    return b"".join(packets)


def _stream_of(packet: bytearray) -> int:
    return (packet[1] & 0x1F) << 8 | packet[2]


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
