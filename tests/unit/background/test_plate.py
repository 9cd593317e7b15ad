"""The plate: the empty scene at its full size, as detectors examine it before reveal mode shows it."""

from __future__ import annotations

from dataclasses import replace

import av
import cv2
import numpy as np
import pytest

from passerby.background import Background, Plate, Sample, learn, make_plate, register, shrink, small_size
from passerby.media import Detections, RawFrame
from passerby.media.frames import plane_views
from passerby.testing.pictures import frame_of, scene_frame

SIZE_WH = (800, 448)
COUNT = 12
NOISE = 4  # grey levels: of one frame, and of what the mean leaves of it


def sample_of(frame: RawFrame, *, keep: bool = True) -> Sample:
    small = shrink(frame, small_size(frame.width, frame.height))
    return Sample(small, Detections.empty(), frame=frame if keep else None)


def with_somebody(frame: RawFrame, left: int, top: int, wide: int = 64, high: int = 160) -> RawFrame:
    """The frame with a block in it, in pixels of luma."""
    picture = av.VideoFrame(frame.width, frame.height, frame.picture.format.name)
    for made, plane in zip(plane_views(picture), frame.planes(), strict=True):
        made[:] = plane
        right, down = (round(a / b) for a, b in zip((frame.width, frame.height), plane.shape[::-1], strict=True))
        value = 235 << (frame.depth - 8)
        made[top // down : (top + high) // down, left // right : (left + wide) // right] = value
    return replace(frame, picture=picture)


def scene(pixel_format: str = "yuv420p", size_wh: tuple[int, int] = SIZE_WH, index: int = 0) -> RawFrame:
    return scene_frame(*size_wh, pixel_format, index)


def plate_of(samples: list[Sample]) -> tuple[Plate, Background]:
    registered = register(samples)
    background = learn(registered.samples, is_adrift=registered.is_adrift)
    plate = make_plate(registered.samples, background)
    assert plate is not None
    return plate, background


def eight_bit(frame: RawFrame) -> list[np.ndarray]:
    return [(plane >> (frame.depth - 8)).astype(np.uint8) for plane in frame.planes()]


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le"])
@pytest.mark.parametrize("size_wh", [SIZE_WH, (801, 449), (322, 181)])
def test_plate_is_the_empty_scene_though_somebody_is_in_every_sample(
    pixel_format: str, size_wh: tuple[int, int]
) -> None:
    step = (size_wh[0] - 64) // COUNT
    walk = [with_somebody(scene(pixel_format, size_wh, n), n * step, 10) for n in range(COUNT)]
    plate, background = plate_of([sample_of(frame) for frame in walk])
    assert (plate.frame.width, plate.frame.height) == size_wh
    assert plate.frame.depth == 8 and plate.frame.picture.format.name == pixel_format.removesuffix("10le")
    assert background.established.all() and plate.missing.mean() < 0.02
    apart = [
        cv2.absdiff(*pair) for pair in zip(plate.frame.planes(), eight_bit(scene(pixel_format, size_wh)), strict=True)
    ]
    assert (apart[0] <= NOISE).mean() > 0.999
    assert all((plane <= NOISE).mean() > 0.95 and plane.mean() < 2 for plane in apart), "colours run at edges"


def test_details_are_as_sharp_as_in_the_source() -> None:
    """Somebody 12 px high must be as plain in it as in the video."""
    fine = np.random.default_rng(2).integers(40, 200, SIZE_WH[::-1], np.uint8)

    def frame(index: int) -> RawFrame:
        still = scene(index=index)
        plane_views(still.picture)[0][:] = fine + np.random.default_rng(index).integers(0, 3, fine.shape, np.uint8)
        return still

    plate, _ = plate_of([sample_of(frame(n)) for n in range(COUNT)])
    apart = cv2.absdiff(plate.frame.planes()[0], fine)
    assert np.quantile(apart, 0.99) <= 3


def test_what_no_kept_sample_shows_is_missing() -> None:
    """Somebody stands in front of it in each of those that were kept, so nobody can examine what is behind."""
    samples = [
        sample_of(with_somebody(scene(index=n), 320, 160), keep=True)
        if n % 3 == 0
        else sample_of(scene(index=n), keep=False)
        for n in range(COUNT)
    ]
    plate, background = plate_of(samples)
    scale = small_size(*SIZE_WH)[0] / SIZE_WH[0]
    inner = slice(round(166 * scale), round(314 * scale)), slice(round(326 * scale), round(378 * scale))
    assert background.established[inner].all()
    assert plate.missing[inner].all()
    far = np.ones_like(plate.missing)
    far[round(152 * scale) : round(328 * scale), round(312 * scale) : round(392 * scale)] = False
    assert not plate.missing[far].any()


def test_without_a_kept_sample_there_is_no_plate() -> None:
    samples = [sample_of(scene(index=n), keep=False) for n in range(COUNT)]
    assert make_plate(samples, learn(samples)) is None


def test_plate_of_a_camera_that_drifts_is_laid_over_its_background() -> None:
    """Else what is found in it would be covered somewhere else."""
    rows, columns = SIZE_WH[1], SIZE_WH[0]
    things = np.random.default_rng(4).integers(40, 210, (56, 96)).astype(np.float32)
    street = cv2.resize(things, (columns + 64, rows + 64), interpolation=cv2.INTER_CUBIC)

    def frame(index: int) -> RawFrame:
        drifted = av.VideoFrame(columns, rows, "yuv420p")
        away = np.array([[1, 0, -16 - index], [0, 1, -16 - index / 2]], np.float64)
        luma, *chroma = plane_views(drifted)
        luma[:] = np.clip(cv2.warpAffine(street, away, (columns, rows)), 16, 235).astype(np.uint8)
        for plane in chroma:
            plane[:] = 128
        return frame_of(drifted, index)

    plate, background = plate_of([sample_of(frame(n)) for n in range(COUNT)])
    assert background.is_adrift
    small = shrink(plate.frame, background.picture.y.shape[::-1])
    known = cv2.erode(background.established.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(np.bool_)
    assert known.mean() > 0.8
    assert float(cv2.absdiff(small.y, background.picture.y)[known].mean()) < 2.5
    assert plate.missing.mean() < 0.05


def test_clear_plate_is_in_no_line_of_a_log() -> None:
    plate, _ = plate_of([sample_of(scene(index=n)) for n in range(COUNT)])
    assert "VideoFrame" not in repr(plate) and "RawFrame" not in repr(plate)
