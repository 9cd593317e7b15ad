"""Messages on their way: rows of the catalogue, which survive a restart. Sending them is the sender's job."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Select, delete, func, or_, select, update

from passerby.catalogue.database import insert_into
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.notify import outbox
from passerby.clock import Clock
from passerby.media.messages import MAX_TITLE, Message, new_id
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.notify.digest import digest
from passerby.rules.notify import Past, Planned, same

GIVE_UP_AFTER_90K = 86400 * TICKS_PER_S
"""A message that was late by a day is no news."""
LATE_90K = 300 * TICKS_PER_S
MAX_LATE = 10
"""A channel that works again gets so many messages one by one that are late by this; more are joined to a digest."""
KEEP_90K = 7 * 86400 * TICKS_PER_S
"""How long rows stay that are over: they answer when a channel last worked."""
MAX_JOINED = 50_000  # in one digest: they are read into memory
CLOCK_SLACK_90K = 60 * TICKS_PER_S
"""How far clocks of two machines may be apart. What is dated further in the future is from before the clock was set
back."""
_LONGEST_ERROR = 300
_UNREADABLE = "the message cannot be read"
NOT_SEEN = "Not seen: "


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that this process may send until its lease ends. tries: including this one."""

    row: int
    message: Message
    tries: int


@dataclass(frozen=True, slots=True)
class ChannelState:
    """last_delivered_90k: UTC, None: not in the last days. error: why the latest failed, None: nothing has failed
    since. failing_since_90k: UTC of the first failure after the last delivery. waiting: messages that should have been
    delivered by now."""

    last_delivered_90k: int | None = None
    error: str | None = None
    failing_since_90k: int | None = None
    waiting: int = 0


class _Raced(Exception):
    """Another process changed the same rows."""


