"""Fetches the parts of an HLS stream for FFmpeg, which asks for them one by one and opens no connection of its own."""

from __future__ import annotations

import io
import time
from dataclasses import replace

from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address
from passerby.net.fetch import Body, Limits, fetch
from passerby.net.wire import unreachable


class Parts:
    """The parts of one stream. error: the first failure. FFmpeg gets an empty part then, and gives up."""

    def __init__(self, address: Address, limits: Limits, open_within_s: float) -> None:
        """open_within_s: for all parts together that are requested until the first `finish_within`: a playlist may name
        many others, each of which comes just in time."""
        self._address, self._limits = address, limits
        self._finish_by = time.monotonic() + open_within_s
        self._bodies: list[Body] = []
        self._error: OSError | None = None

    @property
    def error(self) -> OSError | None:
        """The first failure; None if there was none."""
        return self._error or next((body.error for body in self._bodies if body.error), None)

    def get(self, url: str, flags: int, settings: dict[str, str]) -> io.RawIOBase | io.BytesIO:
        """As PyAV's io_open requires. The login is sent only to the stream's own server."""
        try:
            part = Address.parse(url)
            if part.kind != "http":
                raise SourceUnavailable(
                    Trouble.REFUSED_ADDRESS,
                    f"the play list of '{self._address.shown}' lists something that is not HTTP",
                )
            left_s = self._finish_by - time.monotonic()
            if left_s <= 0:
                raise unreachable(part, TimeoutError())
            limits = replace(self._limits, start_s=min(self._limits.start_s, left_s))
            body = fetch(part, limits, login_for=self._address)
        except OSError as error:
            self._error = self._error or error
            return io.BytesIO()
        body.finish_within(min(self._limits.read_s, self._finish_by - time.monotonic()))
        self._bodies = [each for each in self._bodies if not each.closed] + [body]
        return body

    def finish_within(self, seconds: float) -> None:
        """Sets the time for the part being read; those requested meanwhile get the same time again."""
        self._finish_by = time.monotonic() + 2 * seconds
        for body in self._bodies:
            if not body.closed:
                body.finish_within(seconds)

    def close(self) -> None:
        for body in self._bodies:
            body.close()
