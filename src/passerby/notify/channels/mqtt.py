"""MQTT: messages, states of cameras, and what Home Assistant needs to find them by itself."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import deque
from collections.abc import Mapping

from passerby.config.about import Language
from passerby.media.messages import Message
from passerby.net.address import Address
from passerby.net.fetch import Limits
from passerby.net.mqtt import Broker
from passerby.notify.channel import SEND_WITHIN_S, AlertsCommand, ShownCamera, named
from passerby.notify.wording import PLAIN, Wording
from passerby.said.languages import say
from passerby.version import __version__

ON, OFF = b"ON", b"OFF"
MAX_COMMANDS = 1000
"""Until they are carried out, four times a second. Of more, the latest count."""


class Mqtt:
    """See `notify.channel.Channel`. topic: above all that are published. discovery: where Home Assistant looks for
    devices; empty: nowhere. is_service: its end makes all unavailable. takes_commands: whoever may write at the broker
    may switch alerts, if it is a service. Thread-safe."""

    def __init__(
        self, address: Address, topic: str, discovery: str, limits: Limits, wording: Wording = PLAIN, *,
        is_service: bool, takes_commands: bool,
    ) -> None:  # fmt: skip
        self._address, self._topic, self._discovery, self._wording = address, topic, discovery, wording
        self._takes_commands = takes_commands
        hears = f"{topic}/cameras/+/alerts/set" if takes_commands and is_service else None
        self._broker = Broker(address, limits, f"{topic}/availability" if is_service else None, hears, self._hear)
        self._commands: deque[AlertsCommand] = deque(maxlen=MAX_COMMANDS)
        self._lock = threading.Lock()
        self._shown: dict[str, str] = {}  # by topic, of this connection
        self._connection = 0

    check_every_s = 30.0
    """It costs nothing while the connection stands."""

    def check(self) -> None:
        """See `notify.channel.Checkable`."""
        with self._lock, named(self._address):
            self._broker.connect()

    def send(self, message: Message) -> None:
        text = _json(self._wording.fields(message)).encode()
        with self._lock, named(self._address):
            if message.camera is not None:
                self._broker.publish(f"{self._topic}/cameras/{message.camera}/event", text, retain=True)
            self._broker.publish(f"{self._topic}/messages", text, retain=False)

    def show(self, cameras: Mapping[str, ShownCamera]) -> None:
        """All of them, by name. Only what has changed is published. Raises PasserbyError."""
        wanted: dict[str, str] = {}
        language, stills = self._wording.language(), self._wording.stills
        for name, camera in cameras.items():
            here = f"{self._topic}/cameras/{name}"
            if self._discovery:
                wanted[f"{self._discovery}/device/{device_of(self._topic, name)}/config"] = _json(
                    discovery_of(
                        self._topic, name, camera, language,
                        has_switch=self._takes_commands, has_still=stills is not None,
                    )
                )  # fmt: skip
            wanted[f"{here}/state"] = camera.state
            wanted[f"{here}/alerts"] = (ON if camera.has_alerts else OFF).decode()
            if camera.crossed:
                wanted[f"{here}/crossed"] = _json(camera.crossed)
            if stills and camera.pictured and (link := stills.link_now(*camera.pictured)):
                wanted[f"{here}/still"] = link
        until_s = time.monotonic() + SEND_WITHIN_S / 2
        with self._lock, named(self._address):
            self._broker.connect()
            if self._broker.connections != self._connection:
                self._connection = self._broker.connections
                self._shown.clear()
            for topic in self._shown.keys() - wanted.keys():
                wanted[topic] = ""  # takes back what was retained
            for topic, payload in wanted.items():
                if time.monotonic() >= until_s:
                    return  # messages wait for this, and what is left is shown the next time
                if self._shown.get(topic, None if payload else "") != payload:
                    self._broker.publish(topic, payload.encode(), retain=True)
                    self._shown[topic] = payload

    @property
    def shows_stills(self) -> bool:
        return self._wording.stills is not None

    def commands(self) -> list[AlertsCommand]:
        return [self._commands.popleft() for _ in range(len(self._commands))]

    def _hear(self, topic: str, payload: bytes) -> None:
        """What is no command is ignored."""
        if payload in (ON, OFF):
            camera = topic.removeprefix(f"{self._topic}/cameras/").removesuffix("/alerts/set")
            self._commands.append(AlertsCommand(camera, payload == ON))

    def close(self) -> None:
        with self._lock:
            self._broker.close()


def device_of(topic: str, camera: str) -> str:
    return f"{topic}-{camera}".replace("/", "-")


def discovery_of(
    topic: str, name: str, camera: ShownCamera, language: Language, *, has_switch: bool, has_still: bool
) -> dict[str, object]:
    """A device with its components, as Home Assistant's MQTT discovery takes it."""
    device, here = device_of(topic, name), f"{topic}/cameras/{name}"
    components: dict[str, dict[str, object]] = {
        "state": {
            "platform": "sensor",
            "name": say("ha-state", language),
            "icon": "mdi:cctv",
            "state_topic": f"{here}/state",
        },
        "event": {
            "platform": "sensor",
            "name": say("ha-event", language),
            "icon": "mdi:bell-outline",
            "state_topic": f"{here}/event",
            "value_template": "{{ value_json.title }}",
            "json_attributes_topic": f"{here}/event",
        },
    }
    if has_switch:
        components["alerts"] = _switch_of(here, language)
    if has_still:
        components["still"] = {
            "platform": "image",
            "name": say("ha-still", language),
            "url_topic": f"{here}/still",
        }
    for rule, ways in camera.crossed.items():
        for way in sorted(ways):
            components[f"crossed-{hashlib.sha256(rule.encode()).hexdigest()[:12]}-{way}"] = {
                "platform": "sensor",
                "name": say(f"ha-to-{way}", language, rule=rule),
                "icon": "mdi:counter",
                "state_class": "total_increasing",
                "state_topic": f"{here}/crossed",
                "value_template": f"{{{{ value_json[{_quoted(rule)}]['{way}'] }}}}",
            }
    return {
        "device": {"identifiers": [device], "name": camera.title or name, "manufacturer": "passerby"},
        "origin": {"name": "passerby", "sw_version": __version__},
        "availability_topic": f"{topic}/availability",
        "components": {key: {"unique_id": f"{device}-{key}", **each} for key, each in components.items()},
    }


def _switch_of(here: str, language: Language) -> dict[str, object]:
    return {
        "platform": "switch",
        "name": say("ha-alerts", language),
        "icon": "mdi:bell-ring-outline",
        "state_topic": f"{here}/alerts",
        "command_topic": f"{here}/alerts/set",
        "payload_on": ON.decode(),
        "payload_off": OFF.decode(),
        "qos": 1,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _quoted(name: str) -> str:
    """As a string in a template, in which the name of a rule means nothing else."""
    return "'" + "".join(f"\\u{ord(each):04x}" if each in "'\\{}%#\n" else each for each in name) + "'"
