"""A one-time invitation as text, and what is said under it: a machine's request, and the answer that lets it in.

Servers of NATS carry both and can read neither: they are encrypted with a key that needs the invitation's secret, the
answer also with one that only the two ends can compute. So an invitation that is read later opens nothing.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from passerby.errors import SettingsError
from passerby.fleet.nats.nkeys import Credentials, Kind, NKey

VERSION = 1
SECRET_BYTES = 16
_HEAD = "passerby-join-"
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Invitation:
    """name and role: what the machine will be. authority, certificate: PEM. jwt: may ask to join, and no more."""

    name: str
    role: str
    servers: tuple[str, ...]
    authority: str
    certificate: str
    jwt: str = field(repr=False)
    secret: bytes = field(repr=False)
    until_s: int

    def text(self) -> str:
        """SECRET until it was used: one line for whoever sits at the new machine."""
        data = asdict(self) | {"secret": self.secret.hex(), "version": VERSION}
        return _HEAD + base64.urlsafe_b64encode(zlib.compress(json.dumps(data).encode(), 9)).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Invitation:
        """Raises SettingsError."""
        joined = "".join(text.split())  # terminals and mail break long lines
        try:
            coded = joined.removeprefix(_HEAD)
            data = json.loads(zlib.decompress(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4))))
            version, secret = data.pop("version"), bytes.fromhex(data.pop("secret"))
        except (ValueError, zlib.error, KeyError):
            raise SettingsError(
                "this is not a whole invitation", hint="copy all that passerby cluster invite printed"
            ) from None
        _check_version(version)
        try:
            said = {name: data[name] for name in cls.__dataclass_fields__ if name not in ("secret", "servers")}
            return cls(**said, secret=secret, servers=tuple(data["servers"]))
        except (KeyError, TypeError):
            raise SettingsError(
                "this is not a whole invitation", hint="copy all that passerby cluster invite printed"
            ) from None

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.jwt, nkey_of(self.secret))

    @property
    def until(self) -> datetime:
        return datetime.fromtimestamp(self.until_s, UTC)


class Joining:
    """One attempt of a machine to join. Its keys are made here, and their private halves stay."""

    def __init__(self, invitation: Invitation) -> None:
        self._secret = invitation.secret
        self.user, self.tls, self._exchange = NKey.new(Kind.USER), Ed25519PrivateKey.generate(), _exchange_key()

    def request(self) -> bytes:
        said = {
            "version": VERSION,
            "user": self.user.public,
            "tls": self.tls.public_key().public_bytes_raw().hex(),
            "exchange": self._exchange.public_key().public_bytes_raw().hex(),
        }
        return _sealed(_derived(self._secret, "request"), said)

    def open(self, answer: bytes) -> dict[str, Any]:
        """Raises SettingsError if it was refused, or comes from somebody else."""
        try:
            public, sealed = X25519PublicKey.from_public_bytes(answer[:32]), answer[32:]
            said = _opened(_shared(self._exchange, public, self._secret), sealed)
        except (ValueError, InvalidTag):
            raise SettingsError("the answer is not from whoever made this invitation") from None
        _check_version(said.get("version"))
        if "refused" in said:
            raise SettingsError(said["refused"], hint=said.get("hint"))
        return said


@dataclass(frozen=True, slots=True)
class Request:
    """What a machine sent: the public halves of its keys, in hex but for user."""

    user: str
    tls: str
    exchange: str

    def answer(self, secret: bytes, said: Mapping[str, Any]) -> bytes:
        exchange = _exchange_key()
        shared = _shared(exchange, X25519PublicKey.from_public_bytes(bytes.fromhex(self.exchange)), secret)
        return exchange.public_key().public_bytes_raw() + _sealed(shared, {**said, "version": VERSION})


def read_request(secret: bytes, data: bytes) -> Request | None:
    """None if whoever sent it does not have the invitation."""
    try:
        said = _opened(_derived(secret, "request"), data)
        return Request(said["user"], said["tls"], said["exchange"])
    except (InvalidTag, ValueError, KeyError):
        return None


def nkey_of(secret: bytes) -> NKey:
    """The key with which an invited machine shows itself to the servers."""
    return NKey.of(Kind.USER, _derived(secret, "nkey"))


def tls_key_of(secret: bytes) -> Ed25519PrivateKey:
    """That of its certificate."""
    return Ed25519PrivateKey.from_private_bytes(_derived(secret, "tls"))


def id_of(secret: bytes) -> str:
    """By which servers know it. It says nothing of the secret."""
    return f"join-{_derived(secret, 'id')[:8].hex()}"


def _exchange_key() -> X25519PrivateKey:
    return X25519PrivateKey.generate()


def _shared(ours: X25519PrivateKey, theirs: X25519PublicKey, secret: bytes) -> bytes:
    return _derived(ours.exchange(theirs) + secret, "answer")


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, None, f"passerby join {VERSION} {purpose}".encode()).derive(secret)


def _sealed(key: bytes, said: Mapping[str, Any]) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, json.dumps(said).encode(), None)


def _opened(key: bytes, data: bytes) -> dict[str, Any]:
    """Raises InvalidTag, ValueError."""
    found: dict[str, Any] = json.loads(AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None))
    return found


def _check_version(version: object) -> None:
    if version != VERSION:
        raise SettingsError(
            f"this is of version {version}, and this passerby knows {VERSION}",
            hint="install the same version of passerby on both machines",
        )
