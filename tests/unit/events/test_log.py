"""The log of events: pages that miss nothing and repeat nothing, only what one may see, states, and what goes when."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import event_comments
from passerby.events.future_dated import AHEAD_90K, retire_ahead
from passerby.events.log import MAX_AT_ONCE, MAX_COMMENTS, EventLog, Filter, LoggedEvent
from passerby.events.records import EventRecords
from passerby.events.sight import ALL_CAMERAS, Sight
from passerby.media.events import CameraEvent, EventKind, EventState
from passerby.media.segments import TICKS_PER_S
from passerby.testing.clock import MovingClock

AT = 1_790_000_000 * TICKS_PER_S
DAY_90K = 86400 * TICKS_PER_S


@pytest.fixture
def rows(catalogue_url: str) -> Iterator[Rows]:
    engine = open_database(catalogue_url)
    yield Rows(engine, MovingClock(AT))
    engine.dispose()


@pytest.fixture
def log(rows: Rows) -> EventLog:
    return EventLog(rows)


def crossed(camera: str, start_90k: int, rule: str = "door") -> CameraEvent:
    return CameraEvent(camera, rule, EventKind.LINE_CROSSED, "people", start_90k, start_90k, 1, "right")


def fill(rows: Rows, *found: CameraEvent) -> None:
    EventRecords(rows).add(found)


def ids(found: list[LoggedEvent]) -> list[int]:
    return [each.id for each in found]


@pytest.mark.parametrize(
    "sight",
    [ALL_CAMERAS, Sight({"gate": 0, "yard": AT + 5}), Sight({f"c{n}": 0 for n in range(80)} | {"gate": 0}), Sight({})],
    ids=["all", "two", "many", "none"],
)
@pytest.mark.parametrize(
    "wanted",
    [Filter(), Filter(camera="yard"), Filter(states=(EventState.NEW, EventState.DONE)), Filter(rule="hall")],
    ids=["all", "camera", "states", "rule"],
)
def test_pages_together_are_what_one_may_see_newest_first(
    rows: Rows, log: EventLog, sight: Sight, wanted: Filter
) -> None:
    found = [crossed(("gate", "yard", "desk")[n % 3], AT + n // 2, ("door", "hall")[n % 2]) for n in range(40)]
    fill(rows, *found)
    for id in (3, 4, 5, 20):
        log.set_state(id, EventState.SEEN, "kim")
    log.set_state(7, EventState.DONE, "kim")
    expected = [
        id for n, each in enumerate(found)
        if sight.includes(each.camera, each.start_90k) and (id := n + 1)
        and wanted.camera in (None, each.camera) and wanted.rule in (None, each.rule)
        and (not wanted.states or id not in (3, 4, 5, 20))
    ]  # fmt: skip
    shown: list[LoggedEvent] = []
    while page := log.page(sight, wanted, (shown[-1].start_90k, shown[-1].id) if shown else None, most=4):
        shown += page
        assert len(page) <= 4
    assert sorted(ids(shown)) == expected
    assert all((a.start_90k, a.id) > (b.start_90k, b.id) for a, b in pairwise(shown))
    assert [each.id for n in expected for each in [log.find(sight, n)] if each] == expected


def test_a_page_is_never_longer_than_the_limit(rows: Rows, log: EventLog) -> None:
    fill(rows, *(crossed("gate", AT + n) for n in range(MAX_AT_ONCE + 20)))
    assert len(log.page(ALL_CAMERAS, Filter(), most=10_000)) == MAX_AT_ONCE


def test_what_may_not_be_seen_is_not_found_nor_counted(rows: Rows, log: EventLog) -> None:
    fill(rows, crossed("gate", AT), crossed("yard", AT), crossed("gate", AT + 9))
    young = Sight({"gate": AT + 1})
    assert [each and each.id for each in (log.find(young, n) for n in (1, 2, 3, 4))] == [None, None, 3, None]
    assert (log.unread(young), log.unread(ALL_CAMERAS), log.unread(Sight({}))) == (1, 3, 0)
    log.set_state(3, EventState.SEEN, "kim")
    assert (log.unread(young), log.unread(ALL_CAMERAS)) == (0, 2)


def test_a_state_says_who_set_it_and_when(rows: Rows, log: EventLog) -> None:
    fill(rows, crossed("gate", AT))
    assert log.set_state(1, EventState.TAKEN, "kim") and not log.set_state(2, EventState.TAKEN, "kim")
    event = log.find(ALL_CAMERAS, 1)
    assert event and (event.state, event.state_who, event.state_90k) == (EventState.TAKEN, "kim", AT)


def test_comments_are_kept_in_order_and_counted_up_to_a_limit(rows: Rows, log: EventLog) -> None:
    fill(rows, crossed("gate", AT), crossed("gate", AT))
    for n in range(MAX_COMMENTS):
        assert log.comment(1, "kim", str(n))
    assert log.comment(1, "kim", "one more") is None
    assert [each.text for each in log.comments(1)] == [str(n) for n in range(MAX_COMMENTS)]
    assert [each.comments for each in log.page(ALL_CAMERAS)] == [0, MAX_COMMENTS]


def test_a_timeline_gets_what_goes_on_in_its_range(rows: Rows, log: EventLog) -> None:
    fill(
        rows, crossed("gate", AT - 10), CameraEvent("gate", "hall", EventKind.CROWD, "people", AT - 9, AT + 1, 5),
        crossed("gate", AT + 5), crossed("gate", AT + 10), crossed("yard", AT + 5),
    )  # fmt: skip
    assert ids(log.between("gate", AT, AT + 10)) == [3, 2]
    assert ids(log.between("gate", AT, AT + 10, since_90k=AT)) == [3]


def test_precision_counts_what_users_looked_at_since_then(rows: Rows, log: EventLog) -> None:
    fill(rows, *(crossed("gate", AT + n) for n in range(5)), crossed("yard", AT), crossed("gate", AT - 1))
    for id, state in ((1, "seen"), (2, "done"), (3, "false"), (4, "taken"), (6, "false"), (7, "false")):
        log.set_state(id, EventState(state), "kim")
    found = [(p.camera, p.rule, p.right, p.false) for p in log.precision(ALL_CAMERAS, AT)]
    assert found == [("gate", "door", 3, 1), ("yard", "door", 0, 1)]
    assert [p.camera for p in log.precision(Sight({"yard": 0}), AT)] == ["yard"]


def test_old_events_go_with_their_comments(rows: Rows, log: EventLog) -> None:
    goes_on = CameraEvent("gate", "hall", EventKind.CROWD, "people", AT - DAY_90K, AT + 5, 5)
    fill(rows, crossed("gate", AT - DAY_90K), goes_on, crossed("gate", AT))
    log.comment(1, "kim", "old")
    log.comment(3, "kim", "young")
    assert log.retire(AT) == 1
    assert sorted(ids(log.page(ALL_CAMERAS))) == [2, 3]
    with rows.transaction("count") as connection:
        assert connection.execute(select(func.count()).select_from(event_comments)).scalar_one() == 1


def test_an_event_dated_in_the_future_leaves_the_top_once_somebody_has_looked_at_it(rows: Rows, log: EventLog) -> None:
    fill(rows, crossed("gate", AT + 365 * DAY_90K), crossed("gate", AT + AHEAD_90K), crossed("gate", AT - 1))
    assert ids(log.page(ALL_CAMERAS)) == [1, 2, 3]
    log.set_state(1, EventState.SEEN, "kim")
    log.set_state(2, EventState.SEEN, "kim")
    assert ids(log.page(ALL_CAMERAS)) == [2, 3]
    assert ids(log.page(ALL_CAMERAS, Filter(camera="gate", states=(EventState.SEEN,)))) == [2]
    assert ids(log.page(ALL_CAMERAS, Filter(from_90k=AT + DAY_90K))) == [1]


def test_an_event_dated_in_the_future_goes_with_the_first_that_was_written_after_it(rows: Rows, log: EventLog) -> None:
    fill(rows, crossed("gate", AT + 365 * DAY_90K), crossed("yard", AT), crossed("gate", AT + 365 * DAY_90K))
    log.comment(1, "kim", "from a clock that was ahead")
    (alarm,) = retire_ahead(rows, AT, AT)
    assert "2 events are dated in the future" in alarm.says
    (alarm,) = retire_ahead(rows, AT + 1, AT + 30 * DAY_90K)  # what was written second is over the limit
    assert "1 events" in alarm.says and log.retire(AT + 1) == 1
    assert ids(log.page(ALL_CAMERAS)) == [3] and log.comments(1) == []


def test_a_clock_that_is_behind_deletes_no_event(rows: Rows, log: EventLog) -> None:
    """As on a machine that starts in 1970, whatever happens until its clock is set."""
    fill(rows, crossed("gate", AT), crossed("gate", 5 * DAY_90K))
    (alarm,) = retire_ahead(rows, 5 * DAY_90K - 30 * DAY_90K, 5 * DAY_90K)
    assert "is it behind?" in alarm.says and ids(log.page(ALL_CAMERAS)) == [1, 2]
