"""The engine on sources and outputs of many kinds: size, times and turning are kept, and people are hidden in all."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

import passerby
from passerby import Settings
from passerby.capture import open_source
from passerby.engine.passes import Detectors
from passerby.record.encoders import Codec
from passerby.settings import Mode
from tests.exposure import BODY, is_exposed, lumas, patch
from tests.streets import CLOCK, FPS, STANDS, Bgr, Street, pictures, times_s, write_clip


@pytest.mark.parametrize("mode", ["cover", pytest.param("reveal", marks=pytest.mark.slow)])
def test_variable_frame_rate_is_kept(street: Street, detectors: Detectors, tmp_path: Path, mode: Mode) -> None:
    steps = itertools.cycle([1000, 400, 2100, 500])
    pts = list(itertools.accumulate((next(steps) for _ in range(street.frames - 1)), initial=0))
    write_clip(tmp_path / "vfr.mp4", pictures(street.path), pts=pts)
    report = passerby.redact(tmp_path / "vfr.mp4", tmp_path / "out.mp4", Settings(mode=mode), detectors=detectors)
    assert times_s(tmp_path / "out.mp4") == times_s(tmp_path / "vfr.mp4") == [tick * CLOCK for tick in pts]
    assert report.frames.redacted == street.frames
    assert street.near_exposed(tmp_path / "vfr.mp4", tmp_path / "out.mp4") <= 0.05


@pytest.mark.parametrize("mode", ["cover", "reveal"])
def test_video_of_a_phone_held_upright(street: Street, detectors: Detectors, tmp_path: Path, mode: Mode) -> None:
    """Stored lying: the pictures must be turned for the detectors, and the covers back."""
    write_clip(tmp_path / "in.mp4", (np.rot90(bgr) for bgr in pictures(street.path)), turn=90)
    report = passerby.redact(tmp_path / "in.mp4", tmp_path / "out.mp4", Settings(mode=mode), detectors=detectors)
    assert report.source.turn == 90
    with open_source(tmp_path / "out.mp4") as out:
        assert (out.width, out.height, out.turn) == (360, 640, 90)
    for name in ("in", "out"):  # as a player shows them
        write_clip(tmp_path / f"{name}.mkv", (np.rot90(bgr, -1) for bgr in pictures(tmp_path / f"{name}.mp4")))
    assert street.near_exposed(tmp_path / "in.mkv", tmp_path / "out.mkv") <= 0.05


def cropped(bgr: Bgr, size_wh: tuple[int, int]) -> Bgr:
    """The left upper part, or with the right edge repeated where it is wider."""
    wider = cv2.copyMakeBorder(bgr, 0, 0, 0, max(0, size_wh[0] - bgr.shape[1]), cv2.BORDER_REPLICATE)
    return np.asarray(wider[: size_wh[1], : size_wh[0]], np.uint8)


@pytest.mark.parametrize(
    ("codec", "pixel_format", "suffix", "size_wh"),
    [
        ("libx264", "yuv420p10le", ".mkv", (640, 360)),
        ("libx264", "yuv444p", ".mp4", (641, 359)),
        ("libx265", "yuv420p10le", ".mp4", (640, 360)),
        ("libvpx-vp9", "yuv420p", ".webm", (639, 357)),
        ("mjpeg", "yuvj422p", ".mkv", (640, 360)),
        ("gif", "rgb8", ".gif", (640, 360)),
    ],
    ids=["10-bit", "odd-444", "hevc-10-bit", "odd-vp9", "mjpeg-422", "gif"],
)
def test_sources_of_every_kind_keep_size_and_hide_people(
    street: Street,
    detectors: Detectors,
    tmp_path: Path,
    codec: str,
    pixel_format: str,
    suffix: str,
    size_wh: tuple[int, int],
) -> None:
    source, output = tmp_path / f"source{suffix}", tmp_path / "out.mp4"
    write_clip(source, (cropped(bgr, size_wh) for bgr in pictures(street.path)), codec, pixel_format)
    report = passerby.redact(source, output, Settings(mode="cover"), detectors=detectors)
    with open_source(output) as out:
        assert (out.width, out.height) == size_wh
        assert out.pixel_format.endswith("10le") == pixel_format.endswith("10le")
        assert suffix != ".gif" or out.pixel_format == "yuv420p", "browsers play it"
    assert report.frames.redacted == street.frames
    assert street.near_exposed(source, output) <= 0.05


@pytest.mark.parametrize(("codec", "suffix"), [("h264", ".mkv"), ("hevc", ".mp4"), ("av1", ".mp4")])
def test_every_codec_of_the_output_hides_people(
    street: Street, detectors: Detectors, tmp_path: Path, codec: Codec, suffix: str
) -> None:
    output = tmp_path / f"out{suffix}"
    report = passerby.redact(street.path, output, Settings(codec=codec, mode="cover"), detectors=detectors)
    assert report.output.codec == codec
    assert street.near_exposed(street.path, output) <= 0.05


@pytest.mark.parametrize("mode", ["cover", "reveal"])
def test_stretch_is_redacted_as_if_it_were_all(
    street: Street, detectors: Detectors, tmp_path: Path, mode: Mode
) -> None:
    settings = Settings(mode=mode, start_s=1.0, end_s=2.0)
    report = passerby.redact(street.path, tmp_path / "out.mp4", settings, detectors=detectors)
    assert report.frames.redacted == FPS
    assert times_s(tmp_path / "out.mp4") == [Fraction(i, FPS) for i in range(FPS)]
    both = zip(list(lumas(street.path))[FPS : 2 * FPS], lumas(tmp_path / "out.mp4"), strict=True)
    places = [box.xyxy for box in street.of(STANDS)][FPS : 2 * FPS]
    for (clear, shown), place in zip(both, places, strict=True):
        assert not is_exposed(patch(clear, place, BODY), patch(shown, place, BODY))


@pytest.mark.parametrize("mode", ["cover", "reveal"])
def test_one_frame_is_a_video_too(street: Street, detectors: Detectors, tmp_path: Path, mode: Mode) -> None:
    write_clip(tmp_path / "one.mp4", pictures(street.path, 10, 11))
    report = passerby.redact(tmp_path / "one.mp4", tmp_path / "out.mp4", Settings(mode=mode), detectors=detectors)
    assert report.frames.redacted == 1
    place = street.of(STANDS)[10].xyxy
    clear, shown = next(lumas(tmp_path / "one.mp4")), next(lumas(tmp_path / "out.mp4"))
    assert not is_exposed(patch(clear, place, BODY), patch(shown, place, BODY))
