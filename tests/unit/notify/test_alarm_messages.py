"""An alarm is told once, also after a restart, and so is its end; a dead channel is told through the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from passerby.api.alarms import MEANS
from passerby.catalogue.rows import Rows
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.messages import Severity
from passerby.media.segments import TICKS_PER_S
from passerby.notify.alarm_messages import AlarmMessages
from passerby.notify.alarms import Alarms
from passerby.notify.notifier import DEAD_AFTER_90K, Notifier
from passerby.rules.notify import Route
from passerby.testing.clock import MovingClock
from tests.unit.notify.conftest import Kept, a_message


class Scene:
    def __init__(self, rows: Rows, *routes: Route) -> None:
        self.kept = {"mail": Kept(), "hook": Kept()}
        self.notifier = Notifier(rows, self.kept, routes)
        self.messages = AlarmMessages(rows, self.notifier, MEANS, "http://localhost:8080/#/health")
        self.alarms = Alarms(rows.clock)

    def send(self) -> None:
        for name in self.kept:
            while self.notifier.sender.send_next(name):
                pass

    def titles(self, name: str = "mail") -> list[str]:
        """What was told since the last time."""
        self.messages.round(self.alarms.now())
        self.send()
        found = [each.title for each in self.kept[name].messages]
        self.kept[name].messages.clear()
        return found


STORE = Alarm(AlarmKind.STORE, "gate", "A recording is waiting in '/secret': no route")


def test_an_alarm_is_told_once_and_when_it_is_over(rows: Rows, clock: MovingClock) -> None:
    scene = Scene(rows)
    scene.alarms.round("archive", [STORE])
    scene.messages.round(scene.alarms.now())
    scene.send()
    (message,) = scene.kept["mail"].messages
    assert (message.kind, message.camera, message.severity) == ("alarm-store", "gate", Severity.CRITICAL)
    assert message.title == "Recordings cannot be stored, and are waiting: gate"
    assert "/secret" not in message.to_json(), "details are for those who may see the settings"
    scene.kept["mail"].messages.clear()
    clock.move(60)
    assert scene.titles() == []
    scene.alarms.round("archive")
    clock.move(119)
    assert scene.titles() == [], "it may come back"
    clock.move(60)
    assert scene.titles() == ["Over: recordings cannot be stored, and are waiting: gate"]
    assert scene.titles() == []


def test_a_restart_tells_nothing_again(rows: Rows, clock: MovingClock) -> None:
    before = Scene(rows)
    before.alarms.round("archive", [STORE])
    assert len(before.titles()) == 1
    after = Scene(rows)
    clock.move(20)
    assert after.titles() == [], "its first round has not found it again yet"
    after.alarms.round("archive", [STORE])
    assert after.titles() == []


def test_what_happens_once_is_told_each_time_and_never_over(rows: Rows, clock: MovingClock) -> None:
    scene = Scene(rows)
    lost = Alarm(AlarmKind.LOST, "gate", "")
    for _ in range(2):
        scene.alarms.round("archive", [lost])
        assert scene.titles() == ["Recordings are missing: gate"]
        scene.alarms.round("archive")
        assert scene.titles() == []
        clock.move(60)
    clock.move(2 * 86400)
    assert scene.titles() == []
    scene.alarms.round("archive", [lost])
    assert scene.titles() == ["Recordings are missing: gate"]


def test_a_dead_channel_is_told_through_the_others_whatever_the_routes_say(rows: Rows, clock: MovingClock) -> None:
    scene = Scene(rows, Route(("mail",)))
    scene.kept["mail"].refuses = "the mail server refused all recipients"
    scene.notifier.tell(a_message(clock))
    scene.send()
    assert scene.titles("hook") == []
    clock.move(DEAD_AFTER_90K / TICKS_PER_S)
    scene.messages.round(scene.alarms.now())
    scene.send()
    (message,) = scene.kept["hook"].messages
    assert message.title == "Messages cannot be delivered through a channel: mail"
    assert message.text == "the mail server refused all recipients" and message.camera is None
    scene.kept["hook"].messages.clear()
    assert scene.titles("hook") == []
    scene.kept["mail"].refuses = None
    clock.move(60)
    scene.send()
    clock.move(180)
    assert scene.titles("hook") == ["Over: messages cannot be delivered through a channel: mail"]


def test_two_processes_that_noticed_the_same_tell_it_once_each_and_then_no_more(rows: Rows, clock: MovingClock) -> None:
    one, other, lost = Scene(rows), Scene(rows), Alarm(AlarmKind.LOST, "gate", "")
    one.alarms.round("archive", [lost])
    clock.move(5)
    other.alarms.round("archive", [lost])
    told = [len(scene.titles()) for _ in range(5) for scene in (one, other)]
    assert sum(told) == 2
    one.alarms.round("archive", [lost])
    assert len(one.titles()) == 1, "it happened again"


def test_two_processes_tell_once_of_what_both_find(rows: Rows, clock: MovingClock) -> None:
    one, other = Scene(rows), Scene(rows)
    for scene in (one, other):
        scene.alarms.round("archive", [STORE])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda scene: scene.messages.round(scene.alarms.now()), [one, other]))
    assert len(one.titles() + other.titles()) == 1


def test_the_end_of_an_alarm_is_told_though_the_clock_was_set_back(rows: Rows, clock: MovingClock) -> None:
    scene = Scene(rows)
    scene.alarms.round("archive", [STORE])
    assert len(scene.titles()) == 1
    clock.set_utc(-3600)
    assert scene.titles() == [], "it goes on"
    scene.alarms.round("archive")
    clock.move(121)
    assert scene.titles() == ["Over: recordings cannot be stored, and are waiting: gate"]
