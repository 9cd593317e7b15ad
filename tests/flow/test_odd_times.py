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
    told = [problem.message for problem in problems if problem.kind == "timestamps"]
    assert told and all("follow on" in message for message in told)
    if starts_s[:2] == (100, 5):
        assert told[0] == JUMPED


@pytest.mark.parametrize("hours", [7, 50, 24 * 365])
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_gap_too_long_to_be_one_is_shortened_and_told(tmp_path: Path, hours: int, suffix: str) -> None:
    base = Fraction(1, 1000)
    pts = [40 * n for n in range(FRAMES)] + [hours * HOUR_S * 1000 + 40 * n for n in range(FRAMES)]
    make_video(tmp_path / "in.mkv", Recipe(pts=pts, time_base=base))
    times, problems = carried(tmp_path / "in.mkv", tmp_path / f"out{suffix}")
    assert len(times) == 2 * FRAMES and times[-1] < 2.0
    [told] = [problem for problem in problems if problem.kind == "timestamps"]
    assert told.message.startswith(f"the clock of the source jumped ahead by {hours - 1}:59:5")


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
