"""What cannot be read is refused in one clear sentence with a hint."""

from __future__ import annotations

import os
from pathlib import Path

import av
import pytest

from passerby.capture import is_still, open_source, open_still, sample_frames
from passerby.errors import SourceError
from tests.media_samples import Recipe, make_sound, make_video

KEY = "00112233445566778899aabbccddeeff"


def refused(path: Path) -> SourceError:
    with pytest.raises(SourceError) as caught, open_source(path) as source:
        list(source)
    assert caught.value.hint
    assert str(path) in caught.value.message
    assert caught.value.message.count(". ") == 0
    return caught.value


def test_missing_file(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "street.mp4").message


def test_folder(tmp_path: Path) -> None:
    assert "it is a folder" in refused(tmp_path).message


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "street.mp4").touch()
    assert "empty" in refused(tmp_path / "street.mp4").message


def test_unreadable_file_says_why(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    make_video(tmp_path / "street.mp4")
    (tmp_path / "street.mp4").chmod(0)
    assert "permission denied" in refused(tmp_path / "street.mp4").message.lower()


def test_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "not a regular file" in refused(tmp_path / "pipe.mp4").message


@pytest.mark.parametrize("name", ["notes.txt", "notes.mp4"])
def test_text(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Nothing moves here.\n" * 200)
    assert "video" in refused(tmp_path / name).message


def test_noise(tmp_path: Path) -> None:
    (tmp_path / "street.mp4").write_bytes(os.urandom(50_000))
    assert "not a video" in refused(tmp_path / "street.mp4").message


def test_list_of_other_files_does_not_reach_them(tmp_path: Path) -> None:
    make_video(tmp_path / "other.mp4")
    (tmp_path / "list.ffconcat").write_text("ffconcat version 1.0\nfile other.mp4\n")
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:1,\nother.mp4\n#EXT-X-ENDLIST\n")
    refused(tmp_path / "list.ffconcat")
    refused(tmp_path / "list.m3u8")


def test_name_that_looks_like_a_protocol_is_only_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_video(tmp_path / "concat:a|b.mp4")
    monkeypatch.chdir(tmp_path)
    with open_source("concat:a|b.mp4") as source:
        assert len(list(source)) == 24


def test_sound_only(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp4"
    make_sound(path)
    assert "sound but no video" in refused(path).message


@pytest.mark.parametrize(
    ("suffix", "why"), [(".avi", "not one frame"), (".mkv", "before its first frame"), (".mp4", "no video")]
)
def test_zero_frames(tmp_path: Path, suffix: str, why: str) -> None:
    path = tmp_path / f"street{suffix}"
    with av.open(str(path), "w") as container:
        container.add_stream("mpeg4", 25, width=96, height=64)
        container.start_encoding()
    assert why in refused(path).message


def test_mp4_without_its_index_is_told_as_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "street.mp4"
    make_video(path)
    path.write_bytes(path.read_bytes()[:-400])
    assert "cut short" in refused(path).message


def test_unknown_codec_is_named(tmp_path: Path) -> None:
    path = tmp_path / "street.avi"
    make_video(path, Recipe(codec="mpeg4"))
    path.write_bytes(path.read_bytes().replace(b"FMP4", b"QQQQ"))
    assert "no decoder for its video (QQQQ)" in refused(path).message


def test_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "street.mp4"
    lock = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": KEY, "encryption_kid": KEY}
    make_video(path, Recipe(container_options=lock))
    assert "encrypted" in refused(path).message
    with pytest.raises(SourceError, match="encrypted"):
        list(sample_frames(path))


def test_colours_that_detectors_cannot_be_shown_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "street.mp4"
    quiet = {"x265-params": "log-level=error"}
    make_video(path, Recipe("libx265", pixel_format="yuv420p10le", tags=(1, 9, 16, 14), options=quiet))
    assert "ICtCp" in refused(path).message
    make_video(path, Recipe("libx265", pixel_format="yuv420p10le", tags=(1, 9, 16, 9), options=quiet))
    path.write_bytes(path.read_bytes().replace(b"hev1", b"dvh1"))
    assert "Dolby Vision" in refused(path).message


@pytest.mark.parametrize(("width", "height"), [(8, 64), (64, 8)])
def test_absurd_size(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "slit.avi"
    make_video(path, Recipe(codec="ffv1", width=width, height=height))
    assert f"{width}x{height}" in refused(path).message


def test_huge_size_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "wall.png"
    size = (40_000).to_bytes(4, "big")
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size + size + b"\x08\x02\0\0\0" + bytes(4))
    with pytest.raises(SourceError):
        open_still(path)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_bad_stills(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(SourceError, match="no such file"):
        open_still(path)
    path.touch()
    with pytest.raises(SourceError, match="empty"):
        open_still(path)
    path.write_bytes(os.urandom(1000))
    with pytest.raises(SourceError, match="not a JPEG"):
        open_still(path)


def test_is_still_goes_by_name_and_else_by_content(tmp_path: Path) -> None:
    make_video(tmp_path / "street.mp4")
    (tmp_path / "noname").write_bytes(b"\xff\xd8\xff\xe0 and so on")
    assert is_still(tmp_path / "gone.JPG")
    assert is_still(tmp_path / "noname")
    assert not is_still(tmp_path / "street.mp4")
    assert not is_still(tmp_path)
