"""The entrance for messages: decides with the routes who gets them, and keeps them in the outbox until they have."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from passerby.access.devices import Device
from passerby.catalogue.rows import Rows
from passerby.media.messages import Message, Severity, new_id
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channel import AlertsCommand, Channel, ShownCamera, ShowsCameras, TellsDevices
from passerby.notify.checks import Failing
from passerby.notify.outbox import ChannelState, Outbox
from passerby.notify.sender import Sender
from passerby.rules.notify import Now, Planned, Route, plan

DEAD_AFTER_90K = 120 * TICKS_PER_S
"""How long a channel fails before the others are told: a router that restarts takes less."""


class Notifier:
    """Thread-safe. Raises OutputError if the catalogue fails.

    routes: if there are none, every channel gets every message. groups_of: the groups of a camera.
    """

    def __init__(
        self, rows: Rows, channels: Mapping[str, Channel], routes: Sequence[Route] = (),
        groups_of: Callable[[str], frozenset[str]] = lambda camera: frozenset(),
    ) -> None:  # fmt: skip
        self._rows, self._groups_of = rows, groups_of
        self.outbox = Outbox(rows)
        self.sender = Sender(self.outbox, {})
        self._channels: Mapping[str, Channel] = {}
        self._showing: Mapping[str, _Showing] = {}
        self.use(channels, routes)

    def use(self, channels: Mapping[str, Channel], routes: Sequence[Route]) -> None:
        """From now on notifies through these. A channel that is used already goes on."""
        before = self._showing
        showing = {
            name: before[name] if name in before and before[name].channel is each else _Showing(each)
            for name, each in channels.items()
            if isinstance(each, ShowsCameras)
        }
        self.sender.use(channels)
        self._routing = _Routing(tuple(routes) or (Route(tuple(channels)),))
        self._channels, self._showing = dict(channels), showing

    def tell(self, message: Message) -> None:
        """In the transaction of this thread, if it is in one: then the message is kept with what it tells of, or
        neither is. It is sent later, at least once: at once if `wake` is called after the transaction."""
        to = self._routing
        groups = self._groups_of(message.camera) if message.camera and to.sorts_by_group else frozenset[str]()
        past = self.outbox.past(message, to.listen, to.most, cools=to.cools)
        self.outbox.add(message, plan(message, groups, to.routes, self._now(), past))
        self.sender.wake()

    def wake(self) -> None:
        """Something was told in a transaction that is now over."""
        self.sender.wake()

    def tell_through(self, message: Message, channels: Collection[str]) -> None:
        """Now, whatever the routes say."""
        self.outbox.add(message, [Planned(each, self._rows.clock.now_90k()) for each in channels])
        self.sender.wake()

    def seen(self, message_id: str) -> bool:
        """Somebody takes care of it: nobody else is told. Returns whether others would have been."""
        return self.outbox.seen(message_id)

    def test(self, channel: str) -> None:
        """Sends a test at once. Raises PasserbyError if it is not delivered, KeyError."""
        self.sender.send_now(channel, self._test_message("This channel works."))

    def for_devices(self, user: str) -> TellsDevices | None:
        """The first channel that tells this user in their browsers."""
        found = (each for each in self._channels.values() if isinstance(each, TellsDevices) and each.tells(user))
        return next(found, None)

    def test_device(self, channel: TellsDevices, device: Device) -> None:
        """Sends a test at once. Raises OutputError if it is not delivered."""
        channel.send_to(device, self._test_message("This device gets messages."))

    @property
    def has_channels(self) -> bool:
        """Otherwise nobody would be told: what happens is kept until there is one."""
        return bool(self._channels)

    @property
    def shows_cameras(self) -> bool:
        """Whether a channel shows cameras all the time."""
        return any(isinstance(channel, ShowsCameras) for channel in self._channels.values())

    def show(self, cameras: Mapping[str, ShownCamera]) -> None:
        """In the channels that show cameras, each in a thread of its own: what hangs holds up no other. Does not
        wait."""
        for each in self._showing.values():
            each.show(cameras)

    @property
    def shows_stills(self) -> bool:
        """Whether a channel shows the latest still of each camera."""
        return any(isinstance(each, ShowsCameras) and each.shows_stills for each in self._channels.values())

    def commands(self) -> list[tuple[str, AlertsCommand]]:
        """What came through channels since this was last called, each with the channel's name. Does not wait."""
        return [
            (name, command)
            for name, channel in self._channels.items()
            if isinstance(channel, ShowsCameras)
            for command in channel.commands()
        ]

    def states(self) -> dict[str, ChannelState]:
        """How messages went, and checks by this process of the channels that can be checked."""
        failing = self.sender.failing()
        return {
            name: _with_check(state, failing[name]) if name in failing else state
            for name, state in self.outbox.states(tuple(self._channels)).items()
        }

    def dead(self) -> dict[str, ChannelState]:
        """Channels that have failed for a while."""
        now_90k = self._rows.clock.now_90k()
        return {
            name: state
            for name, state in self.states().items()
            if state.failing_since_90k is not None and now_90k - state.failing_since_90k >= DEAD_AFTER_90K
        }

    def _test_message(self, text: str) -> Message:
        return Message(
            id=new_id(), severity=Severity.INFO, kind="test", camera=None, rule=None,
            title="A test from passerby", text=text, when_90k=self._rows.clock.now_90k(),
        )  # fmt: skip

    def _now(self) -> Now:
        local = self._rows.clock.now_utc().astimezone()
        # Without an offset, which is that of now: the clock may be put forward or back before then.
        shown = local.replace(second=0, microsecond=0, tzinfo=None)

        def later_90k(minutes: int) -> int:
            return round((shown + timedelta(minutes=minutes)).timestamp()) * TICKS_PER_S

        return Now(self._rows.clock.now_90k(), local.weekday(), local.hour * 60 + local.minute, later_90k)


def _with_check(state: ChannelState, failing: Failing) -> ChannelState:
    since_90k = failing.since_90k if state.failing_since_90k is None else state.failing_since_90k
    return replace(state, error=state.error or failing.error, failing_since_90k=since_90k)


class _Routing:
    """Routes, and what they have in common."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self.routes = routes
        self.listen = sorted({name for route in routes for name in route.channels})
        self.most = max(route.digest_after for route in routes)
        self.sorts_by_group = any(route.groups for route in routes)
        self.cools = any(route.cool_down_s for route in routes)


class _Showing:
    """Shows cameras in one channel, always the latest: what came while it was busy is shown after it."""

    def __init__(self, channel: ShowsCameras) -> None:
        self.channel = channel
        self._lock = threading.Lock()
        self._next: Mapping[str, ShownCamera] | None = None
        self._is_busy = False

    def show(self, cameras: Mapping[str, ShownCamera]) -> None:
        with self._lock:
            self._next = cameras
            if not self._is_busy:
                self._is_busy = True
                threading.Thread(target=self._run, name="show-cameras", daemon=True).start()

    def _run(self) -> None:
        while (cameras := self._take()) is not None:
            with suppress(Exception):  # shown the next time; that the channel fails will be known by its messages
                self.channel.show(cameras)

    def _take(self) -> Mapping[str, ShownCamera] | None:
        with self._lock:
            cameras, self._next = self._next, None
            self._is_busy = cameras is not None
            return cameras
