"""Each event is told once, also where telling fails at first; what is no news is told to nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from passerby.access.camera_alerts import CameraAlerts
from passerby.access.cameras import CameraFacts, Cameras
from passerby.access.sealer import Sealer
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import events
from passerby.catalogue.schema.notify import outbox
from passerby.errors import OutputError
from passerby.events.log import EventLog, Filter
from passerby.events.records import EventRecords
from passerby.events.sight import ALL_CAMERAS
from passerby.media.events import CameraEvent, EventKind
from passerby.media.messages import Message, Severity
from passerby.media.segments import TICKS_PER_S
from passerby.notify.event_messages import AT_ONCE, NEWS_FOR_90K, EventMessages
from passerby.notify.notifier import Notifier
from passerby.rules.reach import Reach
from passerby.rules.retention import Keep
from passerby.said.messages import OF_EVENTS
from passerby.testing.clock import MovingClock
from tests.unit.notify.conftest import Kept

LINK = "http://localhost:8080/#/events"


class Scene:
    def __init__(self, rows: Rows) -> None:
        self.channel = Kept()
        self.notifier = Notifier(rows, {"mail": self.channel})
        self.records = EventRecords(rows)
        self.messages = EventMessages(rows, self.notifier, LINK)

    def sent(self) -> list[Message]:
        """Everything so far."""
        while self.notifier.sender.send_next("mail"):
            pass
        return self.channel.messages


def event(clock: MovingClock, kind: EventKind = EventKind.FALL, ago_90k: int = 0) -> CameraEvent:
    return CameraEvent("gate", "floor", kind, "people", clock.now_90k() - ago_90k, None)


def test_an_event_is_told_once(rows: Rows, clock: MovingClock) -> None:
    scene = Scene(rows)
    scene.records.add([event(clock)])
    assert (scene.messages.round(), scene.messages.round()) == (1, 0)
    (message,) = scene.sent()
    assert (message.title, message.severity, message.link) == ("gate: fall (floor)", Severity.CRITICAL, f"{LINK}/1")
    assert (message.kind, message.camera, message.rule) == ("fall", "gate", "floor")
    assert EventMessages(rows, scene.notifier, LINK).round() == 0, "nor after a restart"


def test_an_event_that_could_not_be_told_is_told_later(
    rows: Rows, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(rows)
    scene.records.add([event(clock), event(clock, EventKind.CROWD)])
    with monkeypatch.context() as broken:
        tell, told = scene.notifier.tell, list[str]()

        def once(message: Message) -> None:
            if told:
                raise OutputError("the disk is full")
            told.append(message.id)
            tell(message)

        broken.setattr(scene.notifier, "tell", once)
        with pytest.raises(OutputError):
            scene.messages.round()
    assert scene.sent() == [], "all or none"
    assert scene.messages.round() == 2
    assert len(scene.sent()) == 2


def test_what_is_no_news_is_told_to_nobody(rows: Rows, clock: MovingClock) -> None:
    scene = Scene(rows)
    old = event(clock, ago_90k=NEWS_FOR_90K + TICKS_PER_S)
    scene.records.add([replace(old, end_90k=old.start_90k)])
    assert (scene.messages.round(), scene.messages.round()) == (1, 0)
    assert scene.sent() == []


def test_nobody_is_told_of_a_camera_whose_alerts_are_off_but_its_events_are_kept(
    rows: Rows, clock: MovingClock, tmp_path: Path
) -> None:
    scene, alerts = Scene(rows), CameraAlerts(rows)
    Cameras(rows, Sealer(tmp_path), Reach(), lambda: Keep(24, False)).add(
        "gate", CameraFacts(address="rtsp://192.0.2.7/stream")
    )
    assert alerts.switch("gate", is_on=False) and not alerts.switch("gate", is_on=False)
    assert not alerts.switch("nowhere", is_on=False), "a camera of that name may come one day"
    scene.records.add([event(clock)])
    assert (scene.messages.round(), scene.sent()) == (1, [])
    assert alerts.switch("gate", is_on=True) and alerts.off() == frozenset()
    scene.records.add([event(clock, EventKind.CROWD)])
    scene.messages.round()
    assert [each.kind for each in scene.sent()] == ["crowd"], "what happened meanwhile is told no more"
    assert len(EventLog(rows).page(ALL_CAMERAS, Filter())) == 2


def test_what_a_rule_waited_hours_for_is_news(rows: Rows, clock: MovingClock) -> None:
    scene = Scene(rows)
    scene.records.add([event(clock, EventKind.IN_ZONE, ago_90k=2 * NEWS_FOR_90K)])
    scene.messages.round()
    assert [each.kind for each in scene.sent()] == ["in-zone"]


def test_many_are_told_some_at_a_time(rows: Rows, clock: MovingClock) -> None:
    scene = Scene(rows)
    scene.records.add([event(clock, ago_90k=n) for n in range(AT_ONCE + 5)])
    assert [scene.messages.round() for _ in range(3)] == [AT_ONCE, 5, 0]


def test_every_kind_has_words() -> None:
    assert OF_EVENTS.keys() == {f"event-{kind}" for kind in EventKind}


def test_two_processes_tell_of_each_event_once(rows: Rows, clock: MovingClock) -> None:
    """Also where the first has sent its message, and forgotten it, before the second begins to."""
    one, other = Scene(rows), Scene(rows)
    one.records.add([event(clock) for _ in range(20)])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda scene: scene.messages.round(), [one, other]))
    assert len({each.id for each in one.sent()}) == len(one.channel.messages) >= 1
    before = len(one.channel.messages)
    with rows.transaction("forget") as connection:
        connection.execute(delete(outbox))
    other.messages.round()
    assert other.sent() == [] and len(one.sent()) == before


def test_an_event_that_cannot_be_read_silences_no_other(rows: Rows, clock: MovingClock) -> None:
    scene = Scene(rows)
    scene.records.add([event(clock), event(clock, EventKind.CROWD)])
    with rows.transaction("spoil") as connection:
        connection.execute(update(events).where(events.c.kind == "fall").values(kind="of-a-later-version"))
    assert scene.messages.round() == 2
    assert [each.kind for each in scene.sent()] == ["crowd"]
    assert scene.messages.round() == 0
