"""Messages in the language of whoever gets them: every sentence, with the links that there are."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from passerby.api.alarms import MEANS
from passerby.catalogue.rows import Rows
from passerby.config.about import LANGUAGES
from passerby.events.records import EventRecords
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.events import CameraEvent, EventKind
from passerby.media.messages import MAX_TITLE, Message, Severity
from passerby.notify.alarm_messages import AlarmMessages
from passerby.notify.alarms import Standing
from passerby.notify.digest import digest
from passerby.notify.event_messages import EventMessages
from passerby.notify.notifier import Notifier
from passerby.notify.wording import Wording
from passerby.rules.notify import Planned, Route
from passerby.said.languages import TEXTS, in_language
from passerby.testing.clock import MovingClock
from tests.unit.notify.conftest import Kept
from tests.unit.test_said import russian

HOLE = re.compile(r"\{(\w+)(?::\w+)?\}")
RUSSIAN = Wording(lambda: "ru")
LATIN = re.compile(r"[A-Za-z]{2,}")


def test_every_language_says_every_sentence_with_its_values() -> None:
    assert TEXTS.keys() == set(LANGUAGES)
    for language, texts in TEXTS.items():
        assert texts.keys() == TEXTS["en"].keys(), language
        for code, template in texts.items():
            assert set(HOLE.findall(template)) == set(HOLE.findall(TEXTS["en"][code])), code


def test_what_the_page_says_too_is_the_same_there() -> None:
    page = russian("said.ru.ts")
    both = page.keys() & TEXTS["ru"].keys()
    assert len(both) > 20
    assert {code: page[code] for code in both} == {code: TEXTS["ru"][code] for code in both}


def made(rows: Rows) -> list[Message]:
    """Every kind of message that there is."""
    channel = Kept()
    notifier = Notifier(rows, {"mail": channel, "hook": Kept()}, [Route(("mail",), digest_after=1000)])
    now_90k = rows.clock.now_90k()
    for kind in EventKind:
        for way in ("left", "right") if kind is EventKind.LINE_CROSSED else (None,):
            rule = "frozen" if kind is EventKind.CAMERA else "1 (: 2"
            EventRecords(rows).add([CameraEvent("cam-1", rule, kind, "people", now_90k, None, 1, way)])
    EventMessages(rows, notifier, "http://localhost:8080/#/events").round()
    alarms = AlarmMessages(rows, notifier, MEANS, "http://localhost:8080/#/health")
    said = "the mail server refused all recipients"
    for camera in ("7", None):
        alarms.round([Standing(Alarm(kind, camera, ""), now_90k) for kind in AlarmKind])
    send_all(notifier)  # later, what is late would be joined
    rows.clock.sleep(1000)
    alarms.round([])
    dead = Message("x", Severity.WARNING, "alarm-channel", None, None,
                   "Messages cannot be delivered through a channel: mail", said, now_90k)  # fmt: skip
    notifier.tell(dead)
    notifier.outbox.add(replace(dead, id="y", title="cam-1: fall (1)"), [Planned("mail", now_90k, escalates=True)])
    notifier.test("mail")
    send_all(notifier)
    return channel.messages


def send_all(notifier: Notifier) -> None:
    while notifier.sender.send_next("mail"):
        pass


def test_every_message_is_said_in_russian(rows: Rows) -> None:
    found = [each for each in made(rows) if each.kind != "digest"]
    found += [digest(found, "d")]
    assert len(found) > 30
    for message in found:
        said = RUSSIAN.said(message)
        rest = f"{said.title} {said.text}".replace("passerby", "").replace("cam-1", "").replace("mail", "")
        assert not LATIN.search(rest), said
        assert (said.id, said.kind, said.camera, said.link) == (message.id, message.kind, message.camera, message.link)
        assert Wording().said(message) == message


@pytest.mark.parametrize(
    ("english", "in_russian"),
    [
        ("gate: line crossed, to the right (Door)", "gate: пересечение линии, вправо (Door)"),
        ("Not seen: gate: fall (floor)", "Никто не просмотрел: gate: падение (floor)"),
        ("Recordings are missing: gate", "Записи пропали: gate"),
        ("Over: recordings are missing", "Закончилось: записи пропали"),
        ("12 new events", "Новых событий: 12"),
        ("2 × gate: fall (a)\nand 3 others", "2 × gate: падение (a)\nи ещё других: 3"),
        ("what nobody knows", "what nobody knows"),
        ("", ""),
    ],
)
def test_sentences_in_russian(english: str, in_russian: str) -> None:
    assert in_language(english, "ru") == in_russian
    assert in_language(english, "en") == english


def test_a_detectors_alarm_has_a_colon_of_its_own() -> None:
    title = f"{MEANS[AlarmKind.DETECTOR].capitalize()}: gate"
    assert in_language(title, "ru") == f"{TEXTS['ru']['alarm-detector'].capitalize()}: gate"


def test_what_gets_too_long_is_cut(clock: MovingClock) -> None:
    title = f"gate: somebody lies ({'я' * (MAX_TITLE - 23)})"
    message = Message("a", Severity.INFO, "lying", "gate", "x", title, "", clock.now_90k())
    assert len(RUSSIAN.said(message).title) <= MAX_TITLE


def test_the_text_has_its_words_in_russian(clock: MovingClock) -> None:
    link = "https://x.example/#/events/1"
    message = Message("event-1", Severity.INFO, "fall", "gate", "floor", "gate: fall (floor)", "", 0, link)
    lines = RUSSIAN.text(message).strip().splitlines()
    assert lines[0] == "Камера: gate" and lines[1] == "Правило: floor" and lines[2].startswith("Время: 1970-01-01")
    assert lines[4:] == [f"Открыть: {link}", f"Беру в работу: {link}/take"]
