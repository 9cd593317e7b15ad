"""MQTT with a real broker, Mosquitto: messages arrive, cameras are found, and what is gone is said to be."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import jinja2
import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from passerby.clock import SystemClock
from passerby.config import Channel
from passerby.errors import OutputError
from passerby.media.messages import Message, Severity
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channel import AlertsCommand, ShownCamera
from passerby.notify.channels import make_channels
from passerby.notify.channels.mqtt import Mqtt
from tests.certificates import certificate

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="there is no Mosquitto on this machine")
MESSAGE = Message("a1", Severity.WARNING, "line-crossed", "gate", "fence", "Überquert", "", 1_900_000_000 * TICKS_PER_S)


class Mosquitto:
    """A broker of its own, with whatever its file says."""

    def __init__(self, folder: Path, lines: str) -> None:
        self.port = _free_port()
        self._file = folder / "mosquitto.conf"
        self._file.write_text(f"listener {self.port} 127.0.0.1\n{lines}\n", encoding="utf-8")
        self.start()

    def start(self) -> None:
        assert MOSQUITTO
        self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._file)], stderr=subprocess.DEVNULL)
        until(lambda: _answers(self.port))

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


class Reader:
    """Everything that is published, by topic: the latest of each, and all in order."""

    def __init__(self, port: int) -> None:
        self.latest: dict[str, str] = {}
        self.all: list[tuple[str, str]] = []
        subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._take
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("#", qos=1)
        self._client.loop_start()
        assert subscribed.wait(20)

    def _take(self, _: Client, __: Any, message: MQTTMessage) -> None:
        self.all.append((message.topic, message.payload.decode()))
        self.latest[message.topic] = message.payload.decode()

    def has(self, topic: str, payload: str) -> bool:
        return self.latest.get(topic) == payload

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(20)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    started = Mosquitto(tmp_path, "allow_anonymous true")
    yield started
    started.stop()


@pytest.fixture
def reader(broker: Mosquitto) -> Iterator[Reader]:
    reading = Reader(broker.port)
    yield reading
    reading.close()


def until(is_so: Callable[[], object], within_s: float = 20.0) -> None:
    until_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < until_s, "it never came to that"
        time.sleep(0.02)


def commands(home: Mqtt, count: int) -> list[AlertsCommand]:
    """Those that came, once there are so many."""
    found: list[AlertsCommand] = []

    def has_come() -> bool:
        found.extend(home.commands())
        return len(found) >= count

    until(has_come)
    return found


def channel(port: int, entry: str = "", scheme: str = "mqtt", *, is_service: bool = True, **more: Any) -> Mqtt:
    values = {"name": "home", "kind": "mqtt", "address": f"{scheme}://{entry}127.0.0.1:{port}",
              "networks": ["127.0.0.0/8"], **more}  # fmt: skip
    made = make_channels([Channel.model_validate(values)], "x", SystemClock(), is_service=is_service)["home"]
    assert isinstance(made, Mqtt)
    return made


def test_messages_cameras_and_availability_are_published(broker: Mosquitto, reader: Reader) -> None:
    home = channel(broker.port)
    home.show({"gate": ShownCamera("The gate", "recording")})
    home.send(MESSAGE)
    until(lambda: "passerby/messages" in reader.latest)
    assert reader.latest["passerby/availability"] == "online"
    assert reader.latest["passerby/cameras/gate/state"] == "recording"
    assert json.loads(reader.latest["passerby/messages"]) == json.loads(MESSAGE.to_json())
    assert reader.latest["passerby/cameras/gate/event"] == reader.latest["passerby/messages"]
    home.close()
    until(lambda: reader.latest["passerby/availability"] == "offline")


def test_home_assistant_finds_each_camera(broker: Mosquitto, reader: Reader) -> None:
    home = channel(broker.port)
    home.show({"gate": ShownCamera("The gate", "recording")})
    until(lambda: "homeassistant/device/passerby-gate/config" in reader.latest)
    found = json.loads(reader.latest["homeassistant/device/passerby-gate/config"])
    assert found["device"]["name"] == "The gate" and found["origin"]["name"] == "passerby"
    ids = [each["unique_id"] for each in found["components"].values()]
    assert len(set(ids)) == len(ids)
    home.send(MESSAGE)
    until(lambda: "passerby/messages" in reader.latest)
    topics = {found["availability_topic"], *(each["state_topic"] for each in found["components"].values())}
    assert topics <= reader.latest.keys(), "each is published"
    assert [each["platform"] for each in found["components"].values()] == ["sensor", "sensor", "switch"]
    home.close()


def test_home_assistant_counts_who_crosses_each_line(broker: Mosquitto, reader: Reader) -> None:
    home = channel(broker.port)
    door = "Kid's {{ door }}"
    home.show({"gate": ShownCamera("The gate", "recording", {door: {"left": 3, "right": 12}})})
    until(lambda: "passerby/cameras/gate/crossed" in reader.latest)
    found = json.loads(reader.latest["homeassistant/device/passerby-gate/config"])["components"]
    counters = [each for each in found.values() if each.get("state_class") == "total_increasing"]
    assert [each["name"] for each in counters] == [f"{door}, to the left", f"{door}, to the right"]
    assert len({each["unique_id"] for each in found.values()}) == len(found)
    template = jinja2.Environment(autoescape=False).from_string(counters[1]["value_template"])
    assert template.render(value_json=json.loads(reader.latest[counters[1]["state_topic"]])) == "12"
    home.show({"gate": ShownCamera("The gate", "recording")})
    until(lambda: reader.latest["passerby/cameras/gate/crossed"] == "")
    home.close()


def test_home_assistant_switches_alerts_and_what_the_broker_kept_is_no_command(
    broker: Mosquitto, reader: Reader
) -> None:
    kept = "passerby/cameras/gate/alerts/set"
    reader.publish(kept, "OFF", retain=True)
    until(lambda: kept in reader.latest)
    home = channel(broker.port)
    home.show({"gate": ShownCamera("The gate", "recording")})
    until(lambda: reader.latest.get("passerby/cameras/gate/alerts") == "ON")
    switch = json.loads(reader.latest["homeassistant/device/passerby-gate/config"])["components"]["alerts"]
    assert (switch["command_topic"], switch["state_topic"]) == (kept, "passerby/cameras/gate/alerts")
    for payload in ("OFF", "off", "1", "", "ON" * 1000):
        reader.publish(switch["command_topic"], payload)
    reader.publish("passerby/cameras/no such camera/alerts/set", switch["payload_on"])
    found = commands(home, 2)
    assert found == [AlertsCommand("gate", False), AlertsCommand("no such camera", True)]
    home.show({"gate": ShownCamera("The gate", "recording", has_alerts=False)})
    until(lambda: reader.latest["passerby/cameras/gate/alerts"] == "OFF")
    home.close()
    late = Reader(broker.port)
    until(lambda: late.latest.get("passerby/cameras/gate/alerts") == "OFF")
    late.close()


def test_a_channel_may_take_no_commands(broker: Mosquitto, reader: Reader) -> None:
    home = channel(broker.port, switches=False)
    home.show({"gate": ShownCamera("The gate", "recording")})
    until(lambda: "homeassistant/device/passerby-gate/config" in reader.latest)
    assert "alerts" not in json.loads(reader.latest["homeassistant/device/passerby-gate/config"])["components"]
    reader.publish("passerby/cameras/gate/alerts/set", "OFF")
    home.send(MESSAGE)
    until(lambda: "passerby/messages" in reader.latest)
    assert home.commands() == []
    home.close()


def test_after_a_broken_connection_it_hears_commands_again(broker: Mosquitto) -> None:
    home = channel(broker.port)
    home.show({})
    broker.stop()
    until(lambda: home._broker._client is None or not home._broker._client.is_connected())
    broker.start()
    home.show({})
    reader = Reader(broker.port)
    reader.publish("passerby/cameras/gate/alerts/set", "ON")
    assert commands(home, 1) == [AlertsCommand("gate", True)]
    reader.close()
    home.close()


def test_what_home_assistant_shows_is_in_the_language_of_the_channel(broker: Mosquitto, reader: Reader) -> None:
    home = channel(broker.port, language="ru")
    home.show({"gate": ShownCamera("", "recording", {"Дверь": {"left": 1, "right": 2}})})
    home.send(replace(MESSAGE, title="gate: line crossed, to the left (fence)"))
    until(lambda: "passerby/messages" in reader.latest)
    found = json.loads(reader.latest["homeassistant/device/passerby-gate/config"])["components"]
    assert [each["name"] for each in found.values()] == [
        "Состояние", "Последнее событие", "Оповещения", "Дверь, влево", "Дверь, вправо",
    ]  # fmt: skip
    assert json.loads(reader.latest["passerby/messages"])["title"] == "gate: пересечение линии, влево (fence)"
    home.close()


def test_only_what_changes_is_published_and_what_is_removed_is_taken_back(broker: Mosquitto, reader: Reader) -> None:
    home = channel(broker.port)
    for state in ("recording", "recording", "frozen"):
        home.show({"gate": ShownCamera("The gate", state), "yard": ShownCamera("", "recording")})
    home.show({"yard": ShownCamera("", "recording")})
    until(lambda: reader.latest.get("homeassistant/device/passerby-gate/config") == "")
    until(lambda: reader.latest.get("passerby/cameras/gate/state") == "")
    assert [text for topic, text in reader.all if topic == "passerby/cameras/gate/state"] == ["recording", "frozen", ""]
    assert [topic for topic, _ in reader.all].count("homeassistant/device/passerby-yard/config") == 1
    home.close()


def test_a_process_that_dies_is_said_to_be_offline(broker: Mosquitto, reader: Reader) -> None:
    home = channel(broker.port)
    home.show({})
    until(lambda: reader.latest.get("passerby/availability") == "online")
    client = home._broker._client
    assert client is not None and client._sock is not None
    cast(socket.socket, client._sock).shutdown(socket.SHUT_RDWR)  # as when the process is killed: no farewell
    until(lambda: reader.latest["passerby/availability"] == "offline")
    until(lambda: not client.is_connected())
    home.send(MESSAGE)
    until(lambda: reader.latest["passerby/availability"] == "online")
    home.close()


def test_a_test_by_the_command_leaves_the_service_available(broker: Mosquitto, reader: Reader) -> None:
    home = channel(broker.port)
    home.show({})
    command = channel(broker.port, is_service=False)
    command.send(MESSAGE)
    command.close()
    until(lambda: "passerby/messages" in reader.latest)
    assert [text for topic, text in reader.all if topic == "passerby/availability"] == ["online"]
    home.close()


def test_a_broker_that_restarts_is_told_everything_again(broker: Mosquitto) -> None:
    home = channel(broker.port)
    home.show({"gate": ShownCamera("", "recording")})
    broker.stop()
    until(lambda: home._broker._client is None or not home._broker._client.is_connected())
    with pytest.raises(OutputError, match="nothing accepts connections"):
        home.send(MESSAGE)
    broker.start()
    home.show({"gate": ShownCamera("", "recording")})
    reader = Reader(broker.port)
    until(lambda: reader.latest.get("passerby/cameras/gate/state") == "recording")
    reader.close()
    home.close()


def test_it_signs_in_over_tls_and_says_when_it_may_not(tmp_path: Path) -> None:
    public, private = certificate(tmp_path)
    for each in (tmp_path, public, private):
        each.chmod(0o755 if each.is_dir() else 0o644)
    passwords = tmp_path / "passwords"
    command = shutil.which("mosquitto_passwd")
    assert command, "it comes with Mosquitto"
    subprocess.run([command, "-c", "-b", str(passwords), "kim", "hunter2-planted"], check=True)
    passwords.chmod(0o644)
    broker = Mosquitto(
        tmp_path,
        f"allow_anonymous false\npassword_file {passwords}\ncertfile {public}\nkeyfile {private}\nuser root",
    )
    try:
        home = channel(broker.port, "kim:hunter2-planted@", "mqtts", trust_any_certificate=True)
        home.send(MESSAGE)
        home.close()
        with pytest.raises(OutputError, match="refuses the connection: not authorized") as caught:
            channel(broker.port, "kim:hunter2-wrong@", "mqtts", trust_any_certificate=True).send(MESSAGE)
        assert "hunter2" not in str(caught.value)
        with pytest.raises(OutputError, match="its certificate cannot be trusted"):
            channel(broker.port, "kim:hunter2-planted@", "mqtts").send(MESSAGE)
    finally:
        broker.stop()


def test_this_machine_is_refused_unless_the_channel_allows_it(broker: Mosquitto) -> None:
    with pytest.raises(OutputError, match="it is this machine itself"):
        channel(broker.port, networks=()).send(MESSAGE)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
