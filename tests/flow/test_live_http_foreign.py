"""MJPEG as other programs send it: written by FFmpeg or as usual cameras do, sent by Python's own server."""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import av
import pytest
from av.video.stream import VideoStream

from passerby.testing.rtsp import numbered_picture
from tests.live import seen

SIZE = (320, 240)
PICTURES = 12
FRAMES = 30
EVERY_S = 0.02
JPEG = "Content-Type: image/jpeg\r\nContent-Length: {size}\r\n"


def coded(form: str, **options: str) -> tuple[bytes, list[bytes]]:
    """All pictures as FFmpeg writes them in a format, and the JPEG of each."""
    file, jpegs = io.BytesIO(), []
    with av.open(file, "w", format=form, container_options=options) as out:
        stream = out.add_stream("mjpeg", rate=50, width=SIZE[0], height=SIZE[1])
        assert isinstance(stream, VideoStream)
        stream.pix_fmt = "yuvj420p"
        for number in range(PICTURES):
            picture = numbered_picture(number, *SIZE).reformat(format="yuvj420p")
            picture.pts = number
            for packet in stream.encode(picture):
                jpegs.append(bytes(packet))
                out.mux(packet)
    return file.getvalue(), jpegs


def by_ffmpeg() -> Iterator[bytes]:
    whole, _ = coded("mpjpeg", boundary_tag="ffmpeg")
    parts = [b"--ffmpeg" + part for part in whole.split(b"--ffmpeg") if part.strip()]
    assert len(parts) == PICTURES
    yield from itertools.cycle(parts)


def parts(head: str, tail: bytes = b"\r\n") -> Callable[[], Iterator[bytes]]:
    """head: of each part, with {size} and {number} in it."""

    def made() -> Iterator[bytes]:
        _, jpegs = coded("mpjpeg")
        for number in itertools.count():
            jpeg = jpegs[number % PICTURES]
            yield head.format(size=len(jpeg), number=number).encode() + jpeg + tail

    return made


STREAMS: dict[str, tuple[str, Callable[[], Iterator[bytes]]]] = {
    "FFmpeg": ("multipart/x-mixed-replace;boundary=ffmpeg", by_ffmpeg),
    "mjpg-streamer": (
        "multipart/x-mixed-replace;boundary=boundarydonotcross",
        parts("--boundarydonotcross\r\n" + JPEG + "X-Timestamp: {number}.5\r\n\r\n"),
    ),
    "an ESP32": (
        "multipart/x-mixed-replace;boundary=123456789000000000000987654321",
        parts("\r\n--123456789000000000000987654321\r\n" + JPEG + "\r\n", b""),
    ),
    "an old Axis, dashes in the boundary": (
        'multipart/x-mixed-replace; boundary="--myboundary"',
        parts("--myboundary\r\nContent-type:image/jpeg\r\ncontent-length:{size}\r\n\r\n"),
    ),
    "line feeds alone": (
        "multipart/x-mixed-replace; boundary=frame",
        parts("--frame\nContent-Type: image/jpeg\n\n", b"\n"),
    ),
    "motion, with text between": (
        "Multipart/Mixed; charset=utf-8; boundary=BoundaryString",
        parts("--BoundaryString\r\nContent-type: image/jpeg\r\nContent-Length:     {size}\r\n\r\n", b"\r\n\r\n"),
    ),
}  # fmt: skip


@contextmanager
def serving(kind: str, made: Callable[[], Iterator[bytes]], piece: int | None) -> Iterator[str]:
    """piece: bytes in each chunk of an HTTP/1.1 response; None: HTTP/1.0, until the connection ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0" if piece is None else "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            if piece is not None:
                self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for part in made():
                    for at in range(0, len(part), piece or len(part)):
                        some = part[at : at + (piece or len(part))]
                        self.wfile.write(some if piece is None else b"%x\r\n%b\r\n" % (len(some), some))
                    time.sleep(EVERY_S)
            except OSError:  # the client has seen enough
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/video"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("piece", [None, 1000], ids=["until it ends", "in chunks"])
@pytest.mark.parametrize("program", STREAMS)
def test_mjpeg_of_other_programs_is_played(program: str, piece: int | None) -> None:
    kind, made = STREAMS[program]
    with serving(kind, made, piece) as url:
        frames = seen(url, FRAMES)
    assert [frame.number for frame in frames] == [n % PICTURES for n in range(FRAMES)]
    assert not any(frame.damaged for frame in frames)
