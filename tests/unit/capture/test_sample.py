"""A sparse look is spread over the file, whole, and cheap."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from passerby.capture import sample_frames
from tests.media_samples import CODEC_AND_SUFFIX, Recipe, damage_packets, footage, make_video


@pytest.mark.parametrize(("codec", "suffix"), CODEC_AND_SUFFIX)
@pytest.mark.parametrize("gop", [1, 10, 1000], ids=["all key", "some key", "one key"])
def test_looks_are_spread_over_the_file(tmp_path: Path, codec: str, suffix: str, gop: int) -> None:
    path = tmp_path / f"street{suffix}"
    clock = Fraction(1, 25) if codec in ("mpeg4", "mjpeg") else Fraction(1, 12800)
    format = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    options = {"x265-params": "log-level=error"} if codec == "libx265" else {}
    make_video(path, Recipe(codec, count=150, gop=gop, time_base=clock, pixel_format=format, options=options))
    looks = [(f.index, f.time_s) for f in sample_frames(path, count=12)]
    times = [t for _, t in looks]
    assert [i for i, _ in looks] == list(range(len(looks)))
    assert 8 <= len(looks) <= 12
    assert times == sorted(set(times))
    assert max(np.diff([times[0] - 0.5, *times, times[0] + 6])) < 1.7


def test_asked_times_are_looked_at(tmp_path: Path) -> None:
    make_video(tmp_path / "street.mp4", Recipe(count=100))
    looks = [f.time_s for f in sample_frames(tmp_path / "street.mp4", times_s=[0.5, 1.0, 3.0])]
    assert looks == pytest.approx([0.5, 1.0, 3.0], abs=0.5)


def test_a_range_is_kept(tmp_path: Path) -> None:
    make_video(tmp_path / "street.mp4", Recipe(count=100))
    looks = [f.time_s for f in sample_frames(tmp_path / "street.mp4", count=10, start_s=1.0, end_s=3.0)]
    assert len(looks) == 10
    assert min(looks) >= 0.9
    assert max(looks) <= 3.1


def test_damaged_pictures_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "street.mp4"
    make_video(path, Recipe(width=320, height=240, count=60))
    damage_packets(path, [12, 13, 14])
    looks = list(sample_frames(path, count=60))
    assert 20 < len(looks) < 60
    assert not any(f.damaged for f in looks)


def test_a_long_file_costs_one_key_picture_a_look(tmp_path: Path) -> None:
    path = tmp_path / "night.mp4"
    make_video(path, Recipe(count=4000, gop=50, options={"preset": "ultrafast"}))
    began = time.process_time()
    looks = [f.time_s for f in sample_frames(path, count=30)]
    assert len(looks) == 30
    assert time.process_time() - began < 3.0


@pytest.mark.parametrize("name", ["campus.avi", "square.mp4", "corridor.mp4", "bus.mp4", "tamper.mp4"])
def test_real_clips_give_enough_looks(name: str) -> None:
    looks = [f.time_s for f in sample_frames(footage(name), count=20)]
    assert len(looks) >= 18
    assert looks == sorted(set(looks))
