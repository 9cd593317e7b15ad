"""Sound is dropped, or kept in step with the picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from passerby.capture import open_source
from passerby.record import Sound, VideoRecorder
from tests.media_samples import Recipe, make_video, redacted

LENGTH_S = 3.0


def carry(source_path: Path, out: Path, start_s: float | None = None, end_s: float | None = None, **how: str) -> None:
    with open_source(source_path, start_s, end_s) as source:
        sound = Sound(source_path, *source.range_s)
        with VideoRecorder(out, source.format, sound=sound, origin_pts=source.origin_pts, **how) as recorder:  # type: ignore[arg-type]
            for frame in source:
                recorder.write(redacted(frame))
            recorder.close()


def tone_begins_s(path: Path) -> float:
    """When the sound becomes loud, on the clock of the picture."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert video.start_time is not None and video.time_base is not None
        video_starts_s = float(video.start_time * video.time_base)
        for frame in container.decode(audio=0):
            loud = np.abs(frame.to_ndarray().astype(float)).reshape(-1)
            if loud.max() > 0.1 * (32768 if frame.format.name.startswith("s16") else 1):
                assert frame.time is not None
                return frame.time + float(np.argmax(loud > 0.5 * loud.max())) / frame.sample_rate - video_starts_s
    return float("nan")


def sample(path: Path, sound: str = "aac") -> Path:
    make_video(path, Recipe(count=int(LENGTH_S * 25), sound=sound, time_base=Fraction(1, 1000)))
    return path


def test_sound_is_dropped_unless_asked_for(tmp_path: Path) -> None:
    with open_source(sample(tmp_path / "in.mp4")) as source:
        assert source.audio_streams == 1
        with VideoRecorder(tmp_path / "out.mp4", source.format) as recorder:
            for frame in source:
                recorder.write(redacted(frame))
            recorder.close()
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert [s.type for s in container.streams] == ["video"]


@pytest.mark.parametrize(
    ("sound", "source", "out", "kept_as"),
    [
        ("aac", "in.mp4", "out.mp4", "aac"),
        ("aac", "in.mkv", "out.mov", "aac"),
        ("aac", "in.ts", "out.mp4", "aac"),
        ("pcm_s16le", "in.mkv", "out.mp4", "aac"),
        ("pcm_s16le", "in.mkv", "out.mkv", "pcm_s16le"),
        ("libopus", "in.mkv", "out.mp4", "aac"),
        ("mp2", "in.ts", "out.mp4", "aac"),
    ],
)
def test_kept_sound_is_in_step(tmp_path: Path, sound: str, source: str, out: str, kept_as: str) -> None:
    carry(sample(tmp_path / source, sound), tmp_path / out)
    with av.open(str(tmp_path / out)) as container:
        assert container.streams.audio[0].codec_context.codec.canonical_name == kept_as
        assert container.streams.audio[0].metadata.get("language", "und") == "und"
    assert tone_begins_s(tmp_path / out) == pytest.approx(tone_begins_s(tmp_path / source), abs=0.03)


def test_webm_gets_opus(tmp_path: Path) -> None:
    carry(sample(tmp_path / "in.mp4"), tmp_path / "out.webm", codec="av1")
    assert tone_begins_s(tmp_path / "out.webm") == pytest.approx(LENGTH_S / 2, abs=0.05)


def test_the_sound_of_a_cut_is_cut_with_it(tmp_path: Path) -> None:
    carry(sample(tmp_path / "in.mp4"), tmp_path / "out.mp4", 1.0, 2.0)
    assert tone_begins_s(tmp_path / "out.mp4") == pytest.approx(LENGTH_S / 2 - 1.0, abs=0.03)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.duration is not None
        assert container.duration / av.time_base == pytest.approx(1.0, abs=0.1)


def test_a_source_without_sound_makes_a_file_without(tmp_path: Path) -> None:
    make_video(tmp_path / "in.mp4")
    carry(tmp_path / "in.mp4", tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert [s.type for s in container.streams] == ["video"]
