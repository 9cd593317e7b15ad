"""Makes HTTP requests to checked addresses, one per connection. Redirects are checked again."""

from __future__ import annotations

import http.client
import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address
from passerby.net.login import answer
from passerby.net.resolve import checked_ips
from passerby.net.wire import Wire, connect, unreachable
from passerby.rules.reach import Reach

MAX_REDIRECTS = 3
AGENT = "passerby"


@dataclass(frozen=True, slots=True)
class Request:
    """authorization: SECRET. The header's value, sent at once; otherwise the address's login, if asked for. headers:
    more of them; names and values without line breaks."""

    method: str = "GET"
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    authorization: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


_GET = Request()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may reach, and how long it may take: start_s until its headers, read_s for the longest silence."""

    reach: Reach
    start_s: float
    read_s: float
    trust_any_certificate: bool = False


class Body(io.RawIOBase):
    """What a server sends after its headers, read as it arrives. address: where it really came from."""

    def __init__(self, address: Address, response: http.client.HTTPResponse, wire: Wire) -> None:
        super().__init__()
        self.address = address
        self.content_type = (response.getheader("Content-Type") or "").lower()
        self.retry_after = response.getheader("Retry-After") or ""
        self.error: OSError | None = None
        """Why it broke off. `read` then reports the end of the file: after errors FFmpeg retries, and PyAV prints the
        second."""
        self._response, self._wire = response, wire

    def finish_within(self, seconds: float) -> None:
        """From now on everything must arrive within this time: for finite content, such as a segment."""
        self._wire.finish_by = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """What has arrived, at most `size`; b"" at the end, and after a failure."""
        if self.error is not None:
            return b""
        try:
            return self._response.read1(size)
        except (OSError, ValueError, http.client.HTTPException) as error:  # ValueError: closed by another thread
            self.error = error if isinstance(error, OSError) else ConnectionAbortedError(str(error))
            return b""

    def read_all(self, max_bytes: int) -> bytes:
        """Everything until the end. Raises OverflowError if it is longer, OSError if it breaks off."""
        pieces, size = [], 0
        while piece := self.read(64 * 1024):
            pieces.append(piece)
            size += len(piece)
            if size > max_bytes:
                raise OverflowError
        if self.error is not None:
            raise self.error
        return b"".join(pieces)

    def close(self) -> None:
        """Also from another thread: its pending reads fail at once."""
        self._wire.close()
        super().close()


def fetch(address: Address, limits: Limits, login_for: Address | None = None) -> Body:
    """A GET. login_for: whose credentials to use, for its own server only; by default the address's own.

    Raises SourceUnavailable: a refused address, any network error, a wrong password, no such page.
    """
    finish_by = time.monotonic() + limits.start_s
    owner = login_for or address
    for _ in range(MAX_REDIRECTS + 1):
        body, status, location = _exchange(_GET, address, limits, finish_by, owner)
        if status == 200:
            return body
        body.close()
        if status not in (301, 302, 303, 307, 308) or not location:
            raise _wrong_status(address, status, owner)
        address = Address.parse(urljoin(address.without_login(), location))
        if address.kind != "http":
            raise SourceUnavailable(
                Trouble.REFUSED_ADDRESS, f"couldn't open '{owner.shown}': it redirects to something that is not HTTP"
            )
    raise SourceUnavailable(Trouble.NO_STREAM, f"couldn't open '{owner.shown}': it redirects too often")


def send(asked: Request, address: Address, limits: Limits) -> tuple[Body, int]:
    """A request to exactly this address, and the response's status, whatever it is: redirects are not followed. Raises
    as `fetch` does."""
    finish_by = time.monotonic() + limits.start_s
    reply, status, _ = _exchange(asked, address, limits, finish_by, address)
    return reply, status


def _exchange(
    asked: Request, address: Address, limits: Limits, finish_by: float, owner: Address
) -> tuple[Body, int, str | None]:
    ips = checked_ips(address, limits.reach, finish_by - time.monotonic())

    def once(entry: str | None) -> tuple[Wire, http.client.HTTPResponse]:
        wire, _ = connect(address, ips, finish_by, limits.read_s, trust_any_certificate=limits.trust_any_certificate)
        return wire, _send(asked, wire, address, finish_by, entry)

    wire, response = once(asked.authorization)
    if response.status == 401 and owner.username is not None and owner.same_server(address):
        challenges = response.headers.get_all("WWW-Authenticate") or []
        entry = answer(challenges, asked.method, address.path, owner.username, owner.password or "")
        if entry is not None:
            wire.close()
            wire, response = once(entry)
    return Body(address, response, wire), response.status, response.getheader("Location")


def _send(
    asked: Request, wire: Wire, address: Address, finish_by: float, entry: str | None
) -> http.client.HTTPResponse:
    wire.finish_by = finish_by
    lines = [
        f"{asked.method} {address.path} HTTP/1.1", f"Host: {address.authority}", f"User-Agent: {AGENT}", "Accept: */*",
        "Connection: close",
    ]  # fmt: skip
    if asked.body:
        lines += [f"Content-Type: {asked.content_type}", f"Content-Length: {len(asked.body)}"]
    lines += [f"{name}: {value}" for name, value in asked.headers]
    if entry:
        lines.append(f"Authorization: {entry}")
    try:
        wire.send(("\r\n".join(lines) + "\r\n\r\n").encode() + asked.body)
        response = http.client.HTTPResponse(_Shaped(wire), method=asked.method)  # type: ignore[arg-type]
        response.begin()
    except http.client.HTTPException:
        wire.close()
        raise SourceUnavailable(
            Trouble.NO_STREAM,
            f"couldn't open '{address.shown}': what answers there does not speak HTTP",
            "check the port",
        ) from None
    except OSError as error:
        wire.close()
        raise unreachable(address, error) from None
    wire.finish_by = None
    return response


class _Shaped:
    """What `HTTPResponse` needs from a socket."""

    def __init__(self, wire: Wire) -> None:
        self.makefile: Callable[[str], io.BufferedReader] = lambda mode: io.BufferedReader(wire, 64 * 1024)


def _wrong_status(address: Address, status: int, owner: Address) -> SourceUnavailable:
    if status == 401 and owner.username is None:
        return SourceUnavailable(
            Trouble.WRONG_PASSWORD,
            f"couldn't open '{address.shown}': it wants a user and a password",
            "give them with the address",
        )
    if status in (401, 403):
        return SourceUnavailable(
            Trouble.WRONG_PASSWORD,
            f"couldn't open '{address.shown}': it does not accept this user and password",
            "check both",
        )
    said = "it has nothing of this name" if status in (404, 410) else f"it answers with error {status}"
    return SourceUnavailable(Trouble.NO_STREAM, f"couldn't open '{address.shown}': {said}", "check the address's path")
