"""A broken file is read on; what cannot be trusted is marked, and it is said where."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from passerby.capture import open_source
from tests.media_samples import Recipe, damage_packets, drawn, make_video


def textured(index: int, width: int, height: int) -> np.ndarray:
    """Enough detail that a broken packet shows."""
    grain = np.random.default_rng(index).integers(0, 16, (height, width, 3), dtype=np.uint8)
    return drawn(index, width, height) + grain


def luma(path: Path) -> dict[int, tuple[np.ndarray, bool]]:
    with open_source(path) as source:
        return {f.pts: (f.planes()[0].astype(int), f.damaged) for f in source}


@pytest.mark.parametrize("which", [[15], [24], [36, 37]], ids=["between key frames", "key frame", "two"])
@pytest.mark.parametrize(
    ("codec", "suffix"),
    [("libx264", ".mp4"), ("libx264", ".mkv"), ("mpeg4", ".avi"), ("mjpeg", ".avi"), ("libvpx-vp9", ".webm")],
)
def test_no_wrong_picture_passes_as_a_good_one(tmp_path: Path, codec: str, suffix: str, which: list[int]) -> None:
    path = tmp_path / f"street{suffix}"
    format = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    clock = Fraction(1, 25) if suffix == ".avi" else Fraction(1, 1000)
    make_video(path, Recipe(codec, 320, 240, 60, format, time_base=clock, draw=textured))
    good = luma(path)
    damage_packets(path, which)
    with open_source(path) as source:
        got = {f.pts: (f.planes()[0].astype(int), f.damaged) for f in source}
    wrong = [pts for pts, (y, _) in got.items() if np.abs(y - good[pts][0]).mean() > 2]
    assert [pts for pts in wrong if not got[pts][1]] == []
    assert {p.kind for p in source.problems} & {"damaged", "lost"}
    assert len(got) >= 48  # at most one group of pictures is lost
    assert not got[max(got)][1], "trusted again after the next key frame"


def wrong_in(got: dict[int, tuple[np.ndarray, bool]], good: dict[int, tuple[np.ndarray, bool]]) -> list[int]:
    """Like none that was filmed: where some are missing, AVI has others at their times."""
    near = {pts: [good[pts][0], *(y for y, _ in good.values())] if pts in good else [] for pts in got}
    return [pts for pts, (y, _) in got.items() if near[pts] and all(np.abs(y - each).mean() > 2 for each in near[pts])]


def wandering(index: int, width: int, height: int) -> np.ndarray:
    """Noise that moves, so that B pictures build upon others."""
    coarse = np.random.default_rng(1).integers(0, 255, (height // 8, width // 8, 3), np.uint8)
    return np.roll(coarse.repeat(8, 0).repeat(8, 1), 3 * index, 1)


@pytest.mark.parametrize(
    ("codec", "suffix", "options"),
    [
        ("libx264", ".mp4", {"bf": "3", "b-pyramid": "normal"}),
        ("libx264", ".mkv", {"x264-params": "bframes=3:open-gop=1"}),
        ("libx264", ".avi", {"bf": "3"}),
        ("mpeg2video", ".ts", {"bf": "2"}),
    ],
)
def test_pictures_that_come_out_before_a_broken_one_they_build_upon_are_marked(
    tmp_path: Path, codec: str, suffix: str, options: dict[str, str]
) -> None:
    whole, path = tmp_path / f"whole{suffix}", tmp_path / f"street{suffix}"
    clock = Fraction(1, 25) if suffix in (".ts", ".avi") else Fraction(1, 1000)
    make_video(whole, Recipe(codec, 320, 240, 60, time_base=clock, draw=wandering, options=options))
    good, seen = luma(whole), 0
    assert len(good) == 60 and not any(damaged for _, damaged in good.values())
    for which in (12, 13, 15, 17, 18, 21, 24, 25, 27, 29, 30, 33, 36):
        path.write_bytes(whole.read_bytes())
        damage_packets(path, [which])
        got = luma(path)
        wrong = wrong_in(got, good)
        assert [pts for pts in wrong if not got[pts][1]] == []
        assert not got[max(got)][1], "trusted again after a key frame"
        seen += bool(wrong)
    assert seen


@pytest.mark.parametrize("b_pictures", ["0", "2"])
@pytest.mark.parametrize("suffix", [".ts", ".mp4", ".mkv"])
def test_what_is_wrong_for_want_of_a_lost_picture_is_marked(tmp_path: Path, suffix: str, b_pictures: str) -> None:
    """FFmpeg notices nothing in H.264 where a whole picture is not there."""
    whole, path = tmp_path / f"whole{suffix}", tmp_path / f"street{suffix}"
    clock = Fraction(1, 25) if suffix == ".ts" else Fraction(1, 1000)
    make_video(whole, Recipe("libx264", 320, 240, 60, time_base=clock, draw=wandering, options={"bf": b_pictures}))
    good, seen = luma(whole), 0
    assert not any(damaged for _, damaged in good.values())
    for lost in (13, 14, 16, 19):
        _copy_without(lost, whole, path)
        got = luma(path)
        wrong = wrong_in(got, good)
        assert [pts for pts in wrong if not got[pts][1]] == []
        assert len(got) == 59 and not got[max(got)][1], "trusted again after a key frame"
        seen += bool(wrong)
    assert seen


def _copy_without(lost: int, whole: Path, path: Path) -> None:
    with av.open(str(whole)) as source, av.open(str(path), "w") as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(each for each in source.demux(video=0) if each.size):
            if number != lost:
                packet.stream = stream
                copy.mux(packet)


def test_two_sources_that_are_read_in_turn_do_not_mix_up_what_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "street.mp4"
    make_video(path, Recipe(width=320, height=240, count=60, draw=wandering, options={"bf": "3"}))
    damage_packets(path, [29])
    alone = {pts: damaged for pts, (_, damaged) in luma(path).items()}
    for ahead in range(20, 50):
        with open_source(path) as source:
            frames = iter(source)
            got = list(islice(frames, ahead))
            luma(path)
            got += frames
        assert {frame.pts: frame.damaged for frame in got} == alone


def test_the_place_of_the_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "street.mp4"
    make_video(path, Recipe(width=320, height=240, count=60, draw=textured))
    (pts,) = damage_packets(path, [24])
    with open_source(path) as source:
        list(source)
    assert source.problems[0].at_s == pytest.approx(pts / 12800, abs=0.1)


def test_damage_at_the_very_start(tmp_path: Path) -> None:
    path = tmp_path / "street.mp4"
    make_video(path, Recipe(width=320, height=240, count=48, draw=textured))
    damage_packets(path, [0, 1, 2])
    got = luma(path)
    assert got[min(got)][1]
    assert not got[max(got)][1]


@pytest.mark.parametrize(("codec", "suffix"), [("libx264", ".mkv"), ("mpeg4", ".avi"), ("libx264", ".mp4")])
def test_a_truncated_file_gives_what_is_there(tmp_path: Path, codec: str, suffix: str) -> None:
    path = tmp_path / f"street{suffix}"
    front = {"movflags": "+faststart"} if suffix == ".mp4" else {}
    clock = Fraction(1, 25) if codec == "mpeg4" else Fraction(1, 12800)
    make_video(path, Recipe(codec, 320, 240, 100, time_base=clock, container_options=front, draw=textured))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with open_source(path) as source:
        count = len(list(source))
    assert 5 < count < 95
    assert "truncated" in {p.kind for p in source.problems}


def test_lost_transport_packets_are_told_as_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "street.ts"
    make_video(path, Recipe(width=320, height=240, count=80, gop=10, options={"bf": "0"}, draw=textured))
    data = path.read_bytes()
    third = len(data) // 3 // 188 * 188
    path.write_bytes(data[:third] + data[2 * third :])
    with open_source(path) as source:
        count = len(list(source))
    assert count < 80
    assert {"lost", "damaged"} & {p.kind for p in source.problems}
