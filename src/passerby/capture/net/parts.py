"""Fetches the parts of an HLS stream for FFmpeg, which asks for them one by one and opens no connection of its own."""

from __future__ import annotations

import io

from passerby.capture.net.address import Address
from passerby.capture.net.fetch import Body, Limits, fetch
from passerby.errors import SourceUnavailable, Trouble


class Parts:
    """For one stream. error: the first thing that failed; what fails is empty to FFmpeg, which then gives up."""

    def __init__(self, address: Address, limits: Limits) -> None:
        self._address, self._limits = address, limits
        self._bodies: list[Body] = []
        self._error: OSError | None = None

    @property
    def error(self) -> OSError | None:
        """The first thing that failed, None so far."""
        return self._error or next((body.error for body in self._bodies if body.error), None)

    def get(self, url: str, flags: int, settings: dict[str, str]) -> io.RawIOBase | io.BytesIO:
        """As PyAV's io_open wants it. The log-in goes to the stream's own server only."""
        try:
            part = Address.parse(url)
            if part.kind != "http":
                raise SourceUnavailable(
                    Trouble.REFUSED_ADDRESS, f"the play list of '{self._address.shown}' names what is not HTTP"
                )
            body = fetch(part, self._limits, login_for=self._address)
        except OSError as error:
            self._error = self._error or error
            return io.BytesIO()
        body.finish_within(self._limits.read_s)
        self._bodies = [each for each in self._bodies if not each.closed] + [body]
        return body

    def finish_within(self, seconds: float) -> None:
        """Each part has its own deadline, from when it was asked for."""

    def close(self) -> None:
        for body in self._bodies:
            body.close()
