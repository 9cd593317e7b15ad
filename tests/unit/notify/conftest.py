"""Rows of a real catalogue, and messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.errors import OutputError
from passerby.media.messages import Message, Severity, new_id
from passerby.testing.clock import MovingClock


class Kept:
    """A channel that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.refuses: str | None = None

    def send(self, message: Message) -> None:
        if self.refuses:
            raise OutputError(self.refuses)
        self.messages.append(message)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def rows(catalogue_url: str, clock: MovingClock) -> Iterator[Rows]:
    engine = open_database(catalogue_url)
    yield Rows(engine, clock)
    engine.dispose()


def a_message(clock: MovingClock, title: str = "Line crossed", camera: str | None = "gate") -> Message:
    return Message(new_id(), Severity.WARNING, "line-crossed", camera, "fence", title, "", clock.now_90k())
