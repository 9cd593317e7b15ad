"""The one rule by which machines with different versions of passerby understand each other.

A message is a JSON object with the number of its format. Whoever reads it

* ignores keys, kinds and ends of lists that it does not know: a later version added them;
* takes the default of what is missing: an earlier version did not say it. What has no default must be there;
* refuses a format of another number with one sentence, and does nothing else with it.

So a format can grow and keep its number. What earlier readers would misunderstand gets a new number, in two releases:
the first reads both and sends the old one, the second sends the new one.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json, to_json


class Unreadable(ValueError):
    """A message that is refused. Its text is a sentence for people."""


class OtherFormat(Unreadable):
    """It is a message, of a format that this version does not read."""


class Message(BaseModel):
    """One kind of message. Fields that were not there from the beginning have defaults."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    WHAT: ClassVar[str]
    """What it is, for sentences: "a live fragment"."""
    FORMAT: ClassVar[int] = 1
    """The number that is sent."""
    READS: ClassVar[frozenset[int]] = frozenset({1})
    NUMBER: ClassVar[str] = "version"
    """The key that has the number."""

    def pack(self) -> bytes:
        return to_json({self.NUMBER: self.FORMAT} | self.model_dump(mode="json"))

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Raises Unreadable."""
        try:
            found: Any = from_json(data, allow_inf_nan=False)
        except ValueError:
            raise Unreadable(f"this is not {cls.WHAT}") from None
        if not isinstance(found, dict):
            raise Unreadable(f"this is not {cls.WHAT}")
        cls._check(found.pop(cls.NUMBER, min(cls.READS)))
        try:
            return cls.model_validate(found)
        except ValidationError:  # it would quote what was sent
            raise Unreadable(f"this is not {cls.WHAT}") from None

    @classmethod
    def _check(cls, number: object) -> None:
        if not isinstance(number, int) or isinstance(number, bool):
            raise Unreadable(f"this is not {cls.WHAT}")
        if number not in cls.READS:
            reads = " and ".join(map(str, sorted(cls.READS)))
            raise OtherFormat(
                f"{cls.WHAT} has format {number}, and passerby here reads {reads}: "
                "update the machines one version at a time"
            )
