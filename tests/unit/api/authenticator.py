"""A passkey in software: what a telephone does in WebAuthn, for tests."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _WITH_KEY = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class SoftwarePasskey:
    """One key pair. counts: whether it has a counter. is_verified: whether it asked its person."""

    def __init__(self, *, is_verified: bool = True) -> None:
        self.id, self.count = os.urandom(16), 0
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._flags = _PRESENT | (_VERIFIED if is_verified else 0)
        self.handle = b""

    def create(self, options: dict[str, Any], origin: str) -> dict[str, Any]:
        self.handle = urlsafe_b64decode(options["user"]["id"] + "==")
        point = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        credential = struct.pack(">16sH", b"\0" * 16, len(self.id)) + self.id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], self._flags | _WITH_KEY) + credential
        response = {
            "attestationObject": b64(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "clientDataJSON": b64(self._client("webauthn.create", options, origin)),
        }
        return self._credential(response)

    def get(self, options: dict[str, Any], origin: str) -> dict[str, Any]:
        self.count += 1
        client, data = self._client("webauthn.get", options, origin), self._data(options["rpId"], self._flags)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "authenticatorData": b64(data),
            "clientDataJSON": b64(client),
            "signature": b64(signature),
            "userHandle": b64(self.handle),
        }
        return self._credential(response)

    def _data(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", flags, self.count)

    @staticmethod
    def _client(kind: str, options: dict[str, Any], origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": origin}).encode()

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}
