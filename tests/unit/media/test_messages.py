"""A message says what, where and when; it has no place for who."""

from __future__ import annotations

import dataclasses
import json

import pytest

from passerby.media.messages import Message, Severity

MESSAGE = Message("a1", Severity.INFO, "line-crossed", "gate", "fence", "Line crossed", "Twice.", 90_000, "https://x/")


@pytest.mark.promise
def test_a_message_has_no_field_for_a_track_a_picture_or_a_description() -> None:
    """Promise 3. Whoever adds a field has to change this list, and to answer for it."""
    fields = {field.name: field.type for field in dataclasses.fields(Message)}
    assert fields == {
        "id": "str", "severity": "Severity", "kind": "str", "camera": "str | None", "rule": "str | None",
        "title": "str", "text": "str", "when_90k": "int", "link": "str | None",
    }  # fmt: skip
    assert not hasattr(MESSAGE, "__dict__"), "nothing can be hung on it"


@pytest.mark.promise
@pytest.mark.parametrize("extra", ["track_id", "still_jpeg", "crop", "description", "embedding"])
def test_a_message_with_another_field_is_refused(extra: str) -> None:
    fields = json.loads(MESSAGE.to_json())
    with pytest.raises(TypeError):
        Message.from_json(json.dumps({**fields, extra: "x"}))
    with pytest.raises(AttributeError):
        object.__setattr__(MESSAGE, extra, "x")


def test_a_message_comes_back_from_json_as_it_was() -> None:
    assert Message.from_json(MESSAGE.to_json()) == MESSAGE


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"id": ""}, {"title": "a\nSubject: b"}, {"title": "x" * 201}, {"text": "x" * 4001},
        {"camera": "x" * 65},
    ],
    ids=str,
)  # fmt: skip
def test_a_message_has_limits(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="message"):
        dataclasses.replace(MESSAGE, **wrong)  # type: ignore[arg-type]
