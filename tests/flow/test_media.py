"""Source to file with real codecs and nothing between: what went in comes out, less all that must not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from passerby.capture import VideoSource, open_source
from passerby.record import RecordedFile, VideoRecorder
from tests.media_samples import CODEC_AND_SUFFIX, Recipe, damage_packets, footage, make_video, redacted

SECRETS = {"title": "Anna at the gate", "location": "+59.3326+018.0649/", "creation_time": "2021-03-04T05:06:07Z"}


def carry(source: VideoSource, out: Path) -> RecordedFile:
    with source, VideoRecorder(out, source.format, source=source.path) as recorder:
        for frame in source:
            recorder.write(redacted(frame))
        return recorder.close()


def times(path: Path) -> list[Fraction]:
    with open_source(path) as source:
        return [f.pts * source.time_base for f in source]


@pytest.mark.parametrize(("codec", "suffix"), CODEC_AND_SUFFIX)
def test_every_source_keeps_its_frames_and_times(tmp_path: Path, codec: str, suffix: str) -> None:
    clock = Fraction(1, 25) if codec in ("mpeg4", "mjpeg") else Fraction(1, 12800)
    format = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    make_video(tmp_path / f"in{suffix}", Recipe(codec, time_base=clock, pixel_format=format))
    done = carry(open_source(tmp_path / f"in{suffix}"), tmp_path / "out.mp4")
    assert done.frames == 24
    assert times(done.path) == times(tmp_path / f"in{suffix}")


def test_metadata_chapters_and_subtitles_are_dropped(tmp_path: Path) -> None:
    make_video(tmp_path / "plain.mp4", Recipe(sound="aac"))
    with av.open(str(tmp_path / "plain.mp4")) as plain, av.open(str(tmp_path / "in.mkv"), "w") as rich:
        rich.metadata.update(SECRETS)
        rich.set_chapters(
            [{"id": 1, "start": 0, "end": 500, "time_base": Fraction(1, 1000), "metadata": {"title": "Anna"}}]
        )
        tracks = {s.index: rich.add_stream_from_template(s) for s in plain.streams}
        words = rich.add_mux_stream("subrip")
        for packet in plain.demux():
            if packet.size:
                packet.stream = tracks[packet.stream_index]
                rich.mux(packet)
        line = av.Packet(b"Anna walks by")
        line.stream, line.pts, line.dts, line.duration, line.time_base = words, 100, 100, 400, Fraction(1, 1000)
        rich.mux(line)
    assert b"Anna walks by" in (tmp_path / "in.mkv").read_bytes()
    for suffix in (".mp4", ".mov", ".mkv"):
        written = carry(open_source(tmp_path / "in.mkv"), tmp_path / f"out{suffix}").path.read_bytes()
        for word in (b"Anna", b"59.33", b"2021", b"gate"):
            assert word not in written


def test_captions_hidden_in_the_picture_stream_are_dropped(tmp_path: Path) -> None:
    """CEA-608 captions travel as SEI messages inside H.264, and decoders hang them on the pictures."""
    make_video(tmp_path / "plain.h264", Recipe(options={"x264-params": "annexb=1"}))
    words = b"\xb5\x00\x31GA94\x03\xc5\xff\xfc\xc1\x6e\xfc\x6e\x61\xfc\x20\x20\xfc\x20\x20\xfc\x20\x20\xff"
    message = b"\0\0\0\1\6\4" + bytes([len(words)]) + words + b"\x80"
    plain = (tmp_path / "plain.h264").read_bytes()
    starts = [i for i in range(len(plain) - 5) if plain[i : i + 3] == b"\0\0\1" and plain[i + 3] & 0x1F in (1, 5)]
    parts = [plain[a:b] for a, b in zip([0, *starts], [*starts, len(plain)], strict=True)]
    (tmp_path / "in.h264").write_bytes(parts[0] + b"".join(message + part for part in parts[1:]))
    with av.open(str(tmp_path / "in.h264")) as container:
        assert "A53_CC" in {s.type.name for f in container.decode(video=0) for s in f.side_data}  # type: ignore[attr-defined]
    done = carry(open_source(tmp_path / "in.h264"), tmp_path / "out.mp4")
    assert b"GA94" not in done.path.read_bytes()


def test_a_broken_source_becomes_a_whole_file(tmp_path: Path) -> None:
    make_video(tmp_path / "in.mp4", Recipe(width=320, height=240, count=60))
    damage_packets(tmp_path / "in.mp4", [20, 33])
    source = open_source(tmp_path / "in.mp4")
    done = carry(source, tmp_path / "out.mp4")
    assert source.problems
    with open_source(done.path) as again:
        assert len(list(again)) == done.frames
        assert again.problems == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["square.mp4", "parking.mp4", "cars.mp4"])
def test_real_clips_keep_their_frames_and_times(tmp_path: Path, name: str) -> None:
    done = carry(open_source(footage(name)), tmp_path / "out.mp4")
    assert times(done.path) == times(footage(name))
