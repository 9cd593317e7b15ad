"""MQTT: messages, states of cameras, and what Home Assistant needs to find them by itself."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping

from passerby.media.messages import Message
from passerby.net.address import Address
from passerby.net.fetch import Limits
from passerby.net.mqtt import Broker
from passerby.notify.channel import ShownCamera, named
from passerby.version import __version__


class Mqtt:
    """See `notify.channel.Channel`. topic: above all that are published. discovery: where Home Assistant looks for
    devices; empty: nowhere. is_service: its end makes all unavailable. Thread-safe."""

    def __init__(self, address: Address, topic: str, discovery: str, limits: Limits, *, is_service: bool) -> None:
        self._address, self._topic, self._discovery = address, topic, discovery
        self._broker = Broker(address, limits, f"{topic}/availability" if is_service else None)
        self._lock = threading.Lock()
        self._shown: dict[str, str] = {}  # by topic, of this connection
        self._connection = 0

    def send(self, message: Message) -> None:
        text = message.to_json().encode()
        with self._lock, named(self._address):
            if message.camera is not None:
                self._broker.publish(f"{self._topic}/cameras/{message.camera}/event", text, retain=True)
            self._broker.publish(f"{self._topic}/messages", text, retain=False)

    def show(self, cameras: Mapping[str, ShownCamera]) -> None:
        """All of them, by name. Only what has changed is published. Raises PasserbyError."""
        wanted: dict[str, str] = {}
        for name, camera in cameras.items():
            if self._discovery:
                wanted[f"{self._discovery}/device/{device_of(self._topic, name)}/config"] = _json(
                    discovery_of(self._topic, name, camera)
                )
            wanted[f"{self._topic}/cameras/{name}/state"] = camera.state
            if camera.crossed:
                wanted[f"{self._topic}/cameras/{name}/crossed"] = _json(camera.crossed)
        with self._lock, named(self._address):
            self._broker.connect()
            if self._broker.connections != self._connection:
                self._connection = self._broker.connections
                self._shown.clear()
            for topic in self._shown.keys() - wanted.keys():
                wanted[topic] = ""  # takes back what was retained
            for topic, payload in wanted.items():
                if self._shown.get(topic, None if payload else "") != payload:
                    self._broker.publish(topic, payload.encode(), retain=True)
                    self._shown[topic] = payload

    def close(self) -> None:
        with self._lock:
            self._broker.close()


def device_of(topic: str, camera: str) -> str:
    return f"{topic}-{camera}".replace("/", "-")


def discovery_of(topic: str, name: str, camera: ShownCamera) -> dict[str, object]:
    """A device with its components, as Home Assistant's MQTT discovery takes it."""
    device, here = device_of(topic, name), f"{topic}/cameras/{name}"
    crossed = {
        f"crossed-{hashlib.sha256(rule.encode()).hexdigest()[:12]}-{way}": {
            "platform": "sensor",
            "name": f"{rule}, to the {way}",
            "icon": "mdi:counter",
            "state_class": "total_increasing",
            "state_topic": f"{here}/crossed",
            "value_template": f"{{{{ value_json[{_quoted(rule)}]['{way}'] }}}}",
        }
        for rule, ways in camera.crossed.items()
        for way in sorted(ways)
    }
    return {
        "device": {"identifiers": [device], "name": camera.title or name, "manufacturer": "passerby"},
        "origin": {"name": "passerby", "sw_version": __version__},
        "availability_topic": f"{topic}/availability",
        "components": {
            "state": {
                "platform": "sensor",
                "unique_id": f"{device}-state",
                "name": "State",
                "icon": "mdi:cctv",
                "state_topic": f"{here}/state",
            },
            "event": {
                "platform": "sensor",
                "unique_id": f"{device}-event",
                "name": "Last event",
                "icon": "mdi:bell-outline",
                "state_topic": f"{here}/event",
                "value_template": "{{ value_json.title }}",
                "json_attributes_topic": f"{here}/event",
            },
        }
        | {key: {"unique_id": f"{device}-{key}", **component} for key, component in crossed.items()},
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _quoted(name: str) -> str:
    """As a string in a template, in which the name of a rule means nothing else."""
    return "'" + "".join(f"\\u{ord(each):04x}" if each in "'\\{}%#\n" else each for each in name) + "'"
