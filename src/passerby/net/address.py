"""The address of a live source. Keeps credentials apart, so that nothing shown or logged contains them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from passerby.errors import SourceUnavailable, Trouble

Kind = Literal["rtsp", "http", "file", "device", "drawn", "server"]

PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
SERVER_PORTS = {"smtp": 587, "smtps": 465, "mqtt": 1883, "mqtts": 8883}
"""Of servers that are no cameras: `parse` refuses them."""
_DRAWN = re.compile(r"drawn:([a-z0-9-]{1,32})")
_DEVICE = re.compile(r"/dev/video\d{1,3}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9]{1,15})?")
_SECRET_IN_PATH = re.compile(r"(?i)(user(?:name)?|usr|pass(?:word|wd)?|pwd?|token|key|secret|auth|sig)([=:])[^/&;]*")
HINT = "addresses begin with rtsp://, rtsps://, http://, https://, file:, drawn: or /dev/video"


@dataclass(frozen=True, slots=True)
class Address:
    """A live source's address, parsed. Make one with `parse`.

    kind: how it is read. host: a name or an IP address, without brackets, empty for a source on this machine. path:
    with its query, which may hold a password, so it is not part of `repr`. For a file or a device, its path in the file
    system; for a drawn camera its name.
    """

    kind: Kind
    scheme: str
    host: str
    port: int
    path: str = field(repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str) -> Address:
        """Raises SourceUnavailable for everything that is not allowed; the message repeats no secret."""
        text = text.strip()
        if any(ord(char) < 32 or ord(char) == 127 for char in text):
            raise _refused("it holds characters that no address has")
        if text.startswith("/dev/"):
            if not _DEVICE.fullmatch(text):
                raise _refused("a camera at this machine is called /dev/video0, /dev/video1, …")
            return cls("device", "", "", 0, text)
        scheme = _SCHEME.match(text)
        if scheme is None:
            raise _refused("it does not say what kind it is")
        name = scheme[0].lower()
        if name == "file":
            return cls("file", "file", "", 0, unquote(re.sub(r"^file:(//)?", "", text, flags=re.I)))
        if name == "drawn":
            drawn = _DRAWN.fullmatch(text)
            if drawn is None:
                raise _refused("a drawn camera has a name of small letters, such as drawn:street")
            return cls("drawn", "drawn", "", 0, drawn[1])
        if name not in PORTS:
            raise _refused(f"'{name[:20]}' is not a kind of camera address")
        return cls._parse_url(text, name)

    @classmethod
    def parse_server(cls, text: str) -> Address:
        """Where messages go: smtp://, smtps://, mqtt://, mqtts://, or what `parse` allows. Raises as it does."""
        text = text.strip()
        scheme = _SCHEME.match(text)
        if scheme is None or scheme[0].lower() not in SERVER_PORTS or not text.isprintable():
            return cls.parse(text)
        return cls._parse_url(text, scheme[0].lower())

    @classmethod
    def _parse_url(cls, text: str, scheme: str) -> Address:
        try:
            parts = urlsplit(text)
            entry, at, place = parts.netloc.rpartition("@")
            host, port = parts.hostname or "", urlsplit(f"//{place}").port
        except ValueError:
            raise _refused("its host or port cannot be read", _QUOTE) from None
        if not at and "@" in text:
            # If a password contains / ? or #, the user is parsed as the host: nothing of it may be shown.
            raise _refused("it has an @ after its host", _QUOTE)
        host = host.partition("@")[2] or host
        if not _HOST.fullmatch(host) or port == 0:
            raise _refused("its host or port cannot be read", _QUOTE)
        user, colon, password = entry.partition(":")
        return cls(
            kind="server" if scheme in SERVER_PORTS else "rtsp" if scheme.startswith("rtsp") else "http",
            scheme=scheme,
            host=host,
            port=port or usual_port(scheme),
            path=_quoted((parts.path or "/") + (f"?{parts.query}" if parts.query else "")),
            username=unquote(user) if at else None,
            password=unquote(password) if colon else None,
        )

    @property
    def secure(self) -> bool:
        """Whether the connection is encrypted."""
        return self.scheme in ("rtsps", "https", "smtps", "mqtts")

    @property
    def shown(self) -> str:
        """For people and logs: without credentials, query, and anything in the path that looks like a secret."""
        path, _, query = self.path.partition("?")
        path = _SECRET_IN_PATH.sub(r"\1\2…", path) + ("?…" if query else "")
        if self.kind in ("file", "device", "drawn"):
            return f"{self.scheme}:{self.path}" if self.scheme else self.path
        return f"{self.scheme}://{self.authority}{path}"

    @property
    def authority(self) -> str:
        """Host and port as in a Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == usual_port(self.scheme) else f"{host}:{self.port}"

    def __str__(self) -> str:
        return self.shown

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    def at(self, ip: str) -> str:
        """SECRET. The whole URL with its credentials, its host replaced by a checked IP address: for FFmpeg only."""
        entry = ""
        if self.username is not None:
            entry = quote(self.username, safe="") + ":" + quote(self.password or "", safe="") + "@"
        host = f"[{ip}]" if ":" in ip else ip
        return f"{self.scheme}://{entry}{host}:{self.port}{self.path}"

    def without_login(self) -> str:
        """The URL for the source's own requests: complete, but without user and password."""
        return f"{self.scheme}://{self.authority}{self.path}"

    def same_server(self, other: Address) -> bool:
        """Whether one's credentials may be sent to the other."""
        return (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)


def usual_port(scheme: str) -> int:
    return (PORTS | SERVER_PORTS)[scheme]


_QUOTE = "write special characters of the password as %XX: @ is %40, / is %2F, # is %23, ? is %3F, : is %3A"


def _quoted(path: str) -> str:
    """Only characters that a request line may not contain are written as %XX: cameras take the rest as it is."""
    return quote(path, safe="".join(map(chr, range(33, 127))), errors="replace")


def _refused(why: str, hint: str = HINT) -> SourceUnavailable:
    return SourceUnavailable(Trouble.REFUSED_ADDRESS, f"couldn't use this address: {why}", hint)
