"""Names of files that strangers chose, and what is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passerby.desk.job import safe_name
from passerby.desk.messages import Ended, Step, read_said


@given(st.text(max_size=300))
@example("..")
@example("a/../../b.mp4")
@example("C:\\clips\\x.mp4")
@example("字" * 300 + ".mp4")
@example("\ud800.mp4")
def test_any_name_becomes_one_that_stays_in_its_folder(told: str) -> None:
    name = safe_name(told)
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
