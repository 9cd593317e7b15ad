"""NKeys: Ed25519 keys as NATS writes them, and the JWTs and credentials that are signed with them.

The format: base32 of a prefix, 32 bytes and a CRC-16 (https://docs.nats.io/reference/reference-protocols/nats-protocol).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_SEED = 18 << 3
_PART = re.compile(r"-----BEGIN ([A-Z ]+)-----\s+(\S+)\s+-+END ")


class Kind(IntEnum):
    """What a key belongs to. It becomes the first letter of its public half: O, A, U."""

    OPERATOR = 14 << 3
    ACCOUNT = 0
    USER = 20 << 3


@dataclass(frozen=True)
class NKey:
    """A key pair. `repr` shows the public half only."""

    kind: Kind
    _private: Ed25519PrivateKey = field(repr=False)
    public: str

    @classmethod
    def of(cls, kind: Kind, secret: bytes) -> Self:
        """secret: 32 random bytes."""
        private = Ed25519PrivateKey.from_private_bytes(secret)
        return cls(kind, private, _coded(bytes([kind]) + private.public_key().public_bytes_raw()))

    @classmethod
    def new(cls, kind: Kind) -> Self:
        return cls.of(kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_seed(cls, seed: str) -> Self:
        """Raises ValueError."""
        raw = _decoded(seed)
        if len(raw) != 34 or raw[0] & 0xF8 != _SEED:
            raise ValueError("not the seed of an NKey")
        return cls.of(Kind((raw[0] & 7) << 5 | raw[1] >> 3), raw[2:])

    @property
    def seed(self) -> str:
        """SECRET: the private half."""
        head = bytes([_SEED | self.kind >> 5, (self.kind & 0x1F) << 3])
        return _coded(head + self._private.private_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)

    def claim(self, name: str, subject: str, nats: Mapping[str, Any], until_s: int | None = None) -> str:
        """A JWT about another key. until_s: Unix time at which it ends."""
        claims: dict[str, Any] = {"iat": int(time.time()), "iss": self.public, "name": name, "sub": subject}
        claims["nats"] = {**nats, "version": 2}
        if until_s is not None:
            claims["exp"] = until_s
        claims["jti"] = base64.b32encode(hashlib.sha256(_json(claims)).digest()).decode().rstrip("=")
        signed = b".".join(_url64(_json(each)) for each in ({"typ": "JWT", "alg": "ed25519-nkey"}, claims))
        return (signed + b"." + _url64(self.sign(signed))).decode()


@dataclass(frozen=True)
class Credentials:
    """A user's JWT and key. As text they are what other clients of NATS read as well."""

    jwt: str = field(repr=False)
    key: NKey

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError."""
        parts = dict(_PART.findall(text))
        try:
            return cls(parts["NATS USER JWT"], NKey.from_seed(parts["USER NKEY SEED"]))
        except KeyError as error:
            raise ValueError(f"it has no {error.args[0]}") from None

    @property
    def claims(self) -> dict[str, Any]:
        """What the JWT says. Whether it is true, servers decide. Raises ValueError."""
        try:
            coded = self.jwt.split(".")[1]
            found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)))
        except IndexError:
            raise ValueError("it has no JWT") from None
        return found

    def text(self) -> str:
        """SECRET."""
        return (
            f"-----BEGIN NATS USER JWT-----\n{self.jwt}\n------END NATS USER JWT------\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{self.key.seed}\n------END USER NKEY SEED------\n"
        )


def is_public(text: str, kind: Kind) -> bool:
    try:
        raw = _decoded(text)
    except ValueError:
        return False
    return len(raw) == 33 and raw[0] == kind


def _coded(raw: bytes) -> str:
    return base64.b32encode(raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """Raises ValueError."""
    raw = base64.b32decode(text + "=" * (-len(text) % 8))
    if binascii.crc_hqx(raw[:-2], 0).to_bytes(2, "little") != raw[-2:]:
        raise ValueError("not an NKey: its check sum is wrong")
    return raw[:-2]


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _url64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
