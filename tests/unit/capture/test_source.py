"""Frames come out of a file whole, in order, in the formats that frames flow in."""

from __future__ import annotations

import pickle  # noqa: TID251  to see it fail
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerby.capture import open_source
from passerby.media.frames import PICTURE_FORMATS
from tests.media_samples import CODEC_AND_SUFFIX, Recipe, drawn, make_video

LUMA_709 = np.array([0.2126, 0.7152, 0.0722])
LUMA_601 = np.array([0.299, 0.587, 0.114])


def recipe_for(codec: str, **more: object) -> Recipe:
    plain: dict[str, object] = {
        "codec": codec,
        "options": {"x265-params": "log-level=error"} if codec == "libx265" else {},
    }
    if codec in ("mpeg4", "mjpeg"):
        plain["time_base"] = Fraction(1, 25)
    if codec == "mjpeg":
        plain["pixel_format"] = "yuvj420p"
    return Recipe(**{**plain, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(("codec", "suffix"), CODEC_AND_SUFFIX)
def test_every_frame_comes_out_in_order(tmp_path: Path, codec: str, suffix: str) -> None:
    path = tmp_path / f"street{suffix}"
    make_video(path, recipe_for(codec))
    with open_source(path) as source:
        frames = [(f.index, f.time_s, f.damaged, f.picture.format.name) for f in source]
    assert [f[0] for f in frames] == list(range(24))
    assert np.diff([f[1] for f in frames]) == pytest.approx(1 / 25, abs=1e-3)
    assert not any(f[2] for f in frames)
    assert source.problems == []
    assert (source.width, source.height) == (96, 64)
    assert source.frame_count_estimate == pytest.approx(24, abs=1)


@pytest.mark.parametrize("codec", ["mpeg4", "libx264", "ffv1", "rawvideo"])
def test_the_picture_is_the_one_that_was_put_in(tmp_path: Path, codec: str) -> None:
    make_video(tmp_path / "street.mkv", recipe_for(codec, width=128, height=96))
    with open_source(tmp_path / "street.mkv") as source:
        for frame in source:
            wanted = drawn(frame.index, 128, 96) @ LUMA_601 * 219 / 255 + 16
            assert np.abs(frame.planes()[0] - wanted).mean() < 6


@pytest.mark.parametrize(
    ("coded", "flowing"),
    [
        ("yuv420p", "yuv420p"), ("yuvj420p", "yuvj420p"), ("yuv422p10le", "yuv422p10le"), ("nv12", "yuv420p"),
        ("gray", "yuv420p"), ("gray10le", "yuv420p10le"), ("rgb24", "yuv420p"), ("bgr0", "yuv420p"),
        ("yuv411p", "yuv422p"), ("yuv410p", "yuv420p"), ("yuv440p", "yuv444p"), ("yuva420p", "yuv420p"),
        ("yuv420p12le", "yuv420p10le"), ("yuv444p16le", "yuv444p10le"), ("yuyv422", "yuv422p"), ("gbrp", "yuv420p"),
        ("gbrp12le", "yuv420p10le"),
    ],
)  # fmt: skip
def test_formats_flow_as_planar_yuv_and_keep_their_brightness(tmp_path: Path, coded: str, flowing: str) -> None:
    path = tmp_path / "street.nut"
    codec = "mjpeg" if coded == "yuvj420p" else "rawvideo"
    options = {"q": "1"} if codec == "mjpeg" else {}
    make_video(path, Recipe(codec, pixel_format=coded, count=3, time_base=Fraction(1, 25), options=options))
    with open_source(path) as source:
        assert source.pixel_format == flowing
        assert flowing in PICTURE_FORMATS
        for frame in source:
            luma = frame.planes()[0].astype(float) / (4 if frame.depth == 10 else 1)
            matrix = LUMA_709 if "rgb" in coded or "bgr" in coded or "gbr" in coded else LUMA_601
            full = source.format.color_range == 2
            wanted = drawn(frame.index, 96, 64) @ matrix * (1 if full else 219 / 255) + (0 if full else 16)
            assert np.abs(luma - wanted).mean() < 4


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turn_is_told_and_the_picture_left_as_coded(tmp_path: Path, turn: int) -> None:
    make_video(tmp_path / "street.mp4", Recipe(turn=turn))
    with open_source(tmp_path / "street.mp4") as source:
        assert source.turn == turn
        assert {(f.width, f.height, f.turn) for f in source} == {(96, 64, turn)}


def test_shape_of_pixels_and_colour_tags_are_told(tmp_path: Path) -> None:
    make_video(tmp_path / "street.mp4", Recipe(aspect=Fraction(16, 11), tags=(1, 1, 1, 1)))
    with open_source(tmp_path / "street.mp4") as source:
        shape = source.format
    assert shape.sample_aspect_ratio == Fraction(16, 11)
    assert (shape.color_range, shape.color_primaries, shape.color_trc, shape.colorspace) == (1, 1, 1, 1)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(1, 40_000), min_size=2, max_size=20), first=st.integers(0, 50_000))
