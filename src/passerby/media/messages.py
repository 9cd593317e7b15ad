"""A message to people and programs outside: what happened, where and when, and never who."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters: nice to know, look when there is time, look now."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """A higher one matters more."""
        return list(Severity).index(self)


MAX_TITLE, MAX_TEXT, MAX_NAME, MAX_LINK = 200, 4000, 64, 500


@dataclass(frozen=True, slots=True)
class Message:
    """Has no field for a picture, a track or a description of anybody, and takes no other fields.

    id: the same in every channel and at every try, so a receiver knows what it already has. kind: the kind of event or
    alarm, or `digest`, `test`. rule: the name of the rule that noticed it. text: more than the title, may be empty.
    when_90k: UTC of what happened, 1/90000 s since 1970. link: a page of this installation.
    """

    id: str
    severity: Severity
    kind: str
    camera: str | None
    rule: str | None
    title: str
    text: str
    when_90k: int
    link: str | None = None

    def __post_init__(self) -> None:
        limits = (
            (self.id, MAX_NAME), (self.kind, MAX_NAME), (self.camera, MAX_NAME), (self.rule, MAX_NAME),
            (self.title, MAX_TITLE), (self.text, MAX_TEXT), (self.link, MAX_LINK),
        )  # fmt: skip
        if any(text is not None and len(text) > most for text, most in limits):
            raise ValueError("a part of the message is too long")
        if not (self.id and self.kind and self.title):
            raise ValueError("a message needs an id, a kind and a title")
        if not self.title.isprintable():
            raise ValueError("the title of a message is one line")

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Message:
        """Raises ValueError, TypeError for anything but the fields of a message."""
        fields = json.loads(text)
        return cls(**{**fields, "severity": Severity(fields["severity"])})


def new_id() -> str:
    return uuid.uuid4().hex
