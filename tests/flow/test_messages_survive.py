"""Messages of a real `passerby serve` that is paused, that has a twin on the same catalogue, or whose disk is full."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.notify import outbox
from passerby.clock import SystemClock
from passerby.errors import OutputError
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind
from passerby.testing.webhook import WebhookSink
from tests.flow.test_serve import free_port
from tests.postgresql import PostgreSql
from tests.unit.notify.test_mqtt import MOSQUITTO, Mosquitto, Reader

pytestmark = pytest.mark.slow
KEEP_ALIVE_S = int(os.environ.get("PASSERBY_KEEP_ALIVE_S", "4"))
"""In use it is 30: a broker says that a service is gone after one and a half of it."""
ESCALATES_AFTER_S = 3 * KEEP_ALIVE_S
SERVE = f"import passerby.net.mqtt as m; m.KEEP_ALIVE_S = {KEEP_ALIVE_S}; from passerby.cli import main; main()"
HOOK = """
[[channel]]
name = "{name}"
kind = "webhook"
address = "{url}"
secret = "a-secret-of-many-letters"
networks = ["127.0.0.0/8"]
"""


def until(is_so: Callable[[], object], within_s: float = 60.0) -> None:
    until_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < until_s, "it never came to that"
        time.sleep(0.05)


@contextmanager
def serving(folder: Path, toml: str) -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own, so that it can be paused with all of its processes."""
    folder.mkdir(exist_ok=True)
    config = folder / "passerby.toml"
    config.write_text(f"{toml}\n[server]\nport = {free_port()}\n", encoding="utf-8")
    command = [sys.executable, "-c", SERVE, "serve", "--data", str(folder / "data"), "--config", str(config)]
    with (folder / "said").open("ab") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
    try:
        until(lambda: "http" in (folder / "said").read_text())
        yield process
    finally:
        os.killpg(process.pid, signal.SIGCONT)
        process.terminate()
        try:
            process.wait(30)
        finally:
            with_all(process, signal.SIGKILL)


def with_all(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def records(url: str) -> EventRecords:
    return EventRecords(Rows(open_database(url), SystemClock()))


def fall(rule: str) -> CameraEvent:
    now_90k = SystemClock().now_90k()
    return CameraEvent("gate", rule, EventKind.FALL, "people", now_90k, now_90k)


def came(sink: WebhookSink, path: str = "/hook") -> Counter[str]:
    """How often each title came."""
    return Counter(json.loads(each.body)["data"]["title"] for each in sink.received.copy() if each.path == path)


@pytest.mark.skipif(MOSQUITTO is None, reason="there is no Mosquitto on this machine")
def test_a_service_that_was_paused_is_said_to_be_gone_and_then_tells_everything_once(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path, "allow_anonymous true")
    home = f"""[[channel]]
name = "home"
kind = "mqtt"
address = "mqtt://127.0.0.1:{broker.port}"
networks = ["127.0.0.0/8"]
"""
    route = f"""[[route]]
channels = ["duty", "home"]
escalate_after_s = {ESCALATES_AFTER_S}
escalate_to = ["boss"]
"""
    with WebhookSink() as sink:
        hooks = HOOK.format(name="duty", url=sink.url()) + HOOK.format(name="boss", url=sink.url("/boss"))
        reader = Reader(broker.port)
        with serving(tmp_path / "one", home + hooks + route) as process:
            until(lambda: reader.has("passerby/availability", "online"))
            written = records(f"sqlite:///{tmp_path / 'one' / 'data' / 'catalogue.sqlite3'}")
            written.add([fall("before")])
            until(lambda: len(came(sink)) == 1)
            with_all(process, signal.SIGSTOP)
            stopped_s = time.monotonic()
            until(lambda: reader.has("passerby/availability", "offline"), 2 * KEEP_ALIVE_S + 10)
            written.add([fall("while it was paused")])
            time.sleep(max(0.0, stopped_s + ESCALATES_AFTER_S - time.monotonic()))
            assert not came(sink, "/boss"), "nobody is there to escalate"
            with_all(process, signal.SIGCONT)
            until(lambda: reader.has("passerby/availability", "online"))
            until(lambda: len(came(sink)) == 2 and len(came(sink, "/boss")) >= 1)
            until(lambda: len(came(sink, "/boss")) == 2, ESCALATES_AFTER_S + 30)
            assert set(came(sink).values()) == {1} and set(came(sink, "/boss").values()) == {1}
            at_home = [text for topic, text in reader.all if topic == "passerby/messages"]
            assert len({json.loads(each)["id"] for each in at_home}) == len(at_home) == 2
        until(lambda: reader.has("passerby/availability", "offline"))
        reader.close()
    broker.stop()


def test_two_services_on_one_catalogue_tell_of_each_event_once(tmp_path: Path, postgresql: PostgreSql) -> None:
    url = postgresql.new_database()
    count = 60
    with WebhookSink() as sink:
        toml = f'[storage]\ncatalogue = "{url}"\n' + HOOK.format(name="duty", url=sink.url())
        toml += '[[route]]\nchannels = ["duty"]\ndigest_after = 1000\n'
        with serving(tmp_path / "one", toml), serving(tmp_path / "two", toml) as second:
            written = records(url)
            for n in range(count // 2):
                written.add([fall(f"rule {2 * n}")])
                written.add([fall(f"rule {2 * n + 1}")])
                time.sleep(0.02)
                if n == count // 4:
                    with_all(second, signal.SIGKILL)
            # What the killed one was sending is sent again once its lease is over.
            until(lambda: len(came(sink)) == count, 120)
            time.sleep(2)
    found = came(sink)
    assert len(found) == count and found.total() <= count + 1, "only what was being sent at the kill may come twice"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """24 MB, really."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_on_a_full_disk_nothing_is_told_twice_and_everything_once_there_is_room(small_disk: Path) -> None:
    with WebhookSink() as sink, serving(small_disk, HOOK.format(name="duty", url=sink.url())):
        url = f"sqlite:///{small_disk / 'data' / 'catalogue.sqlite3'}"
        written = records(url)
        written.add([fall("before")])
        until(lambda: len(came(sink)) == 1)
        fill(small_disk)
        refused = []
        for n in range(200):
            try:
                written.add([fall(f"full {n}")])
            except OutputError as error:
                refused.append(str(error))
                break
        assert refused and "full" in refused[0]
        time.sleep(3)
        (small_disk / "filling").unlink()
        written.add([fall("after")])
        with open_database(url).connect() as connection:
            events = connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one()

        def is_told() -> bool:
            with open_database(url).connect() as connection:
                waits = select(func.count()).select_from(outbox).where(outbox.c.state.in_(("due", "joins")))
                told = connection.exec_driver_sql("SELECT count(*) FROM events WHERE is_told").scalar_one()
                return told == events and connection.execute(waits).scalar_one() == 0

        until(is_told, 120)
        ids = Counter(json.loads(each.body)["id"] for each in sink.received)
        assert all(count <= 2 for count in ids.values()) and ids.total() <= len(ids) + 1


def fill(disk: Path) -> None:
    with (disk / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 12))
        except OSError:
            pass
    assert shutil.disk_usage(disk).free == 0
