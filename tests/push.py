"""A browser as a push service sees it: its keys, and what it reads of what it gets."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from passerby.testing.webhook import Received, WebhookSink

# Of RFC 8291, section 5
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """Subscribed at a push service, below a path of its own."""

    def __init__(self, sink: WebhookSink, path: str) -> None:
        self._sink, self.path = sink, path
        self._key, self._auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)

    @property
    def subscription(self) -> dict[str, str]:
        """As the API takes it."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self._sink.url(self.path), "p256dh": text_of(point), "auth": text_of(self._auth)}

    def requests(self) -> list[Received]:
        return [each for each in self._sink.received if each.path == self.path]

    def read(self) -> list[dict[str, Any]]:
        """All that came for it, decrypted."""
        return [
            json.loads(http_ece.decrypt(each.body, private_key=self._key, auth_secret=self._auth))
            for each in self.requests()
        ]
