"""Links of messages of events: to say that one deals with it, and to the redacted still."""

from __future__ import annotations

import json

from passerby.access.still_links import StillLinks
from passerby.clock import Clock
from passerby.media.events import EventKind
from passerby.media.messages import Message
from passerby.media.segments import TICKS_PER_S

WITH_STILL = frozenset(EventKind) - {EventKind.CAMERA}
_ID = "event-"


def message_id(event: int) -> str:
    """Of the message that tells of an event."""
    return f"{_ID}{event}"


def take_link(message: Message) -> str | None:
    """Where somebody says that they deal with an event; to open it changes nothing. None: it is about none."""
    return f"{message.link}/take" if message.link and message.kind in frozenset(EventKind) else None


class StillsShown:
    """For channels that are set up to have links to stills. page: the address of this installation. hours: how long
    after the event a link works."""

    def __init__(self, links: StillLinks, page: str, hours: float, clock: Clock) -> None:
        self._links, self._page, self._hours, self._clock = links, page, hours, clock

    def link(self, message: Message) -> str | None:
        """The same at every try. None: it is not about one event that has a picture."""
        if message.kind not in WITH_STILL or not message.id.startswith(_ID):
            return None
        return self._link(int(message.id.removeprefix(_ID)), self._until_s(message.when_90k))

    def link_now(self, event: int, start_90k: int) -> str | None:
        """Of an event that began then. None: the link would not work any more."""
        until_s = self._until_s(start_90k)
        return self._link(event, until_s) if self._clock.now_90k() < until_s * TICKS_PER_S else None

    def _until_s(self, start_90k: int) -> int:
        return start_90k // TICKS_PER_S + round(self._hours * 3600)

    def _link(self, event: int, until_s: int) -> str:
        return self._page + self._links.path(event, until_s)


def with_links(message: Message, stills: StillsShown | None) -> dict[str, object]:
    """A message for programs: its fields, and the links that there are."""
    links = {"take_link": take_link(message), "still": stills.link(message) if stills else None}
    fields: dict[str, object] = json.loads(message.to_json())
    return fields | {name: link for name, link in links.items() if link}
