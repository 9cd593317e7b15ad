"""The flat colours, seen as a player would show them."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from passerby.media import Kind
from passerby.media.frames import PICTURE_FORMATS, plane_views
from passerby.media.look import COLOURS, NEUTRAL
from passerby.paint.palette import samples_of, samples_of_kinds

ITU709, ITU601, FULL, LIMITED = 1, 6, 2, 1
FORMATS = [f for f in sorted(PICTURE_FORMATS) if not ("j" in f and "10" in f)]


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize(("matrix", "scaler_matrix"), [(ITU709, Colorspace.ITU709), (ITU601, Colorspace.ITU601)])
@pytest.mark.parametrize("full", [False, True])
def test_a_player_shows_the_colour_that_was_meant(
    pixel_format: str, matrix: int, scaler_matrix: int, full: bool
) -> None:
    full = full or pixel_format.startswith("yuvj")
    for rgb in [*COLOURS.values(), NEUTRAL]:
        picture = av.VideoFrame(16, 16, pixel_format)
        picture.colorspace, picture.color_range = matrix, FULL if full else LIMITED
        for plane, sample in zip(plane_views(picture), samples_of(rgb, picture), strict=True):
            plane[:] = sample
        shown = picture.reformat(
            format="rgb24",
            src_colorspace=scaler_matrix,
            dst_colorspace=scaler_matrix,
            src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
        ).to_ndarray()
        assert np.abs(shown.astype(int) - rgb).max() <= 3, (rgb, shown[0, 0])


def test_untagged_pictures_take_the_matrix_that_players_guess() -> None:
    small, large = av.VideoFrame(720, 576, "yuv420p"), av.VideoFrame(1280, 720, "yuv420p")
    tagged = av.VideoFrame(16, 16, "yuv420p")
    tagged.colorspace = ITU601
    assert samples_of((200, 60, 60), small) == samples_of((200, 60, 60), tagged)
    tagged.colorspace = ITU709
    assert samples_of((200, 60, 60), large) == samples_of((200, 60, 60), tagged)


def test_ten_bits_are_the_same_colour_four_times_finer() -> None:
    eight, ten = av.VideoFrame(16, 16, "yuv420p"), av.VideoFrame(16, 16, "yuv420p10le")
    for rgb in COLOURS.values():
        for fine, coarse in zip(samples_of(rgb, ten), samples_of(rgb, eight), strict=True):
            assert abs(fine / 4 - coarse) <= 0.75


def test_every_kind_has_a_colour_of_its_own() -> None:
    assert set(COLOURS) == set(Kind)
    samples = samples_of_kinds(av.VideoFrame(16, 16, "yuv420p"))
    assert set(samples) == set(Kind) and len(set(samples.values())) == len(Kind)
    assert len({luma for luma, _, _ in samples.values()}) == 1
