"""A connection to a checked MQTT broker, which says by itself when it is gone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from passerby.errors import OutputError
from passerby.net.address import Address
from passerby.net.fetch import Limits
from passerby.net.resolve import checked_ips
from passerby.net.wire import open_socket

KEEP_ALIVE_S = 30
ONLINE, OFFLINE = b"online", b"offline"


class _Client(Client):
    """Connects to where it may."""

    def __init__(self, name: str, address: Address, limits: Limits) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, client_id=name, reconnect_on_failure=False)
        self._to, self._limits = address, limits
        if address.username is not None:
            self.username_pw_set(address.username, address.password)

    def _create_socket(self) -> socket.socket:
        finish_by = time.monotonic() + self._limits.start_s
        ips = checked_ips(self._to, self._limits.reach, self._limits.start_s)
        trusts_any = self._limits.trust_any_certificate
        return open_socket(self._to, ips, finish_by, trust_any_certificate=trusts_any)[0]


class Broker:
    """Connects when something is published, and again after it broke. Only one thread at a time.

    availability: the topic that is `online` while connected, and then `offline`; None: it says neither. hears: the
    topics to listen to while connected, with + for any part of one. on_heard: gets topic and payload, in a thread of
    the connection; it must neither wait nor raise.
    """

    def __init__(
        self, address: Address, limits: Limits, availability: str | None,
        hears: str | None = None, on_heard: Callable[[str, bytes], None] = lambda topic, payload: None,
    ) -> None:  # fmt: skip
        self._address, self._limits, self._availability = address, limits, availability
        self._hears, self._on_heard = hears, on_heard
        self._client: _Client | None = None
        self.connections = 0
        """How often it has connected: a broker that restarted may have lost what it retained."""

    def connect(self) -> None:
        """If it is not connected. Raises SourceUnavailable, OutputError for what the broker refuses."""
        if self._client is not None and self._client.is_connected():
            return
        self._drop()
        client = _Client("", self._address, self._limits)
        if self._availability is not None:
            client.will_set(self._availability, OFFLINE, qos=1, retain=True)
        answered, refused = threading.Event(), list[str]()

        def on_connect(
            _: Client, __: object, ___: ConnectFlags, reason: ReasonCode, ____: Properties | None = None
        ) -> None:
            if reason.is_failure:
                refused.append(str(reason).lower())
            answered.set()

        def on_disconnect(
            _: Client, __: object, ___: DisconnectFlags, ____: ReasonCode, _____: Properties | None = None
        ) -> None:
            answered.set()

        def on_message(_: Client, __: object, message: MQTTMessage) -> None:
            if not message.retain:  # what the broker kept was said at another time: it would be obeyed again and again
                self._on_heard(message.topic, bytes(message.payload))

        client.on_connect, client.on_disconnect, client.on_message = on_connect, on_disconnect, on_message
        client.connect(self._address.host, self._address.port, KEEP_ALIVE_S)
        client.loop_start()
        self._client = client
        if not answered.wait(self._limits.read_s) or refused or not client.is_connected():
            self._drop()
            raise OutputError(f"the MQTT broker refuses the connection: {refused[0] if refused else 'no answer'}")
        self.connections += 1
        if self._hears is not None:
            client.subscribe(self._hears, qos=1)
        if self._availability is not None:
            self.publish(self._availability, ONLINE, retain=True)

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Until the broker has it. Raises as `connect` does."""
        self.connect()
        assert self._client is not None
        sent = self._client.publish(topic, payload, qos=1, retain=retain)
        if not self._has(sent):
            self._drop()  # else it would be sent later, beside the next try
            raise OutputError("the MQTT broker did not confirm a message")

    def close(self) -> None:
        if self._availability is not None and self._client is not None and self._client.is_connected():
            self._has(self._client.publish(self._availability, OFFLINE, qos=1, retain=True))
        self._drop()

    def _has(self, sent: MQTTMessageInfo) -> bool:
        if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        sent.wait_for_publish(self._limits.read_s)
        return sent.is_published()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None
