"""A still is the picture and nothing else, and whole or not there."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from passerby.capture import open_still
from passerby.errors import OutputError
from passerby.record import write_still
from tests.media_samples import drawn, redacted, redacted_picture

ONE = Fraction(1)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize("format", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le"])
@pytest.mark.parametrize("size", [(96, 64), (97, 65)], ids=["even", "odd"])
def test_the_picture_is_kept(tmp_path: Path, suffix: str, format: str, size: tuple[int, int]) -> None:
    path = tmp_path / f"gate{suffix}"
    frame = redacted_picture(3, 0, ONE, size, format)
    frame.picture.colorspace, frame.picture.color_range = 5, 2 if "j" in format else 1
    assert write_still(frame, path, quality=8).bytes == path.stat().st_size
    bgr = cv2.imread(str(path))
    assert bgr is not None
    shown = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY).astype(int)
    wanted = drawn(3, *size) @ (0.299, 0.587, 0.114)
    assert shown.shape == (size[1], size[0])
    assert np.abs(shown - wanted).mean() < 4


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_nothing_of_the_source_file_but_its_picture_is_kept(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"in{suffix}"
    ok, data = cv2.imencode(".jpg", drawn(0, 96, 64))
    assert ok
    note = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0 GPS 59.33 18.07 by Phone 12"
    jpeg = data.tobytes()
    path = tmp_path / "in.jpg"
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + (len(note) + 2).to_bytes(2, "big") + note + jpeg[2:])
    out = tmp_path / f"out{suffix}"
    write_still(redacted(open_still(path)), out)
    written = out.read_bytes()
    for word in (b"GPS", b"Phone", b"Exif", b"EXIF", b"eXIf", b"Lavc", b"iCCP", b"ICC_PROFILE", b"tEXt", b"http"):
        assert word not in written


def test_lower_quality_numbers_are_better_and_larger(tmp_path: Path) -> None:
    for suffix in (".jpg", ".webp"):
        sizes = [write_still(redacted_picture(0, 0, ONE), tmp_path / f"{q}{suffix}", q).bytes for q in (5, 23, 45)]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] > sizes[2]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    frame = redacted_picture(0, 0, ONE)
    (tmp_path / "old.png").write_bytes(b"precious")
    for path, why in (
        (tmp_path / "nowhere" / "a.png", "no folder"),
        (tmp_path / "a.gif", "not written as"),
        (tmp_path / "old.png", "exists already"),
    ):
        with pytest.raises(OutputError, match=why):
            write_still(frame, path)
    with pytest.raises(OutputError, match="source itself"):
        write_still(frame, tmp_path / "old.png", overwrite=True, source=tmp_path / "old.png")
    assert (tmp_path / "old.png").read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == ["old.png"]


def test_only_a_redacted_frame_is_written(tmp_path: Path) -> None:
    write_still(redacted_picture(0, 0, ONE), tmp_path / "a.png")
    with pytest.raises(TypeError, match="RedactedFrame"):
        write_still(open_still(tmp_path / "a.png"), tmp_path / "b.png")  # type: ignore[arg-type]
    assert not (tmp_path / "b.png").exists()
