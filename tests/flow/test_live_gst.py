"""The client against a server that is not ours: GStreamer's, where the system has it."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from passerby.errors import Trouble
from passerby.testing.rtsp import Feed
from tests.live import failure, seen, steps_s
from tests.retries import by_real_time

SYSTEM_PYTHON = "/usr/bin/python3"
SERVE = Path(__file__).parent / "gst" / "serve.py"
NEEDS = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst; Gst.init(None); " \
        "assert Gst.ElementFactory.find('rtph264pay') and Gst.ElementFactory.find('appsrc')"  # fmt: skip


def has_server() -> bool:
    try:
        return (
            subprocess.run([SYSTEM_PYTHON, "-W", "ignore", "-c", NEEDS], capture_output=True, timeout=30).returncode
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


pytestmark = [
    pytest.mark.skipif(
        not has_server(),
        reason="no gst-rtsp-server (Debian: gir1.2-gst-rtsp-server-1.0 gir1.2-gst-plugins-base-1.0 "
        "gstreamer1.0-plugins-good)",
    ),
    by_real_time("the server plays in real time, and who sends nothing for a second or two has failed"),
]


@contextmanager
def served(folder: Path, feed: Feed, *entry: str) -> Iterator[str]:
    """The port of a server that plays a feed once, in real time."""
    units = [b"".join(b"\0\0\0\1" + nal for nal in unit.nals) for unit in feed.units]
    times_ms = [unit.pts_90k // 90 for unit in feed.units]
    file = folder / "pictures"
    file.write_bytes(b"".join(struct.pack(">II", len(u), t) + u for u, t in zip(units, times_ms, strict=True)))
    codec = {"h264": "h264", "hevc": "h265"}[feed.codec]
    server = subprocess.Popen(
        [SYSTEM_PYTHON, "-W", "ignore", str(SERVE), str(file), codec, *entry],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdin and server.stdout
    try:
        yield server.stdout.readline().strip()
    finally:
        server.stdin.close()
        server.wait(timeout=10)
        server.stdout.close()


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_pictures_and_times(tmp_path: Path, codec: str, transport: str) -> None:
    feed = Feed.drawn(codec, count=75, gop=25)  # type: ignore[arg-type]
    with served(tmp_path, feed) as port:
        frames = seen(f"rtsp://127.0.0.1:{port}/street", 40, transport=transport)
    first = frames[0].number
    assert [frame.number for frame in frames] == list(range(first, first + 40))
    assert not any(frame.damaged for frame in frames)
    assert sum(steps_s(frames)) == pytest.approx(39 * 0.04, rel=0.3)


def test_log_in_and_what_is_missing(tmp_path: Path) -> None:
    with served(tmp_path, Feed.drawn(count=50), "admin", "s3cr3t") as port:
        place = f"127.0.0.1:{port}/street"
        assert failure(f"rtsp://admin:wrong@{place}").trouble is Trouble.WRONG_PASSWORD
        assert failure(f"rtsp://{place}").trouble is Trouble.WRONG_PASSWORD
        assert failure(f"rtsp://admin:s3cr3t@127.0.0.1:{port}/alley").trouble is Trouble.NO_STREAM
        assert seen(f"rtsp://admin:s3cr3t@{place}", 5)


def test_the_end_of_a_stream(tmp_path: Path) -> None:
    with served(tmp_path, Feed.drawn(count=25)) as port:
        error = failure(f"rtsp://127.0.0.1:{port}/street")
    assert error.trouble in (Trouble.ENDED, Trouble.TIMED_OUT)
