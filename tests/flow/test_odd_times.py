"""Sources whose clock jumps or is nonsense: all of the picture is written, and the report says what was done."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import av
import pytest

from passerby.capture import SourceProblem, open_source
from passerby.capture.timestamps import JUMPED
from passerby.record import Sound, VideoRecorder
from tests.media_samples import Recipe, make_video, redacted

TICKS_PER_S = 12_800
FRAMES = 24
HOUR_S = 3600


def at(*starts_s: float) -> list[int]:
    """Times of as many frames again and again, from each of these seconds on."""
    return [round(start_s * TICKS_PER_S) + 512 * n for start_s in starts_s for n in range(FRAMES)]


def joined(path: Path, *starts_s: float, sound: str | None = None) -> Path:
    """A transport stream of several recordings one after another, as `cat` makes it."""
    data = b""
    for start_s in starts_s:
        part = path.with_name("part.ts")
        make_video(part, Recipe(pts=at(0), sound=sound, container_options={"output_ts_offset": f"{start_s}"}))
        data += part.read_bytes()
    path.write_bytes(data)
    return path


def carried(source: Path, out: Path, *, sound: bool = False) -> tuple[list[float], list[SourceProblem]]:
    """Times of what was written, from the first; and the problems of the source."""
    with open_source(source) as video:
        kept = Sound(source, *video.range_s) if sound else None
        with VideoRecorder(out, video.format, source=source, sound=kept) as recorder:
            for frame in video:
                recorder.write(redacted(frame))
            recorder.close()
        duration_s, problems = video.duration_s, video.problems
    with av.open(str(out)) as written:
        times = [float((p.pts or 0) * (p.time_base or 0)) for p in written.decode(video=0)]
    assert all(a < b for a, b in itertools.pairwise(times))
    assert duration_s == pytest.approx(times[-1] - times[0] + 0.04, abs=0.2)
    return [time_s - times[0] for time_s in times], problems


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("starts_s", [(100, 5), (100, 5, 300), (40_000, 7), (10, 10 + 8 * HOUR_S)])
def test_recordings_that_were_joined_follow_on(tmp_path: Path, suffix: str, starts_s: tuple[float, ...]) -> None:
    times, problems = carried(joined(tmp_path / "in.ts", *starts_s), tmp_path / f"out{suffix}")
    assert len(times) == FRAMES * len(starts_s)
    assert times[-1] < 2.0 * len(starts_s) + (300 if 300 in starts_s else 0)
    messages = [problem.message for problem in problems if problem.kind == "timestamps"]
    assert messages and all("follow on" in message for message in messages)
    if starts_s[:2] == (100, 5):
        assert messages[0] == JUMPED


@pytest.mark.parametrize("starts_s", [(10, 10, 10), (10, 10.5), (10, 9.2), (10, 10.8)])
def test_recordings_of_nearly_the_same_time_follow_on(tmp_path: Path, starts_s: tuple[float, ...]) -> None:
    times, problems = carried(joined(tmp_path / "in.ts", *starts_s), tmp_path / "out.mp4")
    assert times[-1] == pytest.approx(0.96 * len(starts_s), abs=0.15)
    assert JUMPED in {problem.message for problem in problems}


@pytest.mark.parametrize("hours", [7, 50, 24 * 365])
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_gap_too_long_to_be_one_is_shortened_and_told(tmp_path: Path, hours: int, suffix: str) -> None:
    base = Fraction(1, 1000)
    pts = [40 * n for n in range(FRAMES)] + [hours * HOUR_S * 1000 + 40 * n for n in range(FRAMES)]
    make_video(tmp_path / "in.mkv", Recipe(pts=pts, time_base=base))
    times, problems = carried(tmp_path / "in.mkv", tmp_path / f"out{suffix}")
    assert len(times) == 2 * FRAMES and times[-1] < 2.0
    [jump] = [problem for problem in problems if problem.kind == "timestamps"]
    assert jump.message.startswith(f"the clock of the source jumped ahead by {hours - 1}:59:5")


def test_a_gap_that_decides_the_average_rate_does_not_decide_how_times_follow_on(tmp_path: Path) -> None:
    pts = [24 * n for n in range(FRAMES)] + [50 * HOUR_S * 600 + 24 * n for n in range(FRAMES)]
    coarse = {"video_track_timescale": "600"}
    make_video(tmp_path / "in.mp4", Recipe(pts=pts, time_base=Fraction(1, 600), container_options=coarse))
    times, problems = carried(tmp_path / "in.mp4", tmp_path / "out.mp4")
    assert times == pytest.approx([n / 25 for n in range(2 * FRAMES)])
    assert [problem.kind for problem in problems] == ["timestamps"]


def test_a_gap_of_hours_is_kept(tmp_path: Path) -> None:
    make_video(tmp_path / "in.mkv", Recipe(pts=at(0, 5 * HOUR_S)))
    times, problems = carried(tmp_path / "in.mkv", tmp_path / "out.mp4")
    assert times[-1] == pytest.approx(5 * HOUR_S + 0.92, abs=0.01)
    assert "timestamps" not in {problem.kind for problem in problems}


def test_a_fine_clock_leaves_less_room_for_gaps(tmp_path: Path) -> None:
    """A million ticks a second: MP4 holds gaps of 35 minutes."""
    pts = [40_000 * n for n in range(FRAMES)] + [HOUR_S * 10**6 + 40_000 * n for n in range(FRAMES)]
    make_video(tmp_path / "in.nut", Recipe("ffv1", pts=pts, time_base=Fraction(1, 10**6)))
    times, problems = carried(tmp_path / "in.nut", tmp_path / "out.mp4")
    assert len(times) == 2 * FRAMES and times[-1] < 2.0
    assert [problem.kind for problem in problems] == ["timestamps"]


@pytest.mark.parametrize("start_s", [90_000, 10**9, 2**53 / 100])
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_clock_that_begins_at_no_possible_time_begins_at_zero(tmp_path: Path, start_s: float, suffix: str) -> None:
    make_video(tmp_path / "in.mkv", Recipe(pts=at(start_s)))
    with open_source(tmp_path / "in.mkv") as video, VideoRecorder(tmp_path / f"out{suffix}", video.format) as recorder:
        for frame in video:
            recorder.write(redacted(frame))
        recorder.close()
        kinds = [problem.kind for problem in video.problems]
    assert kinds == (["timestamps"] if start_s > 90_000 else [])
    with av.open(str(tmp_path / f"out{suffix}")) as written:
        first = next(written.decode(video=0))
    assert float((first.pts or 0) * (first.time_base or 0)) == (0 if start_s > 90_000 else start_s)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("starts_s", [(100, 5), (10, 10 + 8 * HOUR_S)])
@pytest.mark.parametrize("codec", ["aac", "mp2"])
def test_sound_that_is_kept_follows_on_too(
    tmp_path: Path, suffix: str, starts_s: tuple[float, ...], codec: str
) -> None:
    source = joined(tmp_path / "in.ts", *starts_s, sound=codec)
    times, _ = carried(source, tmp_path / f"out{suffix}", sound=True)
    assert len(times) == 2 * FRAMES
    with av.open(str(tmp_path / f"out{suffix}")) as written:
        heard = [float((p.pts or 0) * (p.time_base or 0)) for p in written.decode(audio=0)]
        begins_s = float((written.streams.video[0].start_time or 0) * (written.streams.video[0].time_base or 0))
    assert all(a < b for a, b in itertools.pairwise(heard))
    assert 1.7 < heard[-1] - begins_s < 2.3


def without_box(path: Path, *names: bytes) -> None:
    data = path.read_bytes()
    for name in names:
        assert name in data
        data = data.replace(name, b"free")
    path.write_bytes(data)


@pytest.mark.parametrize("step", [512, 25 * 512])
@pytest.mark.parametrize("boxes", [(b"ctts", b"edts"), (b"ctts",)])
def test_an_mp4_without_times_of_showing_goes_by_those_of_decoding(
    tmp_path: Path, step: int, boxes: tuple[bytes, ...]
) -> None:
    pts = [step * n for n in range(40)]
    make_video(tmp_path / "in.mp4", Recipe(pts=pts, gop=40, options={"x264-params": "bframes=3:b-adapt=0"}))
    without_box(tmp_path / "in.mp4", *boxes)
    with open_source(tmp_path / "in.mp4") as source:
        times = [frame.pts for frame in source]
    steps = [b - a for a, b in itertools.pairwise(times)]
    assert len(times) >= 38 and steps.count(2 * step) <= 1  # where an edit list begins within the reordered ones
    assert all(each == pytest.approx(step, rel=0.05) for each in steps if each != 2 * step)
    assert any("timed by their order" in problem.message for problem in source.problems)
    unshown = sum(problem.count for problem in source.problems if "edit list" in problem.message)
    assert len(times) + unshown == 40, "what an edit list hides is not hidden without a word"


def test_h264_with_b_pictures_in_avi_has_even_times(tmp_path: Path) -> None:
    recipe = Recipe(count=40, gop=40, time_base=Fraction(1, 25), options={"x264-params": "bframes=3:b-adapt=0"})
    make_video(tmp_path / "in.avi", recipe)
    times, problems = carried(tmp_path / "in.avi", tmp_path / "out.mp4")
    assert times == pytest.approx([n / 25 for n in range(40)])
    assert "lost" not in {problem.kind for problem in problems}


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
@pytest.mark.parametrize("bframes", [0, 3])
def test_good_times_are_left_alone(tmp_path: Path, suffix: str, bframes: int) -> None:
    pts = [512 * n + (300 if n % 5 == 2 else 0) for n in range(40)]
    make_video(tmp_path / f"in{suffix}", Recipe(pts=pts, options={"x264-params": f"bframes={bframes}"}))
    with open_source(tmp_path / f"in{suffix}") as source:
        times = [frame.time_s for frame in source]
    assert [time_s - times[0] for time_s in times] == pytest.approx([each / 12_800 for each in pts], abs=0.0011)
    assert source.problems == []


def test_a_second_video_track_is_told(tmp_path: Path) -> None:
    make_video(tmp_path / "front.mp4", Recipe(count=8))
    make_video(tmp_path / "back.mp4", Recipe(count=8, width=64, height=48))
    for suffix in (".mkv", ".mp4", ".ts"):
        joined_tracks(tmp_path / f"both{suffix}", tmp_path / "front.mp4", tmp_path / "back.mp4")
        with open_source(tmp_path / f"both{suffix}") as source:
            assert {(frame.width, frame.height) for frame in source} == {(96, 64)}
        [message] = [problem.message for problem in source.problems if problem.kind == "streams"]
        assert message == "the source has 2 video tracks: number 1 (96x64) is redacted, no other"


def joined_tracks(path: Path, *parts: Path) -> None:
    opened = [av.open(str(part)) for part in parts]
    with av.open(str(path), "w") as out:
        tracks = [out.add_stream_from_template(each.streams.video[0]) for each in opened]
        for container, track in zip(opened, tracks, strict=True):
            for packet in container.demux(video=0):
                if packet.size:
                    packet.stream = track
                    out.mux(packet)
    for each in opened:
        each.close()
