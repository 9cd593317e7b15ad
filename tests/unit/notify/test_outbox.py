"""What is in the outbox is sent: once at a time, again after a failure, together after a flood."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.notify import outbox as table
from passerby.media.segments import TICKS_PER_S
from passerby.notify.digest import digest
from passerby.notify.notifier import DEAD_AFTER_90K, Notifier
from passerby.notify.outbox import GIVE_UP_AFTER_90K, KEEP_90K, Outbox
from passerby.rules.notify import Planned, Route
from passerby.testing.clock import MovingClock
from tests.unit.notify.conftest import Kept, a_message

LEASE_90K = 60 * TICKS_PER_S
DAY_S = 86400


def left_in(rows: Rows) -> int:
    with rows.transaction("count") as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_message_is_leased_to_one_and_after_a_crash_to_another(rows: Rows, clock: MovingClock) -> None:
    outbox, message = Outbox(rows), a_message(clock)
    outbox.add(message, [Planned("mail", clock.now_90k())])
    first = outbox.claim("mail", LEASE_90K)
    assert first and first.message == message
    assert outbox.claim("mail", LEASE_90K) is None
    assert outbox.claim("other", LEASE_90K) is None
    clock.move(61)
    again = outbox.claim("mail", LEASE_90K)
    assert again and again.message.id == message.id and again.tries == 2
    outbox.delivered(again)
    clock.move(61)
    assert outbox.claim("mail", LEASE_90K) is None


def test_two_who_ask_at_once_never_get_the_same(rows: Rows, clock: MovingClock) -> None:
    outbox = Outbox(rows)
    for _ in range(20):
        outbox.add(a_message(clock), [Planned("mail", clock.now_90k())])

    def take_all(_: int) -> list[str]:
        found = []
        while sending := outbox.claim("mail", LEASE_90K):
            found.append(sending.message.id)
        return found

    with ThreadPoolExecutor(4) as pool:
        taken = [id for each in pool.map(take_all, range(4)) for id in each]
    assert len(taken) == 20 == len(set(taken))


def test_the_same_message_is_kept_once_for_each_channel(rows: Rows, clock: MovingClock) -> None:
    outbox, message = Outbox(rows), a_message(clock)
    for _ in range(2):
        outbox.add(message, [Planned("mail", clock.now_90k()), Planned("hook", clock.now_90k())])
    assert left_in(rows) == 2


def test_what_is_rolled_back_is_not_told(rows: Rows, clock: MovingClock) -> None:
    outbox = Outbox(rows)
    with pytest.raises(ZeroDivisionError), rows.together("fail"):
        outbox.add(a_message(clock), [Planned("mail", clock.now_90k())])
        raise ZeroDivisionError
    assert left_in(rows) == 0


def test_what_fails_is_tried_later_and_given_up_after_a_day(rows: Rows, clock: MovingClock) -> None:
    outbox = Outbox(rows)
    outbox.add(a_message(clock), [Planned("mail", clock.now_90k())])
    sending = outbox.claim("mail", LEASE_90K)
    assert sending
    outbox.failed(sending, "no route", 30)
    assert outbox.claim("mail", LEASE_90K) is None
    clock.move(31)
    sending = outbox.claim("mail", LEASE_90K)
    assert sending and sending.tries == 2
    clock.move(GIVE_UP_AFTER_90K / TICKS_PER_S)
    outbox.failed(sending, "no route", 30)
    clock.move(31)
    assert outbox.claim("mail", LEASE_90K) is None
    assert outbox.states(["mail"])["mail"].error == "no route"
    clock.move(KEEP_90K / TICKS_PER_S + 1)
    outbox.forget()
    assert left_in(rows) == 0


def test_rows_of_a_channel_that_is_gone_go(rows: Rows, clock: MovingClock) -> None:
    outbox = Outbox(rows)
    outbox.add(a_message(clock), [Planned("gone", clock.now_90k())])
    clock.move(7 * DAY_S)
    outbox.forget()
    assert left_in(rows) == 1
    clock.move(DAY_S + 1)
    outbox.forget()
    assert left_in(rows) == 0


def test_the_state_of_a_channel_is_that_of_its_latest_try(rows: Rows, clock: MovingClock) -> None:
    outbox = Outbox(rows)
    assert outbox.states(["mail"])["mail"].last_delivered_90k is None
    for _ in range(2):
        outbox.add(a_message(clock), [Planned("mail", clock.now_90k())])
        clock.move(1)
    poison = outbox.claim("mail", LEASE_90K)
    assert poison
    failed_90k = clock.now_90k()
    outbox.failed(poison, "refused", 600)
    state = outbox.states(["mail"])["mail"]
    assert (state.error, state.failing_since_90k, state.waiting) == ("refused", failed_90k, 2)
    clock.move(1)
    good = outbox.claim("mail", LEASE_90K)
    assert good
    outbox.delivered(good)
    state = outbox.states(["mail"])["mail"]
    assert (state.error, state.last_delivered_90k, state.waiting) == (None, clock.now_90k(), 1)


def test_a_flood_ends_in_a_digest(rows: Rows, clock: MovingClock) -> None:
    channel = Kept()
    notifier = Notifier(rows, {"mail": channel}, [Route(("mail",), digest_after=5)])
    clock.move(60 - clock.now_90k() / TICKS_PER_S % 60)  # a minute begins
    with rows.together("tell"):
        for number in range(300):
            camera = ("gate", "yard")[number % 3 > 1]
            notifier.tell(a_message(clock, f"{camera}: line crossed", camera))
            clock.move(0.1)
    while notifier.sender.send_next("mail"):
        pass
    assert len(channel.messages) == 5
    clock.move(31)
    while notifier.sender.send_next("mail"):
        pass
    assert len(channel.messages) == 6
    joined = channel.messages[-1]
    assert joined.kind == "digest" and joined.camera is None
    assert joined.text == "196 × gate: line crossed\n99 × yard: line crossed"
    assert left_in(rows) == 6


@pytest.mark.slow
def test_ten_thousand_events_in_a_minute_are_a_few_messages(rows: Rows, clock: MovingClock) -> None:
    channel = Kept()
    notifier = Notifier(rows, {"mail": channel})
    for _ in range(100):
        with rows.together("tell"):
            for _ in range(100):
                notifier.tell(a_message(clock))
                clock.move(0.006)
        notifier.sender.send_next("mail")
    clock.move(61)
    while notifier.sender.send_next("mail"):
        pass
    counted = sum(int(each.text.partition(" ")[0]) if each.kind == "digest" else 1 for each in channel.messages)
    assert counted == 10_000
    assert len(channel.messages) <= 2 * 10 + 3, "ten in each of the minutes that it touches, and their digests"


def dead_for(hours: int, outbox: Outbox, clock: MovingClock) -> None:
    """A message every quarter of an hour, while each try fails."""
    for _ in range(4 * hours):
        outbox.add(a_message(clock), [Planned("mail", clock.now_90k())])
        if sending := outbox.claim("mail", LEASE_90K):
            outbox.failed(sending, "no route", 30)
        clock.move(900)


def test_a_channel_that_works_again_is_not_flooded(rows: Rows, clock: MovingClock) -> None:
    outbox, sent = Outbox(rows), []
    dead_for(20, outbox, clock)
    while sending := outbox.claim("mail", LEASE_90K):
        outbox.delivered(sending)
        sent.append(sending.message)
    assert len(sent) == 2 and sent[1].kind == "digest" and sent[1].title.startswith("79 messages")
    assert outbox.states(["mail"])["mail"].waiting == 0


def test_after_three_dead_days_nobody_gets_what_is_no_news(rows: Rows, clock: MovingClock) -> None:
    outbox, sent = Outbox(rows), []
    dead_for(3 * 24, outbox, clock)
    newest_90k = clock.now_90k()
    while sending := outbox.claim("mail", LEASE_90K):
        outbox.delivered(sending)
        sent.append(sending.message)
    assert len(sent) == 2 and all(newest_90k - each.when_90k < DAY_S * TICKS_PER_S + LEASE_90K for each in sent)
    assert sent[1].title.startswith("9")  # some 95: a day of them


def test_quiet_hours_end_in_one_message(rows: Rows, clock: MovingClock) -> None:
    outbox, channel = Outbox(rows), Kept()
    until_90k = clock.now_90k() + 3600 * TICKS_PER_S
    notifier = Notifier(rows, {"mail": channel})
    for title in ("A", "B", "A"):
        outbox.add(a_message(clock, title), [Planned("mail", until_90k, joins=True)])
    assert notifier.sender.send_next("mail") is None
    clock.move(3600)
    assert notifier.sender.send_next("mail") and notifier.sender.send_next("mail") is None
    assert [each.title for each in channel.messages] == ["3 messages, most of all: 2 × A"]


def test_a_single_message_of_quiet_hours_comes_as_it_is(rows: Rows, clock: MovingClock) -> None:
    channel, message = Kept(), a_message(clock)
    Outbox(rows).add(message, [Planned("mail", clock.now_90k(), joins=True)])
    assert Notifier(rows, {"mail": channel}).sender.send_next("mail")
    assert channel.messages == [message]


def test_a_cool_down_is_spent_only_by_what_was_delivered(rows: Rows, clock: MovingClock) -> None:
    channel = Kept()
    notifier = Notifier(rows, {"mail": channel}, [Route(("mail",), cool_down_s=600)])
    channel.refuses = "no route"
    notifier.tell(a_message(clock))
    assert notifier.sender.send_next("mail") is False
    clock.move(5)
    notifier.tell(a_message(clock))
    notifier.tell(a_message(clock, camera="yard"))
    channel.refuses = None
    while notifier.sender.send_next("mail"):
        pass
    assert sorted(each.camera or "" for each in channel.messages) == ["gate", "yard"], "the second of gate has cooled"
    notifier.tell(a_message(clock))
    assert notifier.sender.send_next("mail") is None
    clock.move(601)
    notifier.tell(a_message(clock))
    assert notifier.sender.send_next("mail")


def test_others_are_told_unless_somebody_has_seen_it(rows: Rows, clock: MovingClock) -> None:
    duty, boss = Kept(), Kept()
    route = Route(("duty",), escalate_after_s=600, escalate_to=("boss",))
    notifier = Notifier(rows, {"duty": duty, "boss": boss}, [route])
    taken, left = a_message(clock, "taken"), a_message(clock, "left")
    notifier.tell(taken)
    notifier.tell(left)
    assert notifier.sender.send_next("duty") and notifier.sender.send_next("boss") is None
    assert notifier.seen(taken.id)
    assert not notifier.seen(taken.id)
    clock.move(600)
    assert notifier.sender.send_next("boss") and notifier.sender.send_next("boss") is None
    (told_boss,) = boss.messages
    assert told_boss.id == left.id and told_boss.title == "Not seen: left"


def test_a_channel_is_dead_when_it_fails_for_a_while(rows: Rows, clock: MovingClock) -> None:
    channel = Kept()
    channel.refuses = "no route"
    notifier = Notifier(rows, {"mail": channel, "hook": Kept()})
    notifier.tell(a_message(clock))
    notifier.sender.send_next("mail")
    notifier.sender.send_next("hook")
    assert notifier.dead() == {}
    clock.move(DEAD_AFTER_90K / TICKS_PER_S)
    assert list(notifier.dead()) == ["mail"]
    channel.refuses = None
    notifier.test("mail")
    assert notifier.dead() == {}
    assert channel.messages[-1].kind == "test"


@pytest.mark.parametrize(
    ("links", "common"),
    [
        (["http://x/#/events/1", "http://x/#/events/2"], "http://x/#/events"),
        (["http://x/#/events/1"] * 2, "http://x/#/events/1"),
        (["http://x/#/events/1", "http://x/#/health"], None),
        (["http://x/#/health"] * 2, "http://x/#/health"),
        (["http://x/#/events/1", None], None),
    ],
)
def test_a_digest_leads_to_what_all_of_it_is_in(
    clock: MovingClock, links: list[str | None], common: str | None
) -> None:
    assert digest([replace(a_message(clock), link=link) for link in links], "d").link == common


def test_who_comes_back_too_late_takes_nothing_from_who_sends_it_now(rows: Rows, clock: MovingClock) -> None:
    """As after SIGSTOP and SIGCONT: the lease is over, and another process is sending it."""
    outbox = Outbox(rows)
    outbox.add(a_message(clock), [Planned("mail", clock.now_90k())])
    stopped = outbox.claim("mail", LEASE_90K)
    clock.move(61)
    other = outbox.claim("mail", LEASE_90K)
    assert stopped and other
    outbox.failed(stopped, "no answer in time", 0.0)
    clock.move(5)
    assert outbox.claim("mail", LEASE_90K) is None
    outbox.delivered(other)
    clock.move(61)
    assert outbox.claim("mail", LEASE_90K) is None


def test_a_row_that_cannot_be_read_holds_up_no_other(rows: Rows, clock: MovingClock) -> None:
    outbox = Outbox(rows)
    for joins in (False, True):
        for each in (a_message(clock), a_message(clock), a_message(clock, f"later {joins}")):
            outbox.add(each, [Planned("mail", clock.now_90k(), joins=joins)])
            if not each.title.startswith("later"):
                spoilt = table.update().where(table.c.message_id == each.id).values(message='{"severity": "dire"}')
                with rows.transaction("spoil") as connection:
                    connection.execute(spoilt)
    told = []
    while sending := outbox.claim("mail", LEASE_90K):
        told.append(sending.message)
        outbox.delivered(sending)
    assert [each.title for each in told if each.kind != "digest"] == ["later False"]
    assert [each.text for each in told if each.kind == "digest"] == ["1 × later True"]
    with rows.transaction("read") as connection:
        assert (
            connection.execute(select(table.c.error).where(table.c.state == "failed")).scalars().all()
            == ["the message cannot be read"] * 2
        ), "what was to be joined is gone"


HOUR_S = 3600


def test_a_clock_that_is_set_back_silences_nothing(rows: Rows, clock: MovingClock) -> None:
    kept = Kept()
    notifier = Notifier(rows, {"mail": kept}, [Route(("mail",), cool_down_s=60)])
    notifier.tell(a_message(clock))
    assert notifier.sender.send_next("mail")
    clock.set_utc(-HOUR_S)
    notifier.tell(a_message(clock))  # the cool-down was over long ago, or has just begun: nobody knows
    assert notifier.sender.send_next("mail")
    kept.refuses = "it is away"
    clock.move(61)
    notifier.tell(a_message(clock))
    assert notifier.sender.send_next("mail") is False
    clock.set_utc(-HOUR_S)
    kept.refuses = None
    notifier.sender.send_next("mail")  # from now on it waits as long as after any failure
    clock.move(5)
    assert notifier.sender.send_next("mail")
    assert len(kept.messages) == 3


def test_after_a_crash_and_a_clock_that_is_set_back_a_lease_ends(rows: Rows, clock: MovingClock) -> None:
    outbox = Outbox(rows)
    outbox.add(a_message(clock), [Planned("mail", clock.now_90k())])
    assert outbox.claim("mail", LEASE_90K)
    clock.set_utc(-HOUR_S)
    assert outbox.claim("mail", LEASE_90K)


def test_a_channel_that_dies_after_the_clock_was_set_back_is_known_to_be_dead(rows: Rows, clock: MovingClock) -> None:
    kept = Kept()
    notifier = Notifier(rows, {"mail": kept})
    notifier.tell(a_message(clock))
    assert notifier.sender.send_next("mail")
    clock.set_utc(-HOUR_S)
    kept.refuses = "it is away"
    notifier.tell(a_message(clock))
    assert notifier.sender.send_next("mail") is False
    clock.move(DEAD_AFTER_90K // TICKS_PER_S + 1)
    assert notifier.dead()["mail"].error == "it is away"
