"""Live recording: exact times, GOPs on the clock, gaps that stay gaps, nothing but the picture, nothing clear."""

from __future__ import annotations

import io
import itertools
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.capture.h264_gaps import FrameNumbers
from passerby.errors import SettingsError
from passerby.media import RedactedFrame
from passerby.media.frames import plane_views
from passerby.media.segments import GOP_90K, TICKS_PER_S, Fragment
from passerby.media.stream import StreamFormat
from passerby.record import SegmentRecorder
from passerby.record.segments import CHUNK_90K, LONGEST_FRAME_90K, STILL_90K, TICK
from tests.media_samples import redacted_picture
from tests.recordings import BEGIN_90K, SIZE, as_file, frames, recorded, steady
from tests.test_promises import check_types


def played(data: bytes) -> list[int]:
    with av.open(io.BytesIO(data), "r") as file:
        assert file.streams.video[0].time_base == TICK
        return [picture.pts or 0 for picture in file.decode(video=0)]


def gops(fragments: list[Fragment]) -> list[list[Fragment]]:
    found: list[list[Fragment]] = []
    for fragment in fragments:
        if fragment.is_key:
            found.append([])
        found[-1].append(fragment)
    return found


@settings(max_examples=30, deadline=None)
@given(
    first=st.integers(0, 2**50),
    steps=st.lists(st.one_of(st.integers(900, 30_000), st.integers(30_000, 20 * TICKS_PER_S)), min_size=1, max_size=40),
)
def test_any_times_play_as_they_were_and_any_gap_stays(first: int, steps: list[int]) -> None:
    times = list(itertools.accumulate(steps, initial=first))
    fragments = recorded(times)
    assert played(as_file(fragments)) == times
    for before, after in itertools.pairwise(fragments):
        hole = after.start_90k - before.end_90k
        gap = after.start_90k - max(time for time in times if time < after.start_90k)
        assert (hole == 0) == (gap <= LONGEST_FRAME_90K) and hole >= 0
        assert after.is_key or hole == 0


@settings(max_examples=30, deadline=None)
@given(
    shown=st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=40),
    step=st.integers(900, TICKS_PER_S),
)
def test_at_each_time_the_picture_that_was_there_is_shown_however_few_were_encoded(
    shown: list[tuple[int, bool]], step: int
) -> None:
    """shown: which picture, and whether somebody watches then."""
    drawn = [redacted_picture(index, 0, TICK, SIZE).picture for index in (1, 6, 11)]
    likeness = np.array([plane_views(picture)[0].astype(int) for picture in drawn])
    recorder = SegmentRecorder(StreamFormat(*SIZE, "yuv420p", TICK))
    times = [BEGIN_90K + n * step for n in range(len(shown))]
    fragments = []
    for n, (time, (which, is_watched)) in enumerate(zip(times, shown, strict=True)):
        copy = drawn[which].reformat(format="yuv444p").reformat(format="yuv420p")  # as fresh as each frame's picture
        fragments += recorder.write(RedactedFrame(copy, n, time, TICK, 0.0), is_watched=is_watched)
    fragments += recorder.flush()
    with av.open(io.BytesIO(as_file(fragments)), "r") as file:
        numbers = FrameNumbers(file.streams.video[0].codec_context.extradata)
        assert not any(numbers.gap_before(bytes(packet)) for packet in file.demux(video=0) if packet.size)
    with av.open(io.BytesIO(as_file(fragments)), "r", options={"err_detect": "explode"}) as file:
        pictures = [(each.pts or 0, plane_views(each)[0].astype(int)) for each in file.decode(video=0)]
    for time, (which, _) in zip(times, shown, strict=True):
        seen = [luma for begun, luma in pictures if begun <= time][-1]
        assert abs(likeness - seen).mean(axis=(1, 2)).argmin() == which
    assert all(after.start_90k - before.end_90k == 0 for before, after in itertools.pairwise(fragments))
    assert fragments[-1].end_90k > times[-1]


