"""Hands a message to a browser's push service: encrypted for the browser (RFC 8291), signed as ours (RFC 8292)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from passerby.errors import SettingsError
from passerby.net.address import Address
from passerby.net.fetch import Limits, Request, send

CONTENT_TYPE = "application/octet-stream"
_SIGNED_FOR_S = 12 * 3600  # RFC 8292: at most a day
_MAX_ENDPOINT, _AUTH_BYTES = 1000, 16
MAX_ASKED_S = 900.0
"""Longer is not waited, whatever a server asks for: it may be broken, and what is late is no news."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser gets messages. Make one with `parse`. endpoint: SECRET, whoever has it can send there."""

    endpoint: str = field(repr=False)
    address: Address
    public_key: bytes = field(repr=False)
    auth: bytes = field(repr=False)

    @classmethod
    def parse(cls, endpoint: str, public_key: str, auth: str) -> Subscription:
        """As the browser gives it: the keys in URL-safe base64. Raises SettingsError."""
        try:
            if not endpoint.startswith("https://") or len(endpoint) > _MAX_ENDPOINT:
                raise ValueError
            address, key, secret = Address.parse(endpoint), _decoded(public_key), _decoded(auth)
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
            if address.username is not None or ":" in address.host or len(secret) != _AUTH_BYTES:
                raise ValueError
        except (ValueError, binascii.Error, OSError):  # SourceUnavailable is an OSError
            raise SettingsError("this is not a push subscription of a browser") from None
        return cls(endpoint, address, key, secret)


class Signer:
    """Signs with this installation's own key, by which push services tell it from others. contact: mailto: or https:,
    for whoever runs a push service."""

    def __init__(self, private_key: str, contact: str) -> None:
        """private_key: SECRET, from `new_key`."""
        self._vapid = Vapid02.from_raw(private_key.encode())
        self._vapid.conf = {"no-strict": True}  # its pattern for contacts refuses ports and paths
        self._contact = contact

    @property
    def public_key(self) -> str:
        """Browsers subscribe to messages that are signed with it."""
        point = self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def authorization(self, address: Address, now_s: int) -> str:
        claims = {
            "sub": self._contact,
            "aud": f"{address.scheme}://{address.authority}",
            "exp": now_s + _SIGNED_FOR_S,
        }
        return str(self._vapid.sign(claims)["Authorization"])


def new_key() -> str:
    """SECRET."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def encrypted(
    data: bytes, to: Subscription, once: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """One record that only the browser can read. once, salt: of this message only; None: random ones."""
    once = once or ec.generate_private_key(ec.SECP256R1())
    return bytes(http_ece.encrypt(data, salt=salt, private_key=once, dh=to.public_key, auth_secret=to.auth))


def push(
    data: bytes, to: Subscription, signer: Signer, limits: Limits, now_s: int, ttl_s: int, urgency: str
) -> tuple[int, str]:
    """Returns the push service's status, and its Retry-After, empty if it has none. ttl_s: how long it keeps the
    message for a browser that is away. urgency: as in RFC 8030. Raises SourceUnavailable."""
    headers = (("Content-Encoding", "aes128gcm"), ("TTL", str(ttl_s)), ("Urgency", urgency))
    authorization = signer.authorization(to.address, now_s)
    request = Request("POST", encrypted(data, to), CONTENT_TYPE, authorization, headers)
    reply, status = send(request, to.address, limits)
    reply.close()
    return status, reply.retry_after


def asked_wait_s(retry_after: str, now_utc: datetime) -> float:
    """How long a server asks to be left alone (RFC 9110, section 10.2.3: seconds, or a date), at most MAX_ASKED_S. 0:
    it does not, or what it says is neither."""
    try:
        if retry_after.strip().isascii() and retry_after.strip().isdigit():
            asked_s = float(retry_after)
        else:
            at = parsedate_to_datetime(retry_after)
            asked_s = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now_utc).total_seconds()
    except (ValueError, OverflowError):
        return 0.0
    return min(MAX_ASKED_S, max(0.0, asked_s))


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
