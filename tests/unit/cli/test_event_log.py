"""`passerby events`: what cameras raised is listed by filters, watched as it comes, and exported with its facts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest
from typer.testing import CliRunner, Result

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.archive import Archive
from passerby.cli.app import app
from passerby.clock import utc_of
from passerby.config import Config
from passerby.events.log import AROUND_90K
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind, EventState
from passerby.media.segments import TICKS_PER_S
from tests.recordings import BEGIN_90K, recorded, steady

AT = BEGIN_90K + 10 * TICKS_PER_S
EVENTS = (
    CameraEvent("gate", "door", EventKind.LINE_CROSSED, "people", AT, AT, 1, "right"),
    CameraEvent("yard", "at night", EventKind.IN_ZONE, "people", AT + TICKS_PER_S, AT + 9 * TICKS_PER_S, 3),
    CameraEvent("gate", "floor", EventKind.FALL, "people", AT + 2 * TICKS_PER_S, AT + 6 * TICKS_PER_S),
    CameraEvent("gate", "bench", EventKind.LEFT_OBJECT, "things", AT + 3 * TICKS_PER_S, None),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with two cameras, four events, and half a minute of recordings of one of them."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    installation = Installation(folder, Config())
    for name in ("gate", "yard"):
        installation.cameras.add(name, CameraFacts(address="rtsp://192.0.2.7/stream"))
    EventRecords(installation.rows).add(EVENTS)
    installation.events.set_state(1, EventState.SEEN, "kim")
    installation.events.comment(3, "kim", "an ambulance came")
    installation.close()
    with Archive(folder) as archive:
        writer = archive.writer("gate")
        for fragment in recorded(steady(30)):
            writer.append(fragment)
        writer.close()
    return folder


def events(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["events", *words, "--data", str(data)])


def listed(data: Path, *words: str) -> list[int]:
    done = events(data, "list", "--json", *words)
    assert done.exit_code == 0, done.output
    return [each["id"] for each in json.loads(done.stdout)]


def local(at_90k: int) -> str:
    return f"{utc_of(at_90k).astimezone():%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), [4, 3, 2, 1]),
        (("--camera", "gate"), [4, 3, 1]),
        (("--kind", "fall"), [3]),
        (("--rule", "at night"), [2]),
        (("--state", "seen"), [1]),
        (("--state", "seen", "--state", "new", "--camera", "yard"), [2]),
        (("--from", local(AT + TICKS_PER_S), "--to", local(AT + 3 * TICKS_PER_S)), [3, 2]),
        (("--most", "2"), [4, 3]),
    ],
)
def test_a_list_has_what_the_filters_leave(data: Path, words: tuple[str, ...], found: list[int]) -> None:
    assert listed(data, *words) == found


def test_more_than_a_page_is_listed_once_each(data: Path) -> None:
    installation = Installation(data, Config())
    EventRecords(installation.rows).add(
        [CameraEvent("gate", "door", EventKind.LINE_CROSSED, "people", AT + n, AT + n, 1, "left") for n in range(220)]
    )
    installation.close()
    found = listed(data, "--most", "215")
    assert len(found) == len(set(found)) == 215


def test_a_list_says_what_where_when_and_how_many(data: Path) -> None:
    lines = events(data, "list").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["4", "3", "2", "1"]
    assert all(word in lines[1] for word in ("gate", "bench", "ongoing", "something was left behind", "new"))
    assert all(
        word in lines[3] for word in ("yard", "at night", "8 s", "3 people in the zone", local(AT + TICKS_PER_S))
    )
    assert "somebody crossed to the right" in lines[4] and "seen" in lines[4]


def test_no_fact_can_say_who(data: Path) -> None:
    found = json.loads(events(data, "list", "--json").stdout)
    assert set(found[0]) == {
        "id", "camera", "rule", "kind", "objects", "way", "start_90k", "end_90k", "is_open", "count", "state",
        "state_who", "state_90k", "comments",
    }  # fmt: skip


def test_an_export_is_the_recording_around_it_with_its_facts_and_in_the_audit(data: Path, tmp_path: Path) -> None:
    output = tmp_path / "fall.mp4"
    done = events(data, "export", "3", "-o", str(output))
    assert done.exit_code == 0, done.output
    with av.open(str(output)) as container:
        seconds = sum(1 for _ in container.decode(video=0)) / 5
    assert 14 <= seconds <= 18, "4 s of the event, 5 s around it, whole GOPs"
    facts = json.loads((tmp_path / "fall.json").read_text(encoding="utf-8"))
    assert (facts["event"]["kind"], facts["comments"][0]["text"]) == ("fall", "an ambulance came")
    installation = Installation(data, Config())
    looks = [each for each in installation.audit.list() if each.what == "recording:export"]
    installation.close()
    assert [(each.through, each.camera, each.from_90k, each.to_90k) for each in looks] == [
        ("command", "gate", EVENTS[2].start_90k - AROUND_90K, AT + 6 * TICKS_PER_S + AROUND_90K)
    ]
    again = events(data, "export", "3", "-o", str(output))
    assert again.exit_code == 1 and "exists" in again.stderr
    assert events(data, "export", "3", "-o", str(output), "--overwrite").exit_code == 0


@pytest.mark.parametrize(("id", "says"), [("99", "there is no event 99"), ("2", "recording of this event")])
def test_what_cannot_be_exported_is_said_and_leaves_nothing(data: Path, tmp_path: Path, id: str, says: str) -> None:
    done = events(data, "export", id, "-o", str(tmp_path / "x.mp4"))
    assert done.exit_code == 1 and says in done.stderr
    assert list(tmp_path.glob("x.*")) == []


def test_new_events_are_watched_as_they_come_until_ctrl_c(data: Path) -> None:
    command = [sys.executable, "-m", "passerby", "events", "watch", "--camera", "gate", "--data", str(data), "--json"]
    watching = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=os.environ | {"PYTHONUNBUFFERED": "1"})  # fmt: skip
    try:
        assert watching.stdout and watching.stderr
        assert "watching" in watching.stderr.readline()
        installation = Installation(data, Config())
        later = AT + 60 * TICKS_PER_S
        new = [CameraEvent(camera, "door", EventKind.IN_ZONE, "people", later, None) for camera in ("yard", "gate")]
        EventRecords(installation.rows).add(new)
        installation.close()
        printed: dict[str, Any] = json.loads(watching.stdout.readline())
        assert (printed["camera"], printed["kind"], printed["start_90k"]) == ("gate", "in-zone", later)
        watching.send_signal(signal.SIGINT)
        rest, said = watching.communicate(timeout=30)
        assert (watching.returncode, rest, said) == (0, "", "")
    finally:
        watching.kill()
        watching.wait()


def test_a_file_is_no_command(data: Path) -> None:
    rules = data.parent / "rules.toml"
    for words in (["street.mp4", "--rules", str(rules)], ["--rules", str(rules), "street.mp4"]):
        done = CliRunner().invoke(app, ["events", *words])
        assert done.exit_code == 1 and "couldn't read" in done.stderr and "rules.toml" in done.stderr