def test_what_does_not_change_is_encoded_twice_a_second_and_comes_as_often() -> None:
    drawn = redacted_picture(3, 0, TICK, SIZE).picture
    times = [BEGIN_90K + n * TICKS_PER_S // 25 for n in range(25 * 6)]
    recorder = SegmentRecorder(StreamFormat(*SIZE, "yuv420p", TICK))
    fragments = [f for n, time in enumerate(times) for f in recorder.write(RedactedFrame(drawn, n, time, TICK, 0.0))]
    assert len(played(as_file(fragments))) <= 4 * len(gops(fragments))
    assert all(each.duration_90k <= STILL_90K + TICKS_PER_S // 25 for each in fragments)


def test_where_nobody_watches_it_is_encoded_twice_a_gop_until_something_moves_or_somebody_comes() -> None:
    drawn, other = (redacted_picture(n, 0, TICK, SIZE).picture for n in (3, 9))
    recorder = SegmentRecorder(StreamFormat(*SIZE, "yuv420p", TICK))

    at = 0

    def written(count: int, picture: av.VideoFrame = drawn, *, is_watched: bool = False) -> list[Fragment]:
        nonlocal at
        done = []
        for _ in range(count):
            done += recorder.write(RedactedFrame(picture, at, BEGIN_90K + at * 9000, TICK, 0.0), is_watched=is_watched)
            at += 1
        return done

    whole = written(61)
    assert [each.duration_90k for each in whole] == [GOP_90K] * 3 and len(played(as_file(whole))) == 6
    (since,) = written(9) + written(1, other)
    assert since.duration_90k == GOP_90K // 2, "until it moved"
    written(18)
    come = written(1, is_watched=True)
    assert [each.end_90k for each in come] == [BEGIN_90K + (at - 1) * 9000], "at once all that there is"
    assert all(each.duration_90k <= STILL_90K + 9000 for each in written(40, is_watched=True))


def test_where_nobody_watches_a_gop_of_the_same_picture_has_the_bytes_of_the_one_before() -> None:
    drawn, other = (redacted_picture(n, 0, TICK, SIZE).picture for n in (3, 9))
    recorder = SegmentRecorder(StreamFormat(*SIZE, "yuv420p", TICK))

    def written(at: range, picture: av.VideoFrame, *, is_watched: bool = False) -> list[bytes]:
        done = []
        for n in at:
            frame = RedactedFrame(picture, n, BEGIN_90K + n * 18_000, TICK, 0.0)
            done += recorder.write(frame, is_watched=is_watched)
        return [each.data.partition(b"mdat")[2] for each in done]

    first, second, third = written(range(31), drawn)
    assert first == second == third
    assert written(range(31, 51), other)[-1] not in (b"", first), "another picture"
    *_, before, held = written(range(51, 81), other)
    assert before == held
    watched = written(range(81, 101), other, is_watched=True)
    assert len(watched) >= 4 and held not in watched, "who watches gets more than two pictures a GOP"


def test_what_stays_the_same_keeps_its_quality_where_nobody_watches() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (SIZE[1] * 3 // 2, SIZE[0]), np.uint8)
    soft = np.asarray(cv2.GaussianBlur(noise, (5, 5), 0), np.uint8)
    picture = av.VideoFrame.from_ndarray(soft, format="yuv420p")

    def error(*, is_watched: bool) -> float:
        recorder, done = SegmentRecorder(StreamFormat(*SIZE, "yuv420p", TICK)), []
        for n in range(100):
            frame = RedactedFrame(picture, n, BEGIN_90K + n * 18_000, TICK, 0.0)
            done += recorder.write(frame, is_watched=is_watched)
        with av.open(io.BytesIO(as_file(done)), "r") as file:
            *_, last = file.decode(video=0)
        return float(np.abs(plane_views(last)[0].astype(int) - plane_views(picture)[0]).mean())

    assert error(is_watched=False) < 1.6 * error(is_watched=True)


@pytest.mark.parametrize("rate", [1, 5, 12, 25, 30])
def test_a_gop_begins_with_the_first_frame_after_each_two_seconds(rate: int) -> None:
    times = [BEGIN_90K + 7000 + i * TICKS_PER_S // rate for i in range(rate * 9)]
    whole = gops(recorded(times))
    first_in_each = [min(group) for _, group in itertools.groupby(times, lambda time: time // GOP_90K)]
    assert [gop[0].start_90k for gop in whole] == first_in_each


@pytest.mark.parametrize("rate", [1, 5, 12, 25, 30])
def test_pieces_are_short_enough_for_live_view(rate: int) -> None:
    times = [BEGIN_90K + i * TICKS_PER_S // rate for i in range(rate * 6)]
    for fragment in recorded(times):
        assert fragment.duration_90k <= CHUNK_90K + TICKS_PER_S // rate


def test_a_piece_is_handed_out_with_the_first_frame_behind_it() -> None:
    """So nobody waits for the end of a GOP."""
    recorder = SegmentRecorder(StreamFormat(*SIZE, "yuv420p", TICK))
    for frame in frames(steady(10)):
        for fragment in recorder.write(frame):
            assert fragment.end_90k == frame.pts


def test_each_gop_plays_by_itself() -> None:
    for gop in gops(recorded(steady(9))):
        times = played(as_file(gop))
        assert times[0] == gop[0].start_90k and len(times) == round((gop[-1].end_90k - times[0]) / 18_000)


def test_flush_gives_all_and_begins_anew() -> None:
    recorder = SegmentRecorder(StreamFormat(*SIZE, "yuv420p", TICK))
    given_frames = list(frames(steady(2)))
    first = [f for frame in given_frames[:4] for f in recorder.write(frame)] + recorder.flush()
    assert played(as_file(first)) == [frame.pts for frame in given_frames[:4]]
    assert recorder.flush() == []
    again = [f for frame in given_frames[4:] for f in recorder.write(frame)] + recorder.flush()
    assert again[0].is_key and again[0].start_90k == first[-1].end_90k
    assert played(as_file(again)) == [frame.pts for frame in given_frames[4:]]


def test_another_size_begins_another_init() -> None:
    recorder = SegmentRecorder(StreamFormat(96, 64, "yuv420p", TICK))
    times = steady(4)
    small, large = list(frames(times[:10], (96, 64))), list(frames(times[10:], (160, 90)))
    fragments = [f for frame in [*small, *large] for f in recorder.write(frame)] + recorder.flush()
    by_init = [list(group) for _, group in itertools.groupby(fragments, lambda fragment: fragment.init)]
    assert [(group[0].init.width, group[0].init.height) for group in by_init] == [(96, 64), (160, 90)]
    assert by_init[1][0].is_key and by_init[0][0].init_id != by_init[1][0].init_id
    assert [time for group in by_init for time in played(as_file(group))] == list(times)


def test_the_same_coding_has_the_same_init_and_the_same_bytes() -> None:
    assert as_file(recorded(steady(5))) == as_file(recorded(steady(5)))


def test_nothing_but_the_picture_is_in_it() -> None:
    data = as_file(recorded(steady(5)))
    for word in (b"x264", b"Lavc", b"Lavf", b"options:", b"creation"):
        assert word not in data


@pytest.mark.parametrize("format", ["yuv420p", "yuvj420p", "yuvj422p", "yuv444p", "yuv420p10le"])
@pytest.mark.parametrize("size", [(96, 64), (97, 65)], ids=["even", "odd"])
def test_all_formats_become_what_browsers_play(size: tuple[int, int], format: str) -> None:
    recorder = SegmentRecorder(StreamFormat(*size, format, TICK), quality=10)
    recorder.write(wanted := redacted_picture(0, BEGIN_90K, TICK, size, format))
    fragments = recorder.flush()
    with av.open(io.BytesIO(as_file(fragments)), "r") as file:
        picture = next(file.decode(video=0))
    assert (picture.width, picture.height) == (96, 64) and fragments[0].init.codec.startswith("avc1.64")
    assert picture.format.name == ("yuvj420p" if "j" in format else "yuv420p")
    luma = plane_views(wanted.picture)[0][:64, :96] >> (2 if "10" in format else 0)
    assert np.abs(plane_views(picture)[0].astype(int) - luma).mean() < 3


def test_movement_is_told_of_each_piece() -> None:
    recorder = SegmentRecorder(StreamFormat(*SIZE, "yuv420p", TICK))
    some = list(frames(steady(4)))
    fragments = [f for frame in some for f in recorder.write(frame, active=0.01 if frame is some[12] else 0.0)]
    moving = [f for f in fragments if f.activity]
    assert [f.activity for f in moving] == [26]
    assert moving[0].start_90k <= some[12].pts < moving[0].end_90k


def test_mistakes_are_refused() -> None:
    recorder = SegmentRecorder(StreamFormat(*SIZE, "yuv420p", TICK))
    recorder.write(redacted_picture(0, 100, TICK))
    with pytest.raises(ValueError, match="does not come after"):
        recorder.write(redacted_picture(1, 100, TICK))
    with pytest.raises(ValueError, match="1/90000"):
        recorder.write(redacted_picture(1, 200, Fraction(1, 1000)))
    with pytest.raises(TypeError, match="only a RedactedFrame"):
        recorder.write(redacted_picture(1, 200, TICK).picture)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="quality 60"):
        SegmentRecorder(StreamFormat(*SIZE, "yuv420p", TICK), quality=60)


RECORD_LIVE = """
from passerby.media import {kind}
from passerby.record import SegmentRecorder

def record(recorder: SegmentRecorder, frame: {kind}) -> None:
    recorder.write(frame)
"""


def test_a_clear_frame_is_a_type_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYPYPATH", str(Path(__file__).parents[3] / "src"))
    refused = check_types(RECORD_LIVE.format(kind="RawFrame"), tmp_path)
    assert 'incompatible type "RawFrame"; expected "RedactedFrame"' in refused
    assert "Success" in check_types(RECORD_LIVE.format(kind="RedactedFrame"), tmp_path)
