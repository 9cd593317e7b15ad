"""What cameras did is known afterwards: change by change, over restarts and failures, and no longer than recordings."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from passerby.archive.history import Stretch
from passerby.errors import OutputError
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.segments import TICKS_PER_S
from passerby.rules.retention import Keep, KeepAll
from tests.unit.archive.conftest import OpenArchive

NOW = 1_700_000_000 * TICKS_PER_S
HOUR = 3600 * TICKS_PER_S


def does(what: str, since_s: float) -> CameraState:
    return CameraState(CameraStatus(what), f"it is {what}", NOW + round(since_s * TICKS_PER_S))


def at(seconds: float) -> int:
    return NOW + round(seconds * TICKS_PER_S)


def test_each_change_is_a_row_and_what_goes_on_is_open(open_archive: OpenArchive) -> None:
    history = open_archive().history
    history.begin()
    for second in range(60):
        frozen = 20 <= second < 40
        history.note(
            {"gate": does("frozen", 12) if frozen else does("recording", 0 if second < 20 else 40)}, at(second)
        )
    assert history.between("gate", NOW, at(100)) == [
        Stretch(at(0), at(12), "recording", "it is recording"),
        Stretch(at(12), at(40), "frozen", "it is frozen"),
        Stretch(at(40), None, "recording", "it is recording"),
    ]
    assert [each.what for each in history.between("gate", at(13), at(14))] == ["frozen"]
    assert history.between("gate", at(-9), at(0)) == [] and history.between("yard", NOW, at(100)) == []


def test_after_a_crash_a_state_ends_when_it_was_known_last(open_archive: OpenArchive) -> None:
    history = open_archive().history
    history.begin()
    for second in range(100):
        history.note({"gate": does("recording", 0)}, at(second))
    again = open_archive().history
    again.begin()
    again.note({"gate": does("connecting", 500)}, at(500))
    first, second_row = again.between("gate", NOW, at(1000))
    assert first.to_90k is not None and at(60) <= first.to_90k <= at(100), "nobody knows what was after that"
    assert (second_row.from_90k, second_row.to_90k) == (at(500), None)
    again.end(at(600))
    assert again.between("gate", at(550), at(1000))[-1].to_90k == at(600)


def test_what_could_not_be_written_is_begun_anew(open_archive: OpenArchive) -> None:
    archive = open_archive()
    history = archive.history
    history.begin()
    for second in (0, 40):
        history.note({"gate": does("recording", 0)}, at(second))
    with archive.history._rows.transaction("break") as connection:
        connection.execute(text("ALTER TABLE camera_states RENAME TO gone"))
    with pytest.raises(OutputError, match="couldn't note states"):
        history.note({"gate": does("frozen", 45)}, at(45))
    with archive.history._rows.transaction("mend") as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO camera_states"))
    history.note({"gate": does("frozen", 45)}, at(46))
    whats = [(each.what, each.to_90k is None) for each in history.between("gate", NOW, at(100))]
    assert whats == [("recording", False), ("frozen", True)]


def test_states_go_with_the_recordings_of_their_time(open_archive: OpenArchive) -> None:
    archive = open_archive()
    archive.history.begin()
    archive.history.note({"gate": does("frozen", 0), "yard": does("recording", 0)}, at(0))
    archive.history.note({"gate": does("recording", 9), "yard": does("recording", 0)}, at(9))
    archive.maintain(KeepAll({"gate": Keep(1.0)}), NOW + 2 * HOUR)
    assert [each.what for each in archive.history.between("gate", NOW, at(100))] == ["recording"], "what goes on stays"
    archive.history.end(at(20))
    archive.maintain(KeepAll({"gate": Keep(1.0)}), NOW + 2 * HOUR)
    assert archive.history.between("gate", NOW, at(100)) == []
    assert archive.history.between("yard", NOW, at(100)) != [], "it has 72 hours"
    archive.maintain(KeepAll({"gate": Keep(1.0)}), NOW + 80 * HOUR)
    assert archive.history.between("yard", NOW, at(100)) == []
