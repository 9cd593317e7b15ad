"""A catalogue that answers nothing holds up no recording, and what it says later is heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.archive.asking import Asking
from passerby.archive.rows import Rows
from passerby.archive.spool import waiting_in
from passerby.archive.writer import CameraWriter
from passerby.errors import OutputError, Superseded
from tests.recordings import recorded, steady

SOON_S = 0.05
LONG_S = 20.0


@pytest.fixture
def asking() -> Iterator[Asking]:
    found = Asking(SOON_S)
    yield found
    found.close()


def until_answered(asking: Asking) -> None:
    assert asking._pending and asking._pending.is_done.wait(LONG_S)


def test_what_answers_is_waited_for(asking: Asking) -> None:
    done: list[int] = []
    for number in range(3):
        Asking.ask(asking, lambda number=number: done.append(number))  # type: ignore[misc]
    assert done == [0, 1, 2]
    with pytest.raises(Superseded):
        asking.ask(_refused)


def test_who_answers_nothing_is_asked_one_thing_at_a_time(asking: Asking) -> None:
    answers, calls = threading.Event(), list[int]()

    def slow(number: int) -> None:
        calls.append(number)
        answers.wait(LONG_S)

    for number in range(3):
        with pytest.raises(OutputError, match="the catalogue does not answer"):
            asking.ask(lambda number=number: slow(number))  # type: ignore[misc]
    answers.set()
    until_answered(asking)
    assert calls == [0]
    asking.ask(lambda: calls.append(3))
    assert calls == [0, 3]


def test_a_refusal_that_comes_late_is_heard_with_the_next_question(asking: Asking) -> None:
    answers, calls = threading.Event(), list[int]()

    def refused() -> None:
        answers.wait(LONG_S)
        _refused()

    with pytest.raises(OutputError):
        asking.ask(refused)
    answers.set()
    until_answered(asking)
    with pytest.raises(Superseded):
        asking.ask(lambda: calls.append(1))
    assert not calls


def test_all_is_recorded_while_the_catalogue_answers_nothing(tmp_path: Path) -> None:
    class Silent(Rows):
        def admit(self, camera: str, token: int) -> None:
            answers.wait(LONG_S)

    answers = threading.Event()
    rows = Silent(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}")
    writer = CameraWriter("gate", tmp_path, "spool", rows, 2**60, token=1)
    writer._asking = Asking(SOON_S)
    fragments, begun_s = recorded(steady(20)), time.monotonic()
    for fragment in fragments:
        try:
            writer.append(fragment)
        except OutputError as error:
            assert "does not answer" in str(error)
    assert time.monotonic() - begun_s < LONG_S / 2
    assert writer._file and len(writer._file.gops) == sum(each.is_key for each in fragments)
    answers.set()
    assert writer._asking._pending and writer._asking._pending.is_done.wait(LONG_S)
    writer.close()
    (row,) = rows.between("gate", 0, 2**62)
    assert len(row.gops) == sum(each.is_key for each in fragments), "what it had missed is noted at once"
    assert len(waiting_in(tmp_path)) == 1
    rows.close()


@pytest.mark.parametrize("closes", [True, False], ids=["closed", "dropped"])
def test_its_thread_ends_with_it(closes: bool) -> None:
    before = set(threading.enumerate())
    asking = Asking(LONG_S)
    asking.ask(lambda: None)
    (thread,) = set(threading.enumerate()) - before
    if closes:
        asking.close()
    else:
        del asking
    thread.join(LONG_S)
    assert not thread.is_alive()


def _refused() -> None:
    raise Superseded("gate")
