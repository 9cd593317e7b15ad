"""Names of files that strangers chose, and what is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passerby.jobs.job import Job, safe_name
from passerby.jobs.messages import Ended, Step, read_said
from passerby.jobs.upload import Upload, has_memory_files
from passerby.settings import Settings


@given(st.text(max_size=300))
@example("..")
@example("a/../../b.mp4")
@example("C:\\clips\\x.mp4")
@example("字" * 300 + ".mp4")
@example("\ud800.mp4")
def test_any_name_becomes_one_that_stays_in_its_folder(text: str) -> None:
    name = safe_name(text)
    assert name == Path(name).name and name not in ("", ".", "..") and not name.startswith(".")
    assert not set(name) & set("/\\\0\r\n\"'") and len(f"{name}.redacted.mp4".encode()) <= 255
    assert name.encode()


def test_usual_names_stay_as_they_are() -> None:
    for name in ("school yard (2).mp4", "Schulhof-Ä.MOV", "a.b.c.mkv", "file"):
        assert safe_name(name) == name
    assert safe_name("/tmp/clip.mp4") == safe_name("C:\\clip.mp4") == "clip.mp4"


@pytest.mark.parametrize(
    "said", [b"", b"[]", b"null", b'{"kind":"step"}', b'{"kind":"ended","picture":"x"}', b"\xff\x00"]
)
def test_what_a_process_says_is_read_strictly(said: bytes) -> None:
    with pytest.raises(ValueError):
        read_said(said)


def test_what_it_may_say() -> None:
    step = Step(stage="redacting", done=3, total=None)
    assert read_said(step.model_dump_json().encode()) == step
    ended = Ended(reason="no", hint="yes")
    assert read_said(ended.model_dump_json().encode()) == ended


@pytest.mark.skipif(not has_memory_files(), reason="this system has no files in memory")
@pytest.mark.parametrize(
    ("name", "data", "output"),
    [
        ("gate.JPEG", b"\xff\xd8\xff\xe0", "gate.redacted.jpg"),
        ("gate.tif", b"II*\0" + bytes(20), "gate.redacted.png"),
        ("gate.heic", b"\0\0\0\x18ftypheic" + bytes(20), "gate.redacted.png"),
        ("gate.mp4", b"\x89PNG\r\n\x1a\n" + bytes(20), "gate.redacted.png"),
        ("gate.jpg", b"\0\0\0\x18ftypisom" + bytes(20), "gate.redacted.mp4"),
        ("gate.png", b"this is a letter", "gate.redacted.png"),
        ("gate", b"this is a letter", "gate.redacted.mp4"),
        ("gate.webp", b"", "gate.redacted.webp"),
    ],
)
def test_what_a_copy_is_called_goes_by_what_is_in_the_file(tmp_path: Path, name: str, data: bytes, output: str) -> None:
    upload = Upload()
    if data:
        upload.write(data)
    upload.seal()
    job = Job("1", "kim", name, Settings(), upload, tmp_path / "1", 0, 0.0)
    assert job.output_name == output
    job.forget()
    assert job.output_name == output
