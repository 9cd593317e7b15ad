"""Links of messages of events: to say that one deals with it, and to the redacted still."""

from __future__ import annotations

from passerby.access.still_links import StillLinks
from passerby.media.events import EventKind
from passerby.media.messages import Message
from passerby.media.segments import TICKS_PER_S

_WITH_STILL = frozenset(EventKind) - {EventKind.CAMERA}
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

    def __init__(self, links: StillLinks, page: str, hours: float) -> None:
        self._links, self._page, self._hours = links, page, hours

    def link(self, message: Message) -> str | None:
        """The same at every try. None: it is not about one event that has a picture."""
        if message.kind not in _WITH_STILL or not message.id.startswith(_ID):
            return None
        until_s = message.when_90k // TICKS_PER_S + round(self._hours * 3600)
        return self._page + self._links.path(int(message.id.removeprefix(_ID)), until_s)
