"""Nobody waits while a process begins to redact a file, and the thread that answers everybody waits for no job."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from passerby.api.gate import CSRF_HEADER
from passerby.covers_file import BoxAt, TimedBox
from passerby.jobs import Jobs, Limits
from passerby.jobs.upload import has_memory_files
from passerby.settings import Settings
from passerby.testing.clock import MovingClock
from tests.flow.test_redact_file import OpenOffice, children, memory_files, open_office  # noqa: F401
from tests.unit.api.conftest import quick_passwords  # noqa: F401

pytestmark = pytest.mark.skipif(not has_memory_files(), reason="this system has no files in memory")

ANSWERS_WITHIN_S = 20.0  # of a busy machine; what waited for a stopped process would never answer
MORE_THAN_A_PIPE_HOLDS = [TimedBox(points=tuple(BoxAt(t_s=t, xyxy=(1, 1, 20, 20)) for t in range(40)))] * 400


def soon(ask: Callable[[], Any], is_right: Callable[[Any], bool]) -> Any:
    until_s = time.monotonic() + 60
    while not is_right(found := ask()):
        assert time.monotonic() < until_s, found
        time.sleep(0.005)
    return found


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    found = Jobs(tmp_path / "redactions", MovingClock(), Limits())
    found.start()
    yield found
    for pid in children():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    found.stop()


@pytest.fixture
def stopped(jobs: Jobs) -> str:
    """The file whose process was stopped before it read its order, which does not fit into the pipe."""
    receiving = jobs.receive("kim", "yard.mp4", Settings())
    receiving.write(b"junk" * 100)
    job = receiving.finish()
    soon(lambda: jobs.find("kim", job.id).state, lambda state: state == "failed")
    soon(children, lambda found: not found)
    jobs.correct("kim", job.id, MORE_THAN_A_PIPE_HOLDS)
    (pid,) = soon(children, lambda found: len(found) == 1)
    os.kill(pid, signal.SIGSTOP)
    return job.id


def test_others_are_answered_while_a_process_starts(jobs: Jobs, stopped: str) -> None:
    with ThreadPoolExecutor(4) as others:
        asked: list[Future[Any]] = [
            others.submit(jobs.find, "kim", stopped),
            others.submit(jobs.list, "lou"),
            others.submit(jobs.receive, "lou", "b.mp4", Settings()),
        ]
        try:
            found, none, coming = (each.result(ANSWERS_WITHIN_S) for each in asked)
        finally:
            for pid in children():
                os.kill(pid, signal.SIGCONT)
    assert found.state == "running" and none == []
    coming.abandon()
    soon(lambda: jobs.find("kim", stopped).state, lambda state: state == "failed")
    assert "couldn't read 'yard.mp4'" in (jobs.find("kim", stopped).reason or ""), "it had the whole file and order"


def test_what_is_discarded_while_its_process_starts_is_gone(jobs: Jobs, stopped: str) -> None:
    (pid,) = children()
    with ThreadPoolExecutor(1) as others:
        try:
            others.submit(jobs.discard, "kim", stopped).result(ANSWERS_WITHIN_S)
        finally:
            os.kill(pid, signal.SIGCONT)
    soon(children, lambda found: not found)
    soon(memory_files, lambda found: not found)
    soon(lambda: list(jobs._scratch.iterdir()), lambda found: not found)


def test_others_are_answered_while_somebody_waits_for_jobs(open_office: OpenOffice) -> None:  # noqa: F811
    office = open_office()
    kim = office.signed_in("kim")
    with office.client() as client, ThreadPoolExecutor(2) as others:  # one thread answers both requests
        client.cookies, client.headers[CSRF_HEADER] = kim.cookies, kim.headers[CSRF_HEADER]
        upload: dict[str, Any] = {"params": {"name": "yard.mp4"}, "content": b"x" * 100}
        is_held, let_go = threading.Event(), threading.Event()

        def hold() -> None:
            with office.jobs._changed:
                is_held.set()
                let_go.wait(60)

        holder = threading.Thread(target=hold)
        holder.start()
        is_held.wait()
        try:
            waits = others.submit(client.post, "/api/redactions", **upload)
            time.sleep(0.5)  # it waits for the jobs by then
            answered = others.submit(client.get, "/api/about").result(ANSWERS_WITHIN_S)
            assert answered.status_code == 200 and not waits.done()
        finally:
            let_go.set()
            holder.join()
        assert waits.result(ANSWERS_WITHIN_S).status_code == 201
