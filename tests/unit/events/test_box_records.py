"""Kept boxes go within a day, with their camera, and at once where none are to be kept. They are in no backup."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.backup.parts import CATALOGUE
from passerby.backup.write import back_up
from passerby.catalogue.schema.events import kept_boxes
from passerby.config import Config
from passerby.events.presence import PresenceSeries
from passerby.events.records import EventRecords
from passerby.events.sink import MAX_WAITING_LESSER, EventSink
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.rules.retention import HOUR_90K
from passerby.testing.clock import MovingClock
from tests.kept import keep_walk

ADDRESS = "rtsp://192.0.2.7/stream"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    clock = MovingClock()
    clock.move(86_400 * 20_000)
    installation = Installation(tmp_path, Config(), clock)
    for name in ("gate", "yard"):
        installation.cameras.add(name, CameraFacts(address=ADDRESS))
    yield installation
    installation.close()


def kept(installation: Installation, camera: str) -> int:
    return installation.kept_boxes.size(camera)[0]


def retire(installation: Installation) -> int:
    return installation.kept_boxes.retire(installation.keep(), installation.clock.now_90k())


def test_the_table_has_no_column_that_could_join_boxes_of_one_person() -> None:
    assert {column.name for column in kept_boxes.columns} == {"camera", "start_90k", "end_90k", "boxes"}


def test_rows_come_back_in_order_and_only_of_the_range(installation: Installation) -> None:
    now_90k = installation.clock.now_90k()
    for minute in range(150):
        keep_walk(installation.rows, now_90k - (150 - minute) * MINUTE_90K)
    keep_walk(installation.rows, now_90k - 5 * MINUTE_90K, "yard")
    found = list(installation.kept_boxes.stretches("gate", now_90k - 130 * MINUTE_90K, now_90k - 10 * MINUTE_90K))
    assert [each.start_90k for each in found] == [now_90k - n * MINUTE_90K for n in range(130, 10, -1)]


def test_a_row_that_cannot_be_read_is_left_out(installation: Installation) -> None:
    now_90k = installation.clock.now_90k()
    keep_walk(installation.rows, now_90k - 2 * MINUTE_90K)
    EventRecords(installation.rows).keep_boxes("gate", now_90k - MINUTE_90K, now_90k, b"of another version")
    assert len(list(installation.kept_boxes.stretches("gate", 0, now_90k))) == 1


def test_a_day_is_kept_or_less_if_recordings_are(installation: Installation) -> None:
    installation.cameras.change("yard", CameraFacts(keep_hours=2))
    now_90k = installation.clock.now_90k()
    for camera in ("gate", "yard"):
        for hours in (1, 3, 23.9, 24):
            keep_walk(installation.rows, now_90k - round(hours * HOUR_90K), camera)
    keep_walk(installation.rows, now_90k + 3 * HOUR_90K)
    assert retire(installation) == 1 + 3 + 1
    assert (kept(installation, "gate"), kept(installation, "yard")) == (3, 1)


def test_switching_it_off_deletes_at_once_and_nothing_more_is_written(installation: Installation) -> None:
    now_90k = installation.clock.now_90k()
    for camera in ("gate", "yard"):
        keep_walk(installation.rows, now_90k - MINUTE_90K, camera)
    installation.cameras.change("gate", CameraFacts(keeps_boxes=False))
    assert (kept(installation, "gate"), kept(installation, "yard")) == (0, 1)
    keep_walk(installation.rows, now_90k, "gate")  # a worker that has not heard of it yet
    assert kept(installation, "gate") == 0
    installation.cameras.change("gate", CameraFacts(keeps_boxes=True))
    keep_walk(installation.rows, now_90k, "gate")
    assert kept(installation, "gate") == 1


def test_the_file_can_switch_it_off_too(installation: Installation) -> None:
    installation.cameras.follow_file({"door": CameraFacts(address=ADDRESS)})
    keep_walk(installation.rows, installation.clock.now_90k(), "door")
    installation.cameras.follow_file({"door": CameraFacts(address=ADDRESS)})
    assert kept(installation, "door") == 1
    installation.cameras.follow_file({"door": CameraFacts(address=ADDRESS, keeps_boxes=False)})
    assert kept(installation, "door") == 0
    found = installation.cameras.find("door")
    assert found is not None and not found.facts.keeps_boxes


def test_boxes_go_with_their_camera_and_with_its_place(installation: Installation) -> None:
    now_90k = installation.clock.now_90k()
    for camera in ("gate", "yard", "nobody"):
        keep_walk(installation.rows, now_90k - MINUTE_90K, camera)
    assert kept(installation, "nobody") == 0, "there is no such camera"
    installation.cameras.remove("gate")
    installation.cameras.change("yard", CameraFacts(address="rtsp://192.0.2.8/stream"))
    assert (kept(installation, "gate"), kept(installation, "yard")) == (0, 0)


def test_they_are_in_no_backup(installation: Installation, tmp_path: Path) -> None:
    keep_walk(installation.rows, installation.clock.now_90k())
    done = back_up(tmp_path, tmp_path / "backup.tar.gz", installation.clock)
    with tarfile.open(done.path) as tar:
        file = tar.extractfile(CATALOGUE)
        assert file is not None
        copy = file.read()
    with closing(sqlite3.connect(":memory:")) as catalogue:
        catalogue.deserialize(copy)
        assert catalogue.execute("SELECT count(*) FROM cameras").fetchone() == (2,)
        assert catalogue.execute("SELECT count(*) FROM kept_boxes").fetchone() == (0,)
    assert kept(installation, "gate") == 1
    assert io.BytesIO(copy).read(15) == b"SQLite format 3"


def test_boxes_wait_for_no_catalogue_that_fails(installation: Installation) -> None:
    rows = installation.rows
    sink = EventSink(EventRecords(rows), PresenceSeries(rows), retry_after_s=0.05)
    installation.close()
    try:
        for minute in range(3 * MAX_WAITING_LESSER):
            sink.keep_boxes("gate", minute * TICKS_PER_S, minute * TICKS_PER_S, b"")
        assert len(sink._waiting) <= MAX_WAITING_LESSER
    finally:
        sink.close()
