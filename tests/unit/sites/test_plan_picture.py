"""What a floor plan may be: PNG or JPEG, whole, not huge; and that nothing but its pixels is kept."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from passerby.errors import SettingsError
from passerby.sites.plan_picture import MAX_SIDE_PX, MAX_UPLOAD_BYTES, plan_picture

Pixels = npt.NDArray[np.uint8]


def drawn(width: int = 64, height: int = 40) -> Pixels:
    """A dark corner on white, so that a turn can be told. BGR."""
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[: height // 4, : width // 4] = (0, 0, 200)
    return picture


def encoded(picture: Pixels, suffix: str) -> bytes:
    return cv2.imencode(suffix, picture)[1].tobytes()


def decoded(data: bytes) -> Pixels:
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert found is not None
    return np.asarray(found, np.uint8)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """Right after its header."""
    return png[:33] + chunk(name, body) + png[33:]


def with_exif(jpeg: bytes, orientation: int) -> bytes:
    tiff = b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x0112, 3, 1, orientation) + b"\0" * 4
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def test_a_png_keeps_its_pixels_and_nothing_else() -> None:
    secret = with_chunk(encoded(drawn(), ".png"), b"tEXt", b"Author\0somebody-planted") + b"trailer-planted"
    made = plan_picture(secret)
    assert (made.kind, made.width_px, made.height_px) == ("png", 64, 40)
    assert np.array_equal(decoded(made.data), drawn())
    assert b"planted" not in made.data and b"tEXt" not in made.data


def test_what_is_transparent_becomes_white() -> None:
    lines = np.zeros((20, 20, 4), np.uint8)  # black, and transparent
    lines[5:10] = (0, 0, 0, 255)
    made = decoded(plan_picture(encoded(lines, ".png")).data)
    assert made.shape == (20, 20, 3)
    assert (made[:5] == 255).all() and (made[5:10] == 0).all()


def test_a_gray_png_and_one_with_a_palette_are_read() -> None:
    gray = np.full((10, 12), 90, np.uint8)
    assert (decoded(plan_picture(encoded(gray, ".png")).data) == 90).all()
    header = struct.pack(">IIBBBBB", 2, 1, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", header), (b"PLTE", b"\xff\0\0\0\0\xff"), (b"IDAT", zlib.compress(b"\0\0\1")), (b"IEND", b"")]
    made = plan_picture(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in parts))
    assert decoded(made.data).tolist() == [[[0, 0, 255], [255, 0, 0]]]


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, "left top"), (2, "right top"), (3, "right bottom"), (4, "left bottom"), (5, "left top"), (6, "right top"),
     (7, "right bottom"), (8, "left bottom")],
)  # fmt: skip
def test_a_photo_of_a_plan_is_turned_upright_and_loses_its_exif(orientation: int, corner: str) -> None:
    made = plan_picture(with_exif(encoded(drawn(), ".jpg"), orientation))
    assert made.kind == "jpeg" and b"Exif" not in made.data
    is_turned = orientation >= 5
    assert (made.width_px, made.height_px) == ((40, 64) if is_turned else (64, 40))
    pixels = decoded(made.data).astype(int)
    across, down = corner.split()
    at = pixels[1 if down == "top" else -2, 1 if across == "left" else -2]
    assert at[2] > 150 and at[0] < 60, at


def test_a_large_plan_is_made_smaller() -> None:
    made = plan_picture(encoded(np.full((100, 2 * MAX_SIDE_PX), 255, np.uint8), ".png"))
    assert (made.width_px, made.height_px) == (MAX_SIDE_PX, 50)


def huge_png() -> bytes:
    """Says that it is 100,000 pixels wide and high, in a few bytes."""
    png = encoded(drawn(), ".png")
    body = struct.pack(">II", 100_000, 100_000) + png[24:29]
    return png[:8] + chunk(b"IHDR", body) + png[33:]


def huge_jpeg() -> bytes:
    jpeg = bytearray(encoded(drawn(), ".jpg"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 65500, 65500)
    return bytes(jpeg)


DAMAGED = {
    "cut png": encoded(drawn(), ".png")[:-20],
    "cut jpeg": encoded(drawn(400, 300), ".jpg")[:-200],
    "png with one bit changed": bytes(
        each ^ (n == 45) for n, each in enumerate(encoded(drawn(), ".png"))
    ),
    "huge png": huge_png(),
    "huge jpeg": huge_jpeg(),
    "png header only": b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""),
    "jpeg marker only": b"\xff\xd8\xff\xd9",
}  # fmt: skip
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
OTHERS = {
    "svg": SVG,
    "webp": encoded(drawn(), ".webp"),
    "gif": b"GIF89a\1\0\1\0\0\0\0;",
    "text": b"hello",
    "nothing": b"",
    "apng": with_chunk(encoded(drawn(), ".png"), b"acTL", struct.pack(">II", 2, 0)),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_or_huge_picture_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="this picture is damaged, cut off, or larger than 60 megapixels"):
        plan_picture(DAMAGED[name])


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_neither_png_nor_jpeg_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="a floor plan is a PNG or a JPEG"):
        plan_picture(OTHERS[name])


def test_too_many_bytes_are_refused_before_they_are_looked_at() -> None:
    with pytest.raises(SettingsError, match="at most 16 MB"):
        plan_picture(encoded(drawn(), ".png") + b"\0" * MAX_UPLOAD_BYTES)
