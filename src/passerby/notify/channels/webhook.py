"""Webhooks: each message as a CloudEvent, signed so that the receiver knows where and when it comes from."""

from __future__ import annotations

import hashlib
import hmac
import json

from passerby.clock import Clock, utc_of
from passerby.errors import OutputError
from passerby.media.messages import Message
from passerby.media.segments import TICKS_PER_S
from passerby.net.address import Address
from passerby.net.fetch import Limits, Request, send
from passerby.notify.channel import named
from passerby.notify.wording import PLAIN, Wording

CONTENT_TYPE = "application/cloudevents+json"
TIMESTAMP_HEADER, SIGNATURE_HEADER = "Passerby-Timestamp", "Passerby-Signature"


class Webhook:
    """See `notify.channel.Channel`. secret: SECRET. source: of the events, this installation's address."""

    def __init__(
        self, address: Address, secret: str, source: str, limits: Limits, clock: Clock,
        wording: Wording = PLAIN,
    ) -> None:  # fmt: skip
        self._address, self._secret, self._source = address, secret.encode(), source
        self._limits, self._clock, self._wording = limits, clock, wording

    def send(self, message: Message) -> None:
        body = cloud_event(message, self._source, self._wording)
        timestamp = str(self._clock.now_90k() // TICKS_PER_S)
        asked = Request(
            "POST", body, CONTENT_TYPE,
            headers=((TIMESTAMP_HEADER, timestamp), (SIGNATURE_HEADER, signature(self._secret, timestamp, body))),
        )  # fmt: skip
        with named(self._address):
            reply, status = send(asked, self._address, self._limits)
        reply.close()
        if not 200 <= status < 300:
            raise OutputError(f"the webhook answered with {status}")

    def close(self) -> None:
        """Nothing stays open."""


def cloud_event(message: Message, source: str, wording: Wording = PLAIN) -> bytes:
    """CloudEvents 1.0, structured JSON. The same at every try."""
    event = {
        "specversion": "1.0",
        "id": message.id,
        "source": source,
        "type": f"passerby.{message.kind}",
        "time": utc_of(message.when_90k).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": wording.fields(message),
    }
    if message.camera is not None:
        event["subject"] = message.camera
    return json.dumps(event, ensure_ascii=False).encode()


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """The version of the scheme, and the HMAC-SHA256 of timestamp, dot, body."""
    return "v1=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
