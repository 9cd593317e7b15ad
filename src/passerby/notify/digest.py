"""Joins many messages into one that counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from passerby.media.messages import MAX_TEXT, MAX_TITLE, Message, Severity

MAX_LINES = 20


def digest(messages: Sequence[Message], id: str) -> Message:
    """messages: the oldest first, at least one. Counts those with the same title, which names camera and rule, the most
    first."""
    counted = Counter(each.title for each in messages)
    lines = [f"{count} × {title}" for title, count in counted.most_common(MAX_LINES)]
    if len(counted) > MAX_LINES:
        lines.append(f"and {len(counted) - MAX_LINES} others")
    cameras = {each.camera for each in messages}
    return Message(
        id=id,
        severity=max((each.severity for each in messages), key=lambda each: Severity(each).rank),
        kind="digest",
        camera=cameras.pop() if len(cameras) == 1 else None,
        rule=None,
        title=f"{len(messages)} messages, most of all: {lines[0]}"[:MAX_TITLE],
        text="\n".join(lines)[:MAX_TEXT],
        when_90k=messages[0].when_90k,
        link=_common({each.link for each in messages}),
    )


def _common(links: set[str | None]) -> str | None:
    """The one, or the list in which all of them are."""
    if len(links) > 1:
        links = {link.rpartition("/")[0] if link and "#/" in link else None for link in links}
    return links.pop() if len(links) == 1 else None
