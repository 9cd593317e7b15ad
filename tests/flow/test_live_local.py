"""What plays at this machine as a camera: a file over and over, and a device; each only if allowed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from passerby.capture.live.source import open_live
from passerby.errors import SourceError, SourceUnavailable, Trouble
from passerby.media.codecs import codec_title
from passerby.media.segments import TICKS_PER_S
from passerby.rules.reach import Reach
from passerby.testing.clock import MovingClock
from passerby.testing.rtsp import number_in, numbered_picture
from tests.live import QUICK, failure
from tests.media_samples import Recipe, make_video

ALLOWED = replace(QUICK, reach=Reach(files=True, devices=True))


def as_rgb(number: int, width: int, height: int) -> np.ndarray:
    return numbered_picture(number, width, height).to_ndarray(format="rgb24")


@pytest.fixture
def street(tmp_path: Path) -> str:
    make_video(tmp_path / "street.mp4", Recipe(count=20, width=320, height=192, draw=as_rgb))
    return f"file:{tmp_path / 'street.mp4'}"


def test_a_file_is_played_over_and_over_in_real_time(street: str) -> None:
    clock = MovingClock()
    began = clock.now_90k()
    with open_live(street, replace(ALLOWED, clock=clock)) as source:
        frames = [(number_in(f.picture), f.pts, f.index) for f in itertools.islice(source, 50)]
    assert [number for number, _, _ in frames] == [n % 20 for n in range(50)]
    assert [index for _, _, index in frames] == list(range(50))
    assert [pts - began for _, pts, _ in frames] == pytest.approx([n * TICKS_PER_S / 25 for n in range(50)], abs=20)


def test_a_slow_reader_gets_the_present_and_not_the_past(street: str) -> None:
    clock = MovingClock()
    with open_live(street, replace(ALLOWED, clock=clock)) as source:
        for frame in itertools.islice(source, 5):
            clock.move(30)
            assert clock.now_90k() - frame.pts == 30 * TICKS_PER_S


def test_where_the_machines_clock_is_set_it_begins_anew(street: str) -> None:
    for address in (street, "drawn:street"):
        clock = MovingClock()
        with open_live(address, replace(ALLOWED, clock=clock, reach=Reach(files=True, drawn=True))) as source:
            frames = [frame.pts for frame in itertools.islice(source, 5)]
            clock.set_utc(-3600)
            with pytest.raises(SourceUnavailable, match="clock was set") as refused:
                frames += [frame.pts for frame in itertools.islice(source, 50)]
        assert refused.value.trouble is Trouble.CHANGED
        assert all(after - before > 1000 for before, after in itertools.pairwise(frames))


def test_files_devices_and_drawings_need_to_be_allowed_and_the_error_says_where(street: str) -> None:
    for address, key in (
        (street, "files"), ("file:/etc/passwd", "files"), ("file:///proc/self/environ", "files"),
        ("/dev/video0", "devices"), ("drawn:street", "drawn"),
    ):  # fmt: skip
        refused = failure(address)
        assert refused.trouble is Trouble.REFUSED_ADDRESS
        assert refused.hint == f"set sources.{key} = true in passerby.toml and restart passerby"


def test_a_file_has_its_codec_named(tmp_path: Path) -> None:
    make_video(tmp_path / "old.avi", Recipe(codec="mpeg4", count=10, width=320, height=192, draw=as_rgb))
    with open_live(f"file:{tmp_path / 'old.avi'}", ALLOWED) as source:
        assert source.codec == "mpeg4" and codec_title(source.codec) == "MPEG-4 Part 2"
        assert not source.is_coded, "its pictures are taken as whole, as before"


def test_a_file_that_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Nothing moves here.\n" * 100)
    with pytest.raises(SourceError, match="video"):
        open_live(f"file:{tmp_path / 'notes.txt'}", ALLOWED)


def test_a_device_that_is_not_there() -> None:
    if Path("/dev/video99").exists():
        pytest.skip("there is a camera where none was expected")
    error = failure("/dev/video99", ALLOWED)
    assert error.trouble is Trouble.UNREACHABLE
    assert "no such device" in error.message
