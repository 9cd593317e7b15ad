"""What goes through Ray is text: addresses, words, numbers."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import get_type_hints

import pytest

from passerby.batch import AuditTask, EventsTask, Job, Outcome, RedactTask
from passerby.batch.findings import Noticed, Stood
from passerby.batch.messages import Done, Order
from passerby.batch.ray_worker import RayWorker
from passerby.config.rule import LineRule
from passerby.engine import AuditResult, Finding
from passerby.events.standing import Standing
from passerby.events.watcher import Count
from passerby.media.events import Event, EventKind
from passerby.objects.bucket import ObjectAddress
from passerby.report.model import Still
from passerby.settings import Settings
from tests.unit.cli.test_summary import a_report

JOB = Job(Path("/clips/a.mp4"), None)


@pytest.mark.promise
def test_the_actor_takes_and_gives_nothing_but_text() -> None:
    methods = [each for name, each in inspect.getmembers(RayWorker, inspect.isfunction) if not name.startswith("_")]
    assert {each.__name__ for each in methods} == {"install", "work", "step", "stop"}
    for method in methods:
        hints = get_type_hints(method)
        assert set(hints.values()) == {str}, f"{method.__name__} takes or gives {hints}"
        assert set(inspect.signature(method).parameters) - {"self"} <= set(hints)
    assert list(inspect.signature(RayWorker.__init__).parameters) == ["self"]


@pytest.mark.promise
def test_no_picture_comes_back_with_a_report() -> None:
    report = a_report().model_copy(update={"contact_sheet": (Still.of(1.0, b"\xff\xd8 a redacted still"),)})
    assert "jpeg_base64" in report.to_json()
    assert "jpeg_base64" not in Done.of(Outcome(JOB, report)).model_dump_json()


NAMES = [Path("/clips/a.mp4"), Path(os.fsdecode(b"/clips/caf\xe9\n.mp4")), Path("/clips/кот %41.mp4")]


@pytest.mark.parametrize("source", [*NAMES, ObjectAddress("s3://school", "clear/a b.mp4")])
def test_an_order_arrives_as_it_was_sent_whatever_the_name(source: Path | ObjectAddress) -> None:
    job = Job(source, Path("/safe/a.mp4"), (ObjectAddress("s3://school", "safe/a.json"),))
    rule = LineRule(name="door", kind="line", line=((0.5, 1.0), (0.5, 0.0)))
    for task in (RedactTask(settings=Settings(threads=1)), AuditTask(), EventsTask(rules=(rule,), time_zone="UTC")):
        order = Order.model_validate_json(Order.of(job, task).model_dump_json())
        assert (order.job, order.task) == (job, task)


def test_a_relative_name_is_sent_in_full() -> None:
    order = Order.model_validate_json(Order.of(Job(Path("a.mp4"), None), AuditTask()).model_dump_json())
    assert order.source == Path.cwd() / "a.mp4"


RESULTS = [
    a_report(2),
    AuditResult([Finding(0.5, 1.0, "person", (1.0, 2.0, 3.0, 4.0), 0.9)], 30, 3, 1.5),
    Noticed(
        "reveal", "It stands still.", 30, 1, 3.0,
        (Event("door", EventKind.LINE_CROSSED, "people", 1.0, 1.5, 1, "left"),), (Count("door", 0, 1),), (), (),
    ),
    Stood(None, (Standing("yard", "people", 3, 0.5, False),)),
]  # fmt: skip


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_facts_come_back_as_they_were(result: object) -> None:
    done = Done.model_validate_json(Done.of(Outcome(JOB, result)).model_dump_json())  # type: ignore[arg-type]
    assert done.outcome(JOB) == Outcome(JOB, result)  # type: ignore[arg-type]


def test_an_error_comes_back_with_its_hint() -> None:
    done = Done.model_validate_json(Done.of(Outcome(JOB, error="it is empty", hint="copy it")).model_dump_json())
    assert done.outcome(JOB) == Outcome(JOB, error="it is empty", hint="copy it")


def test_the_actor_says_what_is_wrong_instead_of_raising_it() -> None:
    """Ray would keep an error that is raised, with all that hangs on it."""
    said = json.loads(RayWorker.work(_hand(), "no order"))
    assert said["error"] == "an error in passerby itself (ValidationError)"


def test_the_actor_says_that_its_machine_does_not_see_the_folder() -> None:
    order = Order.of(Job(Path("/nowhere/at/all/a.mp4"), None), AuditTask()).model_dump_json()
    assert json.loads(RayWorker.work(_hand(), order))["error"] == "this machine has no folder '/nowhere/at/all'"


def _hand() -> RayWorker:
    """Without what its start does to the process."""
    return object.__new__(RayWorker)