class Outbox:
    """Thread-safe. Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    @property
    def clock(self) -> Clock:
        """What messages are due by."""
        return self._rows.clock

    def add(self, message: Message, planned: Iterable[Planned]) -> None:
        """In the transaction of this thread, if it is in one. A message that is there already is not added again."""
        new = [_new_row(message, each, self._rows.clock.now_90k()) for each in planned]
        if not new:
            return
        with self._rows.transaction("keep a message") as connection:
            connection.execute(insert_into(outbox, connection.dialect).on_conflict_do_nothing(), new)

    def past(self, message: Message, channels: Iterable[str], most: int, *, cools: bool) -> Past:
        """most: the number from which on it does not matter how many there were in the last minute. cools: whether it
        matters when the same was delivered."""
        now_90k = self._rows.clock.now_90k()
        recent: dict[str, int] = {}
        delivered: dict[str, int] = {}
        with self._rows.transaction("read the messages") as connection:
            for channel in channels:
                some = select(outbox.c.id).where(
                    outbox.c.channel == channel, outbox.c.made_90k > now_90k - MINUTE_90K,
                    outbox.c.made_90k <= now_90k + CLOCK_SLACK_90K,
                ).limit(most)  # fmt: skip
                recent[channel] = len(connection.execute(some).all())
                last = _last_delivered(channel, now_90k, same(message))
                last_90k = connection.execute(last).scalar() if cools else None
                if last_90k is not None:
                    delivered[channel] = last_90k
        return Past(recent, delivered)

    def claim(self, channel: str, lease_90k: int) -> Sending | None:
        """The next message that is due, leased to the caller: no other process sends it until the lease ends."""
        try:
            with self._rows.transaction("read the messages") as connection:
                self._follow_clock(connection, channel)
                self._join(connection, channel)
        except _Raced:
            pass  # the other process has joined them
        with self._rows.transaction("read the messages") as connection:
            return self._claim(connection, channel, lease_90k)

    def _claim(self, connection: Connection, channel: str, lease_90k: int) -> Sending | None:
        now_90k = self._rows.clock.now_90k()
        is_free = or_(
            outbox.c.leased_until_90k <= now_90k, outbox.c.leased_until_90k > now_90k + lease_90k + CLOCK_SLACK_90K
        )
        free = (outbox.c.channel == channel, outbox.c.state == "due", outbox.c.due_90k <= now_90k, is_free)
        query = select(outbox).where(*free).order_by(outbox.c.due_90k, outbox.c.id).limit(1)
        while row := connection.execute(query).first():
            if row.give_up_90k <= now_90k:
                self._give_up(connection, channel, now_90k)
                continue
            message = _read(row.message)
            if message is None:  # written by another version: it must not hold up the rest
                unread = {"state": "failed", "ended_90k": now_90k, "failed_90k": now_90k, "error": _UNREADABLE}
                connection.execute(update(outbox).where(outbox.c.id == row.id).values(**unread))
                continue
            last = _last_delivered(channel, now_90k, row.same)
            last_90k = connection.execute(last).scalar() if row.cool_90k else None
            if last_90k is not None and now_90k - last_90k < row.cool_90k:
                connection.execute(delete(outbox).where(outbox.c.id == row.id, *free))
                continue
            lease = {"leased_until_90k": now_90k + lease_90k, "tries": row.tries + 1}
            if connection.execute(update(outbox).where(outbox.c.id == row.id, *free).values(**lease)).rowcount:
                return Sending(row.id, message, row.tries + 1)
        return None

    def _follow_clock(self, connection: Connection, channel: str) -> None:
        """After the clock was set back, what was written before it waits as long as it would have, not until the clock
        shows that time again."""
        now_90k = self._rows.clock.now_90k()
        ahead = (
            outbox.c.channel == channel, outbox.c.state.in_(("due", "joins")),
            outbox.c.made_90k > now_90k + CLOCK_SLACK_90K,
        )  # fmt: skip
        if connection.execute(select(outbox.c.id).where(*ahead).limit(1)).first() is None:
            return
        by_90k = outbox.c.made_90k - now_90k
        later = {"due_90k": outbox.c.due_90k - by_90k, "give_up_90k": outbox.c.give_up_90k - by_90k}
        connection.execute(update(outbox).where(*ahead).values(made_90k=now_90k, **later))

    def _give_up(self, connection: Connection, channel: str, now_90k: int) -> None:
        """What is late by a day, as after days in which the channel was dead."""
        over = (
            outbox.c.channel == channel, outbox.c.state == "due", outbox.c.give_up_90k <= now_90k,
            outbox.c.leased_until_90k <= now_90k,
        )  # fmt: skip
        connection.execute(update(outbox).where(*over).values(state="failed", ended_90k=now_90k))

    def _join(self, connection: Connection, channel: str) -> None:
        """Makes one message of all that may be joined and are due. A single one is sent as it is."""
        now_90k = self._rows.clock.now_90k()
        ready = (outbox.c.channel == channel, outbox.c.state == "joins", outbox.c.due_90k <= now_90k)
        query = select(outbox.c.id, outbox.c.message).where(*ready).order_by(outbox.c.id).limit(MAX_JOINED)
        found = connection.execute(query).all()
        if not found:
            return
        these = (*ready, outbox.c.id <= found[-1].id)
        if len(found) == 1:
            connection.execute(update(outbox).where(*these).values(state="due"))
            return
        if connection.execute(delete(outbox).where(*these)).rowcount != len(found):
            raise _Raced
        messages = [message for row in found if (message := _read(row.message))]
        if not messages:
            return
        joined = digest(messages, new_id())
        connection.execute(outbox.insert().values(**_new_row(joined, Planned(channel, now_90k), now_90k)))

    def delivered(self, sending: Sending) -> None:
        ended = {"state": "delivered", "ended_90k": self._rows.clock.now_90k(), "error": ""}
        with self._rows.transaction("note a delivery") as connection:
            mine = update(outbox).where(outbox.c.id == sending.row).values(**ended).returning(outbox.c.channel)
            channel = connection.execute(mine).scalar()
            if channel is not None:
                self._let_late_join(connection, channel)

    def _let_late_join(self, connection: Connection, channel: str) -> None:
        """After hours in which a channel was dead, nobody wants all of them one by one."""
        now_90k = self._rows.clock.now_90k()
        late = (
            outbox.c.channel == channel, outbox.c.state == "due", ~outbox.c.escalates,
            outbox.c.made_90k <= now_90k - LATE_90K, outbox.c.leased_until_90k <= now_90k,
            outbox.c.give_up_90k > now_90k,
        )  # fmt: skip
        some = select(outbox.c.id).where(*late).limit(MAX_LATE + 1)
        if len(connection.execute(some).all()) > MAX_LATE:
            connection.execute(update(outbox).where(*late).values(state="joins", due_90k=now_90k))

    def failed(self, sending: Sending, error: str, wait_s: float) -> None:
        """Tried again after wait_s, unless it is too old. A message that another process has delivered meanwhile
        stays delivered, and one that another process is sending, since the lease was over, stays with it."""
        now_90k = self._rows.clock.now_90k()
        mine = (outbox.c.id == sending.row, outbox.c.state == "due", outbox.c.tries == sending.tries)
        values = {
            "error": error[:_LONGEST_ERROR], "due_90k": now_90k + round(wait_s * TICKS_PER_S), "leased_until_90k": 0,
            "failed_90k": func.coalesce(outbox.c.failed_90k, now_90k),
        }  # fmt: skip
        with self._rows.transaction("note a failed delivery") as connection:
            connection.execute(update(outbox).where(*mine).values(**values))
            over = update(outbox).where(*mine, outbox.c.give_up_90k <= now_90k)
            connection.execute(over.values(state="failed", ended_90k=now_90k))

    def camera_of(self, message_id: str) -> str | None:
        """The camera of a message that may escalate; empty: it is about none. None: there is no such message."""
        waiting = (outbox.c.message_id == message_id, outbox.c.escalates)
        with self._rows.transaction("read the messages") as connection:
            row = connection.execute(select(outbox.c.message).where(*waiting).limit(1)).first()
        message = _read(row.message) if row else None
        return None if message is None else message.camera or ""

    def seen(self, message_id: str) -> bool:
        """Somebody has seen it: it does not escalate. Returns whether it would have."""
        waiting = (outbox.c.message_id == message_id, outbox.c.escalates, outbox.c.state == "due", outbox.c.tries == 0)
        with self._rows.transaction("note that a message was seen") as connection:
            return connection.execute(delete(outbox).where(*waiting)).rowcount > 0

    def note_sent(self, channel: str, message: Message, error: str = "") -> None:
        """Of a message that was sent past the outbox, such as a test. error: why it was not delivered."""
        now_90k = self._rows.clock.now_90k()
        values = _new_row(message, Planned(channel, now_90k), now_90k) | {
            "state": "failed" if error else "delivered", "ended_90k": now_90k, "tries": 1,
            "failed_90k": now_90k if error else None, "error": error[:_LONGEST_ERROR],
        }  # fmt: skip
        with self._rows.transaction("note a delivery") as connection:
            connection.execute(outbox.insert().values(**values))

    def states(self, channels: Sequence[str]) -> dict[str, ChannelState]:
        with self._rows.transaction("read the messages") as connection:
            now_90k = self._rows.clock.now_90k()
            return {channel: _state(connection, channel, now_90k) for channel in channels}

    def forget(self) -> None:
        """Delete what was over some days ago, and what no channel has taken since: it is no longer configured."""
        before_90k = self._rows.clock.now_90k() - KEEP_90K
        old = or_(outbox.c.ended_90k < before_90k, outbox.c.give_up_90k < before_90k)
        with self._rows.transaction("delete old messages") as connection:
            connection.execute(delete(outbox).where(old))


def _new_row(message: Message, planned: Planned, now_90k: int) -> dict[str, object]:
    if planned.escalates:
        message = replace(message, title=f"{NOT_SEEN}{message.title}"[:MAX_TITLE])
    return {
        "message_id": message.id, "channel": planned.channel, "escalates": planned.escalates,
        "message": message.to_json(), "same": same(message), "state": "joins" if planned.joins else "due",
        "made_90k": now_90k, "due_90k": planned.due_90k, "give_up_90k": planned.due_90k + GIVE_UP_AFTER_90K,
        "cool_90k": planned.cool_90k, "leased_until_90k": 0, "tries": 0, "error": "",
    }  # fmt: skip


def _read(text: str) -> Message | None:
    try:
        return Message.from_json(text)
    except (ValueError, TypeError, KeyError):
        return None


def _last_delivered(channel: str, now_90k: int, same_as: str | None = None) -> Select[int | None]:
    """What was delivered before the clock was set back does not count: when that was is not known."""
    query = select(func.max(outbox.c.ended_90k)).where(
        outbox.c.channel == channel, outbox.c.state == "delivered", outbox.c.ended_90k <= now_90k + CLOCK_SLACK_90K
    )
    return query if same_as is None else query.where(outbox.c.same == same_as)


def _state(connection: Connection, channel: str, now_90k: int) -> ChannelState:
    here = outbox.c.channel == channel
    last_90k = connection.execute(_last_delivered(channel, now_90k)).scalar()
    late = or_(outbox.c.tries > 0, outbox.c.due_90k <= now_90k)
    waiting = select(func.count()).select_from(outbox).where(here, outbox.c.state.in_(("due", "joins")), late)
    troubled = select(outbox.c.error, outbox.c.failed_90k).where(
        here, outbox.c.state.in_(("due", "failed")), outbox.c.failed_90k > (last_90k or 0)
    )
    newest = connection.execute(troubled.order_by(outbox.c.failed_90k.desc(), outbox.c.id.desc()).limit(1)).first()
    oldest = connection.execute(troubled.order_by(outbox.c.failed_90k, outbox.c.id).limit(1)).first()
    return ChannelState(
        last_delivered_90k=last_90k,
        error=newest.error if newest else None,
        failing_since_90k=oldest.failed_90k if oldest else None,
        waiting=connection.execute(waiting).scalar_one(),
    )
