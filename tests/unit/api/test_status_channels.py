"""Cameras in Home Assistant over a real broker: alerts switched there, and the latest still, until it expires."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from passerby.config import Channel
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channels import make_channels
from passerby.notify.configured import channel_context
from passerby.notify.notifier import Notifier
from passerby.service.status_channels import SHOW_EVERY_S, StatusChannels
from tests.unit.api.conftest import House
from tests.unit.api.test_events import AT, crossed, house, noted, records
from tests.unit.notify.test_mqtt import Mosquitto, Reader, broker, pytestmark, reader, until

__all__ = ["broker", "house", "pytestmark", "reader"]
PAGE = "http://localhost:8080/"
SET, STATE, STILL = (f"passerby/cameras/gate/{each}" for each in ("alerts/set", "alerts", "still"))


class Shown:
    def __init__(self, house: House, broker: Mosquitto, *, stills: bool = True) -> None:
        config = {
            "name": "home", "kind": "mqtt", "address": f"mqtt://127.0.0.1:{broker.port}", "stills": stills,
            "networks": ["127.0.0.0/8"],
        }  # fmt: skip
        told_to = channel_context(house.installation)
        channels = make_channels([Channel.model_validate(config)], PAGE, house.clock, told_to, is_service=True)
        self.notifier = Notifier(house.installation.rows, channels)
        self.cameras = StatusChannels(house.app.state.services, self.notifier)
        self._clock = house.clock

    def again(self) -> None:
        self._clock.move(SHOW_EVERY_S)
        self.cameras.round()


def carry_out(shown: Shown, is_so: Callable[[], bool]) -> None:
    def has_come() -> bool:
        shown.cameras.round()
        return is_so()

    until(has_come)


def test_a_switch_in_home_assistant_is_carried_out_once_and_noted(
    house: House, broker: Mosquitto, reader: Reader
) -> None:
    shown = Shown(house, broker)
    shown.again()
    until(lambda: reader.latest.get(STATE) == "ON")
    reader.publish(SET, "OFF")
    carry_out(shown, lambda: reader.latest[STATE] == "OFF")  # without another five seconds
    for camera in ("gate", "nowhere", "yard"):
        reader.publish(f"passerby/cameras/{camera}/alerts/set", "OFF")
    carry_out(shown, lambda: reader.latest["passerby/cameras/yard/alerts"] == "OFF")
    assert house.installation.alerts.off() == {"gate", "yard"}
    assert noted(house, "alerts:off", "alerts:on") == [
        ("", "alerts:off", "gate", "channel home"), ("", "alerts:off", "yard", "channel home"),
    ]  # fmt: skip
    assert {each.through for each in house.installation.audit.list() if each.what == "alerts:off"} == {"mqtt"}
    house.installation.switch_alerts("gate", "kim", "", is_on=True)
    shown.again()
    until(lambda: reader.latest[STATE] == "ON")
    shown.notifier.sender.stop()


def test_the_latest_still_is_a_link_that_works_until_it_expires_and_is_then_taken_back(
    house: House, broker: Mosquitto, reader: Reader
) -> None:
    records(house).add([crossed(start_90k=house.clock.now_90k())])
    shown = Shown(house, broker)
    shown.again()
    until(lambda: reader.latest.get(STILL))
    link = reader.latest[STILL]
    assert link.startswith(f"{PAGE}api/linked-stills/4.jpg?"), "the newest is not recorded yet"
    picture = house.client().get(link.removeprefix(PAGE[:-1]))
    assert (
        picture.status_code == 200 and picture.content == house.signed_in("kim").get("/api/events/2/still.jpg").content
    )
    assert [each[1:] for each in noted(house, "still:linked")] == [("still:linked", "gate", "event 4")]
    house.clock.move((AT - house.clock.now_90k()) / TICKS_PER_S + 86401)
    shown.again()
    until(lambda: reader.latest[STILL] == "")
    late = Reader(broker.port)
    until(lambda: late.latest.get(STATE))
    assert STILL not in late.latest, "the broker has forgotten it"
    late.close()
    shown.notifier.sender.stop()


@pytest.mark.parametrize("stills", [True, False])
def test_there_is_no_still_without_alerts_or_where_the_channel_has_none(
    house: House, broker: Mosquitto, reader: Reader, stills: bool
) -> None:
    house.installation.switch_alerts("gate", "kim", "", is_on=not stills)
    shown = Shown(house, broker, stills=stills)
    shown.again()
    until(lambda: reader.latest.get(STATE) == ("OFF" if stills else "ON"))
    shown.again()
    assert STILL not in reader.latest
    shown.notifier.sender.stop()
