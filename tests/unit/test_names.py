"""Names of files are shown as one line of text, whatever bytes they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.errors import SourceError
from passerby.names import is_too_long, readable, shortened


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"caf\xe9.mp4", "caf\\xe9.mp4"),
        ("café.mp4".encode(), "café.mp4"),
        ("двор 📷.mp4".encode(), "двор 📷.mp4"),
        (b"two\nlines\x1b[31m.mp4", "two\\x0alines\\x1b[31m.mp4"),
        ("gpj.\u202eexe".encode(), "gpj.\\u202eexe"),
        (b"\xff\xfe", "\\xff\\xfe"),
    ],
)
def test_a_name_is_one_line_of_text(name: bytes, shown: str) -> None:
    assert readable(name) == readable(os.fsdecode(name)) == readable(Path(os.fsdecode(name))) == shown


@given(st.binary(max_size=300))
def test_any_bytes_become_text_that_can_be_stored(name: bytes) -> None:
    assert readable(name).encode().decode() == readable(readable(name))
    assert not set(readable(name)) & {"\n", "\r", "\x1b", "\0"}
    assert os.fsencode(name).startswith(os.fsencode(shortened(os.fsdecode(name)))[:190])
    assert len(os.fsencode(shortened(os.fsdecode(name)))) <= 200


def test_a_sentence_names_the_file_so_that_it_can_be_shown() -> None:
    odd = os.fsdecode(b"caf\xe9")
    error = SourceError(f"couldn't read '{odd}'", hint=f"see {odd}")
    assert (error.message, error.hint) == ("couldn't read 'caf\\xe9'", "see caf\\xe9")
    assert str(error).isprintable()


def test_what_is_too_long_is_known_before_it_is_tried(tmp_path: Path) -> None:
    assert not is_too_long(tmp_path / ("a" * 255))
    assert is_too_long(tmp_path / ("a" * 256))
    assert is_too_long(tmp_path / ("я" * 128))
    assert is_too_long(tmp_path / "not there yet" / ("a" * 256))
