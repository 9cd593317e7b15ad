"""Sends a request to an ONVIF device and reads the answer, with a deadline and a maximum size."""

from __future__ import annotations

import base64
import hashlib
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from passerby.capture.onvif.safe_xml import NotUnderstood, first, parse, text, word
from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address
from passerby.net.fetch import Body, Limits, Request, send

MAX_ANSWER_BYTES = 1 << 20  # a device with 64 profiles answers with 200 kB
_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
_BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"


class Fault(Exception):
    """The device understood and refused. what: its own reason."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Conversation:
    """Requests to one device. The login of its address is sent only to that server, as a digest if possible.

    All together take at most `within_s`. clock_offset: the device's clock minus ours; digests use its clock.
    """

    def __init__(self, device: Address, limits: Limits, within_s: float) -> None:
        self.device = device
        self._limits, self._finish_by = limits, time.monotonic() + within_s
        self.clock_offset = timedelta(0)

    def ask(self, path: str, body: str, *, signed: bool = True) -> Element:
        """The body of the answer. path: on the device. Raises Fault, SourceUnavailable."""
        address = replace(self.device, path=path)
        left_s = self._finish_by - time.monotonic()
        if left_s <= 0:
            raise self.too_slow()
        limits = replace(self._limits, start_s=min(left_s, self._limits.start_s))
        envelope = self._envelope(body, signed=signed and address.username is not None)
        asked = Request("POST", envelope.encode(), "application/soap+xml; charset=utf-8")
        reply, status = send(asked, address, limits)
        with reply:
            answer = self._read(reply)
        if status == 401:
            raise Fault("NotAuthorized")
        return self._understood(answer, status)

    def _read(self, reply: Body) -> bytes:
        reply.finish_within(max(0.0, self._finish_by - time.monotonic()))
        try:
            return reply.read_all(MAX_ANSWER_BYTES)
        except OverflowError:
            raise self._no_onvif("its answer is too long") from None
        except TimeoutError:
            raise self.too_slow() from None
        except OSError:
            raise self._no_onvif("it broke off the answer") from None

    def _understood(self, answer: bytes, status: int) -> Element:
        try:
            body = first(parse(answer), "Body")
        except NotUnderstood:
            body = None
        if body is None:
            raise self._no_onvif(f"it answers with error {status}" if status != 200 else "its answer is not ONVIF")
        fault = first(body, "Fault")
        if fault is not None:
            codes = [" ".join((each.text or "").split()) for each in fault.iter() if each.tag.endswith("}Value")]
            raise Fault(word((codes or [text(fault, "faultcode")])[-1].rpartition(":")[2]))
        return body

    def _envelope(self, body: str, *, signed: bool) -> str:
        header = self._security() if signed else ""
        return (
            '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">'
            f"<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
        )

    def _security(self) -> str:
        """WS-Security UsernameToken: the password as a digest with a time and a nonce."""
        created = (datetime.now(UTC) + self.clock_offset).strftime("%Y-%m-%dT%H:%M:%SZ")
        nonce, password = os.urandom(16), (self.device.password or "").encode()
        # SHA-1, as the standard requires.
        digest = hashlib.sha1(nonce + created.encode() + password, usedforsecurity=False).digest()
        return (
            f'<w:Security s:mustUnderstand="1" xmlns:w="{_SECURITY}" xmlns:u="{_UTILITY}"><w:UsernameToken>'
            f"<w:Username>{escape(self.device.username or '')}</w:Username>"
            f'<w:Password Type="{_DIGEST}">{base64.b64encode(digest).decode()}</w:Password>'
            f'<w:Nonce EncodingType="{_BASE64}">{base64.b64encode(nonce).decode()}</w:Nonce>'
            f"<u:Created>{created}</u:Created></w:UsernameToken></w:Security>"
        )

    def too_slow(self) -> SourceUnavailable:
        said = f"couldn't ask '{self.device.shown}': it did not answer in time"
        return SourceUnavailable(Trouble.TIMED_OUT, said, "is the camera overloaded?")

    def _no_onvif(self, why: str) -> SourceUnavailable:
        said = f"couldn't ask '{self.device.shown}': {why}"
        hint = "switch ONVIF on in the camera's settings, and check the port"
        return SourceUnavailable(Trouble.NO_STREAM, said, hint)
