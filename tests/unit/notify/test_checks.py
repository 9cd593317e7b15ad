"""A dead broker or mail server is an alarm, told through the others, before a message has to go through it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from passerby.catalogue.rows import Rows
from passerby.clock import SystemClock
from passerby.config import Channel
from passerby.errors import OutputError
from passerby.media.alarms import AlarmKind
from passerby.media.segments import TICKS_PER_S
from passerby.notify import notifier as module
from passerby.notify.alarm_messages import AlarmMessages
from passerby.notify.channel import Checkable
from passerby.notify.channels import make_channels
from passerby.notify.checks import Check
from passerby.notify.notifier import Notifier
from passerby.testing.clock import MovingClock
from tests.unit.notify.conftest import Kept, a_message
from tests.unit.notify.test_email import served
from tests.unit.notify.test_mqtt import MOSQUITTO, Mosquitto, until

MEANS = {kind: f"means {kind}" for kind in AlarmKind}


class Line(Kept):
    """May be cut."""

    check_every_s = 0.02

    def check(self) -> None:
        if self.refuses:
            raise OutputError(self.refuses)


def test_a_channel_that_dies_while_nothing_happens_is_told_through_the_others(rows: Rows, clock: MovingClock) -> None:
    line, other = Line(), Kept()
    notifier = Notifier(rows, {"line": line, "other": other})
    messages = AlarmMessages(rows, notifier, MEANS, "https://cameras.example/#/health")
    notifier.sender.start()
    try:
        line.refuses = "its cable is cut"
        until(lambda: notifier.states()["line"].error == "its cable is cut")
        messages.round([])
        assert notifier.dead() == {}, "a router that restarts takes as long"
        clock.move(module.DEAD_AFTER_90K / TICKS_PER_S)
        messages.round([])
        until(lambda: [each.title for each in other.messages] == ["Means channel: line"])
        line.refuses = None
        until(lambda: notifier.states()["line"].error is None)
        clock.move(130)
        messages.round([])
        until(lambda: [each.title for each in other.messages][1:] == ["Over: means channel: line"])
    finally:
        notifier.sender.stop()


def test_a_delivery_is_a_check_that_went_well(rows: Rows, clock: MovingClock) -> None:
    line = Line()
    line.refuses = "its cable is cut"
    notifier = Notifier(rows, {"line": line})
    notifier.sender._lanes["line"].check.run()
    assert notifier.states()["line"].failing_since_90k == clock.now_90k()
    line.refuses = None
    notifier.tell(a_message(clock))
    assert notifier.sender.send_next("line")
    assert notifier.states()["line"].error is None


def test_an_error_nobody_foresaw_ends_no_checks(clock: MovingClock) -> None:
    class Broken(Line):
        def check(self) -> None:
            raise ZeroDivisionError("hunter2-planted")

    check = Check(Broken(), clock)
    check.run()
    assert check.failing and check.failing.error == "an error in passerby itself (ZeroDivisionError)"


def test_a_channel_that_is_replaced_is_forgotten_and_one_that_stays_is_not(rows: Rows) -> None:
    """As when settings change: what is known of a channel is with whatever sends through it."""
    stays, goes = Line(), Line()
    stays.refuses = goes.refuses = "its cable is cut"
    notifier = Notifier(rows, {"stays": stays, "goes": goes})
    for lane in notifier.sender._lanes.values():
        lane.check.run()
    assert notifier.sender.failing().keys() == {"stays", "goes"}
    notifier.sender.use({"stays": stays, "goes": Line()})
    assert notifier.sender.failing().keys() == {"stays"}


def test_a_mail_server_is_asked_without_a_mail(tmp_path: Path) -> None:
    with served(tmp_path, tls="at once", login=True) as (sink, port):
        check = email(f"smtps://kim:hunter2-planted@127.0.0.1:{port}")
        check()
        with pytest.raises(OutputError, match=r"does not accept this user and password \(535\)$"):
            email(f"smtps://kim:hunter2-wrong@127.0.0.1:{port}")()
        assert sink.mails == []
    with pytest.raises(OutputError, match="nothing accepts connections"):
        check()


def email(address: str) -> Callable[[], None]:
    values = {
        "name": "duty", "kind": "email", "address": address, "sender": "passerby@mail.example",
        "to": ["duty@mail.example"], "networks": ["127.0.0.0/8"], "trust_any_certificate": True,
    }  # fmt: skip
    channel = make_channels([Channel.model_validate(values)], "x", SystemClock())["duty"]
    assert isinstance(channel, Checkable)
    return channel.check


@pytest.mark.skipif(MOSQUITTO is None and not shutil.which("mosquitto"), reason="there is no Mosquitto on this machine")
def test_a_broker_that_is_gone_is_noticed(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path, "allow_anonymous true")
    values = {"name": "home", "kind": "mqtt", "address": f"mqtt://127.0.0.1:{broker.port}", "networks": ["127.0.0.0/8"]}
    home = make_channels([Channel.model_validate(values)], "x", SystemClock(), is_service=True)["home"]
    assert isinstance(home, Checkable)
    home.check()
    broker.stop()

    def is_noticed() -> bool:
        try:
            home.check()
        except OutputError:
            return True
        return False

    until(is_noticed)
    broker.start()
    home.check()
    home.close()
    broker.stop()


def test_what_cannot_be_checked_without_sending_is_not(rows: Rows) -> None:
    values = {"name": "hook", "kind": "webhook", "address": "https://hook.example/x", "secret": "s" * 16}
    hook = make_channels([Channel.model_validate(values)], "x", SystemClock())
    assert not isinstance(hook["hook"], Checkable)
    check = Check(hook["hook"], SystemClock())
    check.went_well()
    assert not check.is_due and check.failing is None
