"""`passerby rule`: all rules of a file are added or none; they are listed and removed, each change in the audit."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.cli.app import app
from passerby.config import Config
from passerby.media.segments import TICKS_PER_S
from tests.kept import keep_walk

DOOR = '[[rule]]\nname = "door"\nkind = "line"\nline = [[0.5, 1.0], [0.5, 0.2]]\n'
YARD = '[[rule]]\nname = "yard"\nkind = "zone"\nzone = [[0, 0.5], [1, 0.5], [1, 1]]\n'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    installation = Installation(folder, Config())
    installation.cameras.add("gate", CameraFacts(address="rtsp://192.0.2.7/stream"))
    installation.close()
    return folder


def rule(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["rule", *words, "--data", str(data)])


def rules_file(data: Path, text: str) -> str:
    path = data.parent / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def noted(data: Path) -> list[tuple[str, str, str]]:
    installation = Installation(data, Config())
    try:
        found = [each for each in installation.audit.list() if each.what.startswith("rule:")]
        return [(each.through, each.what, each.about.partition(":")[0]) for each in reversed(found)]
    finally:
        installation.close()


def test_rules_of_a_file_are_added_listed_and_removed(data: Path) -> None:
    done = rule(data, "add", "gate", rules_file(data, DOOR + YARD))
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == ["added rule 'door' to camera gate", "added rule 'yard' to camera gate"]
    listed = rule(data, "list", "gate").stdout
    assert "door" in listed and "line" in listed and "yard" in listed and "zone" in listed
    assert rule(data, "remove", "gate", "door").exit_code == 0
    assert "door" not in rule(data, "list").stdout
    assert noted(data) == [
        ("command", "rule:add", "'door'"), ("command", "rule:add", "'yard'"),
        ("command", "rule:remove", "'door', kind line"),
    ]  # fmt: skip


def test_if_one_is_refused_none_is_added(data: Path) -> None:
    rule(data, "add", "gate", rules_file(data, YARD))
    refused = rule(data, "add", "gate", rules_file(data, DOOR + YARD))
    assert refused.exit_code != 0 and "has a rule named 'yard' already" in refused.stderr
    assert "door" not in rule(data, "list").stdout
    assert noted(data) == [("command", "rule:add", "'yard'")]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "yard", "RULES"), "there is no camera 'yard'"),
        (("remove", "gate", "door"), "camera 'gate' has no rule named 'door'"),
    ],
)
def test_what_there_is_not_is_said_in_one_sentence(data: Path, words: tuple[str, ...], says: str) -> None:
    path = rules_file(data, DOOR)
    done = rule(data, *(path if each == "RULES" else each for each in words))
    assert done.exit_code != 0 and says in done.stderr


def test_rules_are_tried_on_the_last_day_and_each_trial_is_noted(data: Path) -> None:
    installation = Installation(data, Config())
    begin_90k = installation.clock.now_90k() - 600 * TICKS_PER_S
    keep_walk(installation.rows, begin_90k)
    installation.close()
    done = rule(data, "try", "gate", rules_file(data, DOOR + YARD.replace("[1, 1]]", "[1, 1], [0, 1]]")))
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("door: 0 events in 0.0 of 24.0 hours")
    assert lines[1] == "  1 to the right, 0 to the left"
    assert lines[2].startswith("  careful: too few people were found here")
    assert "somebody crossed to the right (only counted)" in lines[3]
    assert lines[4].startswith("yard: 1 event in") and "somebody in the zone" in lines[5]
    assert rule(data, "list").stdout.count("door") == 0, "nothing is saved"
    installation = Installation(data, Config())
    noted = [each for each in installation.audit.list() if each.what == "rules:try"]
    installation.close()
    assert [(each.through, each.camera, each.about.partition(":")[0]) for each in reversed(noted)] == [
        ("command", "gate", "'door'"), ("command", "gate", "'yard'"),
    ]  # fmt: skip
    assert all(each.from_90k and each.to_90k and each.from_90k < begin_90k < each.to_90k for each in noted)


def test_what_cannot_be_tried_is_said_in_a_sentence(data: Path) -> None:
    bag = '[[rule]]\nname = "bag"\nkind = "left-object"\n'
    done = rule(data, "try", "gate", rules_file(data, bag))
    assert done.exit_code == 1 and "cannot be tried" in done.stderr
    nothing = rule(data, "try", "gate", rules_file(data, DOOR))
    assert nothing.stdout.strip() == "door: nothing is known of that time: no boxes were kept"
