"""Stills come out upright, on white where they were transparent, at the right brightness."""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.stream import VideoStream

from passerby.capture import open_still, still_format
from passerby.errors import SourceError

WIDTH, HEIGHT = 64, 48


def quarters() -> np.ndarray:
    """Four grays, each its own quarter, so that every way of turning looks different. BGR."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for place, value in (((0, 0), 30), ((0, 1), 90), ((1, 0), 150), ((1, 1), 220)):
        rows, columns = HEIGHT // 2, WIDTH // 2
        picture[place[0] * rows :, place[1] * columns :][:rows, :columns] = value
    return picture


def tiff(orientation: int) -> bytes:
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)


def write(path: Path, picture: np.ndarray, orientation: int = 1) -> None:
    ok, encoded = cv2.imencode(path.suffix, picture)
    assert ok
    data = encoded.tobytes()
    if orientation != 1:
        data = with_exif(path.suffix, data, tiff(orientation))
    path.write_bytes(data)


def with_exif(suffix: str, data: bytes, exif: bytes) -> bytes:
    if suffix == ".jpg":
        body = b"Exif\0\0" + exif
        return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]
    if suffix == ".png":
        chunk = b"eXIf" + exif
        return data[:33] + struct.pack(">I", len(exif)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]
    size = struct.pack("<I", WIDTH - 1)[:3] + struct.pack("<I", HEIGHT - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x08\0\0\0" + size + data[12:]
    body += b"EXIF" + struct.pack("<I", len(exif)) + exif + b"\0" * (len(exif) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def upright(gray: np.ndarray, orientation: int) -> np.ndarray:
    """By the words of the EXIF standard: where row 0 and column 0 of the stored picture are to be seen."""
    return {
        1: gray, 2: np.fliplr(gray), 3: np.rot90(gray, 2), 4: np.flipud(gray),
        5: gray.T, 6: np.rot90(gray, -1), 7: np.rot90(gray, 2).T, 8: np.rot90(gray, 1),
    }[orientation]  # fmt: skip


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = tmp_path / f"gate{suffix}"
    write(path, quarters(), orientation)
    frame = open_still(path)
    luma = frame.planes()[0].astype(float)
    if frame.picture.color_range != 2:
        luma = (luma - 16) * 255 / 219
    assert frame.turn == 0
    assert luma.shape == upright(quarters()[..., 0], orientation).shape
    assert np.abs(luma - upright(quarters()[..., 0], orientation)).mean() < 3
    assert (still_format(frame).width, still_format(frame).height) == (frame.width, frame.height)


def test_transparent_parts_become_white(tmp_path: Path) -> None:
    picture = np.dstack([quarters(), np.full((HEIGHT, WIDTH), 255, np.uint8)])
    picture[:, : WIDTH // 2, 3] = 0
    write(tmp_path / "gate.png", picture)
    luma = open_still(tmp_path / "gate.png").planes()[0]
    assert (luma[:, : WIDTH // 2 - 1] > 250).all()
    assert abs(int(luma[4, WIDTH - 4]) - 90) < 3


@pytest.mark.parametrize(("kind", "depth"), [("gray", 8), ("deep", 10), ("odd", 8), ("palette", 8)])
def test_other_kinds_of_pictures(tmp_path: Path, kind: str, depth: int) -> None:
    path = tmp_path / "gate.png"
    picture = quarters()
    if kind == "gray":
        write(path, picture[..., 0])
    elif kind == "deep":
        write(path, picture.astype(np.uint16) * 257)
    elif kind == "odd":
        write(path, picture[:-1, :-1])
    else:
        _write_palette(path, picture)
    frame = open_still(path)
    assert frame.depth == depth
    luma = frame.planes()[0] / (4 if depth == 10 else 1)
    assert abs(luma[4, 4] - 30) < 3
    assert abs(luma[-4, -4] - 220) < 3


def _write_palette(path: Path, picture: np.ndarray) -> None:
    context = av.CodecContext.create("png", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "pal8"
    indices = np.searchsorted([30, 90, 150, 220], picture[..., 0]).astype(np.uint8)
    colours = np.zeros((256, 4), np.uint8)
    colours[:4] = [[255, v, v, v] for v in (30, 90, 150, 220)]
    paletted = av.VideoFrame(WIDTH, HEIGHT, "pal8")
    lines = np.zeros((HEIGHT, paletted.planes[0].line_size), np.uint8)
    lines[:, :WIDTH] = indices
    paletted.planes[0].update(lines.tobytes())
    paletted.planes[1].update(colours[:, ::-1].tobytes())
    context.time_base = Fraction(1, 25)
    path.write_bytes(b"".join(bytes(p) for p in [*context.encode(paletted), *context.encode(None)]))


def test_animated_pictures_are_refused(tmp_path: Path) -> None:
    for suffix, codec in ((".png", "apng"), (".webp", "libwebp_anim")):
        path = tmp_path / f"gate{suffix}"
        with av.open(str(path), "w", format="apng" if codec == "apng" else "webp") as container:
            stream = container.add_stream(codec, 5, width=WIDTH, height=HEIGHT)
            assert isinstance(stream, VideoStream)
            stream.codec_context.pix_fmt = "rgb24" if codec == "apng" else "bgra"
            for turn in range(3):
                picture = np.roll(quarters(), 9 * turn, axis=1)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            container.mux(stream.encode(None))
        with pytest.raises(SourceError, match="several pictures"):
            open_still(path)


def test_print_colours_are_refused(tmp_path: Path) -> None:
    ok, encoded = cv2.imencode(".jpg", quarters()[..., 0])
    assert ok
    gray = encoded.tobytes()
    frame, scan = gray.index(b"\xff\xc0"), gray.index(b"\xff\xda")
    component, coded = gray[frame + 11 : frame + 13], gray[scan + 10 : -2]
    header = gray[frame : frame + 2] + b"\0\x14" + gray[frame + 4 : frame + 9] + b"\4"
    header += b"".join(bytes([number]) + component for number in (1, 2, 3, 4))
    scans = b"".join(b"\xff\xda\0\x08\1" + bytes([number]) + b"\0\0\x3f\0" + coded for number in (1, 2, 3, 4))
    (tmp_path / "gate.jpg").write_bytes(gray[:frame] + header + gray[frame + 13 : scan] + scans + b"\xff\xd9")
    with pytest.raises(SourceError, match="CMYK"):
        open_still(tmp_path / "gate.jpg")


def test_a_cut_jpeg_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "gate.jpg"
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    write(path, noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert open_still(path).damaged
