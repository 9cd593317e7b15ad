"""What stirs is measured in grey levels of 256, whatever the picture's format."""

from __future__ import annotations

import itertools

import pytest

from passerby.engine.health.fingerprints import Printer
from passerby.engine.health.frame_difference import FrameDifferences
from passerby.media.health import FrameDifference
from passerby.testing.pictures import scene_frame


def stirred(pixel_format: str, noise: int) -> list[FrameDifference]:
    """Three seconds of the same scene."""
    stir = FrameDifferences()
    frames = (scene_frame(320, 192, pixel_format, index, noise=noise) for index in range(75))
    return [difference for frame in frames if (difference := stir.note(frame)) is not None]


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p10le"])
def test_noise_stirs_as_much_in_every_format(pixel_format: str) -> None:
    differences = stirred(pixel_format, 3)
    assert len(differences) == 3, "about one a second"
    assert all(2.0 < each.calm <= each.block < 4.0 and not each.is_same for each in differences)
    assert all(each.calm == 0.0 and each.is_same for each in stirred(pixel_format, 0)[1:])


def test_prints_are_the_same_for_the_same_picture_only() -> None:
    printer = Printer()
    frames = [scene_frame(320, 192, "yuv420p", index % 20, noise=2) for index in range(50)]
    codes = [printer.note(frame).code for frame in frames]
    assert codes[:20] == codes[20:40] and len(set(codes)) == 20
    assert all(first != second for first, second in itertools.pairwise(codes))