def test_variable_rates_keep_every_time(tmp_path: Path, steps: list[int], first: int) -> None:
    pts = [first + sum(steps[:i]) for i in range(len(steps) + 1)]
    wide = {"movie_timescale": "12800"}  # or else this muxer rounds where the first frame begins
    make_video(tmp_path / "street.mp4", Recipe(pts=pts, container_options=wide))
    with open_source(tmp_path / "street.mp4") as source:
        assert [f.pts * source.time_base for f in source] == [p * Fraction(1, 12800) for p in pts]


@pytest.mark.parametrize(
    ("start_s", "end_s", "first", "last"), [(0.4, None, 10, 23), (None, 0.5, 0, 12), (0.41, 0.7, 11, 17)]
)
def test_a_range_begins_and_ends_where_asked(
    tmp_path: Path, start_s: float | None, end_s: float | None, first: int, last: int
) -> None:
    make_video(tmp_path / "street.mp4")
    with open_source(tmp_path / "street.mp4", start_s, end_s) as source:
        estimate = source.frame_count_estimate
        frames = [(f.index, f.pts) for f in source]
    assert frames == [(i - first, i * 512) for i in range(first, last + 1)]
    assert estimate == pytest.approx(len(frames), abs=1)


def test_interlaced_pictures_come_out_progressive(tmp_path: Path) -> None:
    def comb(index: int, width: int, height: int) -> np.ndarray:
        """A block that moves by 32 px a frame, and so is 16 px further on in the second field."""
        picture = np.full((height, width, 3), 40, np.uint8)
        for row in range(height):
            left = (32 * index + 16 * (row % 2)) % (width - 24)
            picture[row, left : left + 24] = 220
        return picture

    def combing(path: Path) -> float:
        with open_source(path) as source:
            frames = [(f.pts, f.planes()[0].astype(int)) for f in source]
        assert [pts for pts, _ in frames] == [i * 512 for i in range(24)]
        return float(np.mean([np.abs(2 * y[2:-2:2] - y[1:-3:2] - y[3:-1:2]).mean() for _, y in frames]))

    fields = {"x264-params": "tff=1"}
    make_video(tmp_path / "fields.mp4", Recipe(width=248, draw=comb, options=fields))
    make_video(tmp_path / "frames.mp4", Recipe(width=248, draw=comb))
    assert combing(tmp_path / "fields.mp4") < 0.2 * combing(tmp_path / "frames.mp4")


def test_a_change_of_size_is_scaled_to_the_first_and_told(tmp_path: Path) -> None:
    path = tmp_path / "street.ts"
    make_video(tmp_path / "a.ts", Recipe())
    make_video(tmp_path / "b.ts", Recipe(width=160, height=120, pts=[512 * i for i in range(24, 48)]))
    path.write_bytes((tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes())
    with open_source(path) as source:
        sizes = {(f.width, f.height) for f in source}
    assert sizes == {(96, 64)}
    assert "resized" in {p.kind for p in source.problems}


def test_a_clear_frame_cannot_be_pickled_or_shown(tmp_path: Path) -> None:
    make_video(tmp_path / "street.mp4")
    with open_source(tmp_path / "street.mp4") as source:
        frame = next(iter(source))
        assert "VideoFrame" not in repr(frame)
        with pytest.raises(TypeError):
            pickle.dumps(frame)
