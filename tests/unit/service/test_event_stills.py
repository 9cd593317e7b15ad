"""Pictures of events at a site: sent though its recordings stay, seen while it is gone, gone with what they show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.archive import Archive
from passerby.catalogue.schema.events import events
from passerby.config import parse_config
from passerby.media.segments import TICKS_PER_S
from passerby.rules.retention import Keep, KeepAll
from passerby.service.event_stills import RECORDED_AFTER_90K, TRIES, EventStillSender
from passerby.testing.clock import MovingClock
from tests.catalogues import new_catalogue
from tests.recordings import BEGIN_90K, SIZE, recorded, steady

HOUR_90K = 3600 * TICKS_PER_S


class Site:
    def __init__(self, folder: Path) -> None:
        self.clock = MovingClock(BEGIN_90K + 20 * TICKS_PER_S)
        self.installation = Installation(folder, parse_config({}), self.clock)
        self.archive = Archive(folder)
        self.sender = EventStillSender(self.installation, self.archive)
        self.installation.cameras.add("gate", CameraFacts(address="rtsp://192.0.2.7/x"))
        self.writer = self.archive.writer("gate")
        for fragment in recorded(steady(12)):
            self.writer.append(fragment)

    def happened(self, at_90k: int, camera: str = "gate") -> int:
        row = {
            "camera": camera, "rule": "door", "kind": "line-crossed", "objects": "people", "way": "right",
            "start_90k": at_90k, "end_90k": at_90k, "is_open": False, "count": 1, "state": "new", "state_who": "",
            "state_90k": 0,
        }  # fmt: skip
        with self.installation.rows.transaction("test") as connection:
            return int(connection.execute(insert(events).returning(events.c.id), row).scalar_one())

    def has(self, id: int) -> bool:
        return self.installation.event_stills.find(id) is not None


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    new_catalogue(tmp_path)
    found = Site(tmp_path)
    yield found
    found.archive.close()
    found.installation.close()


def test_each_event_has_its_picture_once_it_is_recorded(site: Site) -> None:
    first, second = site.happened(BEGIN_90K + 3 * TICKS_PER_S), site.happened(BEGIN_90K + 6 * TICKS_PER_S)
    too_new, elsewhere = site.happened(site.clock.now_90k() - RECORDED_AFTER_90K + 1), site.happened(BEGIN_90K, "yard")
    site.sender.send(["gate"])
    assert [site.has(each) for each in (first, second, too_new, elsewhere)] == [True, True, False, False]
    at_90k, jpeg = site.installation.event_stills.find(first) or (0, b"")
    assert BEGIN_90K <= at_90k <= BEGIN_90K + 3 * TICKS_PER_S
    still = site.archive.thumbnail("gate", BEGIN_90K + 3 * TICKS_PER_S, SIZE[0])
    assert still is not None and jpeg == still.jpeg, "of the recording, so redacted as that is"


def test_an_event_without_a_recording_is_given_up_and_holds_up_no_other(site: Site) -> None:
    nothing = site.happened(BEGIN_90K - HOUR_90K)
    for _ in range(TRIES + 1):
        site.sender.send(["gate"])
    asked = site.installation.event_stills.missing(["gate"], 0, site.clock.now_90k(), [nothing])
    assert asked == [] and site.sender._tries == {nothing: TRIES}
    after = site.happened(BEGIN_90K)
    site.sender.send(["gate"])
    assert site.has(after) and not site.has(nothing)


def test_pictures_go_with_the_recordings_that_they_are_of(site: Site) -> None:
    old, new = site.happened(BEGIN_90K), site.happened(BEGIN_90K + 8 * TICKS_PER_S)
    site.sender.send(["gate"])
    stills = site.installation.event_stills
    stills.retire(KeepAll({"gate": Keep(1.0)}, Keep(72.0)), BEGIN_90K + HOUR_90K + 4 * TICKS_PER_S)
    assert [site.has(each) for each in (old, new)] == [False, True]
    stills.retire(KeepAll({}, Keep(1.0)), BEGIN_90K + 2 * HOUR_90K)
    assert not site.has(new), "of a camera that nobody knows"


def test_a_picture_goes_with_its_event(site: Site) -> None:
    only = site.happened(BEGIN_90K)
    site.sender.send(["gate"])
    assert site.has(only)
    site.installation.events.retire(BEGIN_90K + HOUR_90K)
    assert not site.has(only)
