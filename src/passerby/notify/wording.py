"""How a channel words its messages: in which language, and with which links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from passerby.clock import utc_of
from passerby.config.about import Language
from passerby.media.messages import MAX_TEXT, MAX_TITLE, Message
from passerby.notify.links import StillsShown, take_link, with_links
from passerby.said.languages import in_language, say


@dataclass(frozen=True, slots=True)
class Wording:
    """language: asked at each message, as it may change. stills: None: no links to stills."""

    language: Callable[[], Language] = lambda: "en"
    stills: StillsShown | None = None

    def said(self, message: Message, language: Language | None = None) -> Message:
        """In the language of the channel, or of whoever gets it."""
        wanted = language or self.language()
        title, text = in_language(message.title, wanted), in_language(message.text, wanted)
        return replace(message, title=title[:MAX_TITLE], text=text[:MAX_TEXT])

    def still(self, message: Message) -> str | None:
        """A link to the redacted still."""
        return self.stills.link(message) if self.stills else None

    def text(self, message: Message) -> str:
        """All of it but the title, for people. message: as it came."""
        language = self.language()
        when = f"{utc_of(message.when_90k).astimezone():%Y-%m-%d %H:%M:%S %Z}"
        facts = {"label-camera": message.camera, "label-rule": message.rule, "label-time": when}
        links = {"label-open": message.link, "label-take": take_link(message), "label-still": self.still(message)}
        parts = [in_language(message.text, language), _labelled(facts, language), _labelled(links, language)]
        return "\n\n".join(part for part in parts if part) + "\n"

    def fields(self, message: Message) -> dict[str, object]:
        """For programs: those of the message, and the links that there are."""
        return with_links(self.said(message), self.stills)


PLAIN = Wording()
"""In English, without stills."""


def _labelled(values: Mapping[str, str | None], language: Language) -> str:
    return "\n".join(say(code, language, what=value) for code, value in values.items() if value)
