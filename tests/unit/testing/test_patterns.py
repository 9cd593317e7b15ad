"""The planted pattern is found wherever it leaks, and nowhere else."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from passerby.media.frames import plane_views
from passerby.testing.patterns import FOUND_AT, SIDE_PX, found_in_bytes, found_in_media, likeness, plant
from passerby.testing.pictures import scene_frame

SIZE = WIDTH, HEIGHT = 192, 144


def planted(pixel_format: str = "yuv420p", index: int = 0) -> av.VideoFrame:
    picture = scene_frame(*SIZE, pixel_format, index).picture
    plant(picture, 61, 37)
    return picture


def write_video(path: Path, pictures: list[av.VideoFrame], crf: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": str(crf)})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for picture in [*pictures, None]:
            container.mux(stream.encode(picture))


@pytest.mark.parametrize("crf", [18, 28, 35])
def test_found_in_the_frames_of_a_coded_video_that_show_it(tmp_path: Path, crf: int) -> None:
    clear = [scene_frame(*SIZE, "yuv420p", index).picture for index in (0, 1)]
    write_video(tmp_path / "leak.mp4", [*clear, planted(index=2), planted(index=3)], crf)
    assert found_in_media(tmp_path / "leak.mp4") == [2, 3]
    write_video(tmp_path / "fine.mp4", [scene_frame(*SIZE, "yuv420p", index).picture for index in range(4)], crf)
    assert found_in_media(tmp_path / "fine.mp4") == []


@pytest.mark.parametrize("pixel_format", ["gray", "rgb24", "bgra", "yuv420p"])
@pytest.mark.parametrize("header", [0, 7, 100])
def test_found_in_raw_samples_behind_any_header(pixel_format: str, header: int) -> None:
    raw = b"\0" * header + planted().to_ndarray(format=pixel_format).tobytes()
    assert found_in_bytes(raw, [WIDTH])
    assert found_in_bytes(b"{'picture': 'base64," + base64.b64encode(raw) + b"'}", [WIDTH])


def test_found_in_raw_samples_of_ten_bits() -> None:
    raw = np.ascontiguousarray(plane_views(planted("yuv420p10le"))[0]).tobytes()
    assert found_in_bytes(b"\0" * 16 + raw, [WIDTH])


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_found_in_a_still_inside_a_page(suffix: str) -> None:
    done, coded = cv2.imencode(suffix, planted().to_ndarray(format="bgr24"))
    assert done
    page = b"<img src='data:image;base64," + base64.b64encode(coded.tobytes()) + b"'>"
    assert found_in_bytes(page, [WIDTH])


@pytest.mark.parametrize("encode", [base64.b64encode, base64.encodebytes])
def test_found_in_a_still_inside_json_or_mail(encode: Callable[[bytes], bytes]) -> None:
    """No 'base64,' stands before it there; mail breaks it into lines."""
    done, coded = cv2.imencode(".jpg", planted().to_ndarray(format="bgr24"))
    assert done and found_in_bytes(b'{"still": "' + encode(coded.tobytes()) + b'"}', [WIDTH])


def test_found_in_a_smaller_still() -> None:
    small = cv2.resize(planted().to_ndarray(format="gray"), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert likeness(np.asarray(small, np.uint8)) >= FOUND_AT


@pytest.mark.parametrize("scene", range(20))
def test_not_found_where_it_is_not(scene: int) -> None:
    noise = np.random.default_rng(scene).integers(0, 256, 300_000).astype(np.uint8)
    assert not found_in_bytes(noise.tobytes(), [WIDTH])
    other = scene_frame(*SIZE, "yuv420p", 0, scene=scene).picture
    plant(other, 61, 37, seed=2)
    assert likeness(np.ascontiguousarray(plane_views(other)[0])) < FOUND_AT
    assert likeness(np.full((SIDE_PX, SIDE_PX), 90, np.uint8)) < FOUND_AT
