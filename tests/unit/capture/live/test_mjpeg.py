"""JPEGs are found in a stream by themselves, however it is cut into reads and whatever is between them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.capture.live.mjpeg import MAX_JPEG_BYTES, Jpegs, is_mjpeg, read_head


class Pieces:
    """A body that comes in pieces of these sizes."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data, self._sizes = data, sizes

    def read(self, size: int = -1) -> bytes:
        length = self._sizes.pop(0) if self._sizes else len(self._data)
        given, self._data = self._data[:length], self._data[length:]
        return given


def jpeg(value: int) -> bytes:
    noise = np.random.default_rng(value).integers(0, 255, (48, 64, 3), np.uint8)
    ok, data = cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_PROGRESSIVE, value % 2])
    assert ok
    whole = data.tobytes()
    preview = b"\xff\xe1\x00\x0aExif\xff\xd8\xff\xd9"  # ends of another picture, within a segment
    return whole[:2] + preview + whole[2:]


PICTURES = [jpeg(value) for value in range(4)]


def parts(stream: bytes) -> list[bytes]:
    """What is between the boundaries, by the lengths that are declared."""
    found = []
    while stream:
        head, _, rest = stream.partition(b"\r\n\r\n")
        length = int(head.rpartition(b" ")[2])
        found.append(rest[:length])
        stream = rest[length + 2 :]
    return found


@given(
    st.lists(st.integers(1, 9000), max_size=30),
    st.lists(
        st.sampled_from([b"", b"\r\n--b\r\n", b"--b\r\nContent-Length: 7\r\n\r\n", b"\xff\xd8", b"\0" * 500]),
        min_size=5,
    ),
)
def test_every_jpeg_is_given_out_as_it_is(sizes: list[int], between: list[bytes]) -> None:
    data = b"".join(noise + picture for noise, picture in zip(between, PICTURES, strict=False))
    jpegs, stream = Jpegs(Pieces(data, sizes), b""), b""
    while given_out := jpegs.read(1000):
        stream += given_out
    assert parts(stream) == PICTURES


def test_a_picture_that_is_cut_ends_where_the_next_begins() -> None:
    data = PICTURES[0][:900] + b"--b\r\n\r\n" + PICTURES[1]
    found = parts(b"".join(iter(Jpegs(Pieces(data, [])).read, b"")))
    assert found[1] == PICTURES[1] and len(found) == 2


def test_what_never_ends_takes_no_more_memory_than_a_picture_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerby.capture.live.mjpeg.MAX_JPEG_BYTES", 10_000)
    data = PICTURES[0][:-2] + b"\0" * 50_000 + PICTURES[1]
    jpegs = Jpegs(Pieces(data, [1000] * 80))
    assert parts(jpegs.read())[-1] == PICTURES[1]
    assert MAX_JPEG_BYTES > 10_000


def test_a_body_is_known_by_how_it_begins() -> None:
    assert is_mjpeg(read_head(Pieces(PICTURES[0], [10] * 5)))
    assert is_mjpeg(read_head(Pieces(b"\r\n--b\r\n\r\n" + PICTURES[0], [])))
    assert not is_mjpeg(read_head(Pieces(b"<html>no camera</html>", [])))
    assert not is_mjpeg(read_head(Pieces(b"#EXTM3U\n", [])))
    assert not is_mjpeg(read_head(Pieces(b"", [])))
