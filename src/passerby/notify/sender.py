"""Sends what is due, with one thread for each channel: one that hangs or fails holds up no other."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence

from passerby.clock import Clock
from passerby.errors import PasserbyError
from passerby.media.messages import Message
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channel import SEND_WITHIN_S, Channel, TellsDevices
from passerby.notify.checks import Check, Failing
from passerby.notify.outbox import Outbox, Sending
from passerby.rules.backoff import wait_s

LEASE_S = 2 * SEND_WITHIN_S
"""After a crash a message waits for at most this long: then another process, or the next, sends it."""
LOOK_EVERY_S = 1.0  # other processes write messages too
AGAIN_AFTER_S = 5.0  # a catalogue that fails
STOPS_WITHIN_S = 5.0
"""What still hangs then is left behind: the cameras have to be stopped after it, before the system kills everything."""
CLOSES_WITHIN_S = 1.0  # whatever hangs, so that others can say that they are gone


class Sender:
    """Use `start` and `stop`. Thread-safe."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], lease_s: float = LEASE_S) -> None:
        self._outbox = outbox
        self._lease_90k = round(lease_s * TICKS_PER_S)
        self._lock = threading.Lock()  # held while the lanes are replaced
        self._is_started = self._is_stopped = False
        self._lanes: Mapping[str, _Lane] = {}
        self.use(channels)

    def use(self, channels: Mapping[str, Channel]) -> None:
        """From now on sends through these. One that is used already goes on; one that is no longer used is closed
        before what replaces it begins, so that they do not contradict each other."""
        with self._lock:
            before = self._lanes
            same = {name: lane for name, lane in before.items() if channels.get(name) is lane.channel}
            new = {
                name: _Lane(name, each, self, self._outbox.clock) for name, each in channels.items() if name not in same
            }
            gone = [lane for name, lane in before.items() if name not in same]
            self._lanes = same | new
            _end(gone, CLOSES_WITHIN_S)
            if self._is_started and not self._is_stopped:
                for lane in new.values():
                    lane.thread.start()

    def start(self) -> None:
        with self._lock:
            self._is_started = True
            for lane in self._lanes.values():
                lane.thread.start()

    def stop(self, within_s: float = STOPS_WITHIN_S) -> None:
        """What is being sent is finished, if it is in time; the rest is sent after the next start."""
        with self._lock:
            self._is_stopped = True
            _end(list(self._lanes.values()), within_s)

    @property
    def trouble(self) -> str | None:
        """Why nothing is sent at the moment, one sentence."""
        return next((each for lane in self._lanes.values() if (each := lane.trouble)), None)

    def failing(self) -> dict[str, Failing]:
        """By name, the channels whose latest check failed."""
        return {name: found for name, lane in self._lanes.items() if (found := lane.check.failing)}

    def wake(self) -> None:
        """Something may be due now."""
        for lane in self._lanes.values():
            lane.awake.set()

    def send_next(self, name: str) -> bool | None:
        """Returns whether it was delivered, None if nothing is due. Raises OutputError if the catalogue fails."""
        return self.send_next_in(self._lanes[name])

    def send_next_in(self, lane: _Lane) -> bool | None:
        with lane.busy:
            if lane.unnoted is not None:
                self._note_delivered(lane, lane.unnoted)
            sending = self._outbox.claim(lane.name, self._lease_90k)
            if sending is None:
                return None
            try:
                lane.channel.send(sending.message)
            except PasserbyError as error:
                self._outbox.failed(sending, str(error), wait_s(sending.tries, random.random()))
                return False
            except Exception as error:  # its text may hold anything: its type is enough
                why = f"an error in passerby itself ({type(error).__name__})"
                self._outbox.failed(sending, why, wait_s(sending.tries, random.random()))
                return False
            self._note_delivered(lane, sending)
            return True

    def _note_delivered(self, lane: _Lane, sending: Sending) -> None:
        lane.check.went_well()
        lane.unnoted = sending
        self._outbox.delivered(sending)
        lane.unnoted = None

    def send_now(self, name: str, message: Message) -> None:
        """At once, and never again; the outbox notes how it went. Raises PasserbyError if it is not delivered,
        KeyError."""
        lane = self._lanes[name]
        try:
            with lane.busy:
                lane.channel.send(message)
                lane.check.went_well()
        except PasserbyError as error:
            self._outbox.note_sent(name, message, str(error))
            raise
        self._outbox.note_sent(name, message)


class _Lane:
    """One channel and the thread that sends through it."""

    def __init__(self, name: str, channel: Channel, sender: Sender, clock: Clock) -> None:
        self.name, self.channel, self._sender = name, channel, sender
        self.check = Check(channel, clock)
        self.busy = threading.Lock()
        self.awake, self.over = threading.Event(), threading.Event()
        self.unnoted: Sending | None = None
        """Delivered, but the catalogue does not know. Without it, it would be sent again."""
        self.trouble: str | None = None
        self.thread = threading.Thread(target=self._go_on, name=f"notify-{name}", daemon=True)

    def _go_on(self) -> None:
        """Ends only when it is told to: without this thread its channel would be silent."""
        failures = 0
        while not self.over.is_set():
            self.awake.clear()
            try:
                done = self._sender.send_next_in(self)
                if done is None and isinstance(self.channel, TellsDevices):
                    self.channel.catch_up()
                if done is None and self.check.is_due:
                    with self.busy:
                        self.check.run()
            except Exception as error:
                says = str(error) if isinstance(error, PasserbyError) else f"an unexpected {type(error).__name__}"
                self.trouble = f"messages could not be sent: {says}"
                self.over.wait(AGAIN_AFTER_S)
                continue
            self.trouble = None
            if done is None:
                self.awake.wait(LOOK_EVERY_S)
            elif done:
                failures = 0
            else:
                failures += 1
                self.over.wait(wait_s(failures, random.random()))


def _end(lanes: Sequence[_Lane], within_s: float) -> None:
    """All at once. What hangs is left behind."""
    until_s = time.monotonic() + within_s
    for lane in lanes:
        lane.over.set()
        lane.awake.set()
    for lane in lanes:
        if lane.thread.is_alive():
            lane.thread.join(max(0.0, until_s - time.monotonic()))
    closing = [threading.Thread(target=lane.channel.close, daemon=True) for lane in lanes]
    for thread in closing:
        thread.start()
    until_s = max(until_s, time.monotonic() + CLOSES_WITHIN_S)
    for thread in closing:
        thread.join(max(0.0, until_s - time.monotonic()))
