"""Sends what is due, with one thread for each channel: one that hangs or fails holds up no other."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping

from passerby.errors import PasserbyError
from passerby.media.messages import Message
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channel import SEND_WITHIN_S, Channel, TellsDevices
from passerby.notify.checks import Checks
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
    """Use `start` and `stop`."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], lease_s: float = LEASE_S) -> None:
        self._outbox, self._channels = outbox, channels
        self.checks = Checks(channels, outbox.clock)
        self._lease_90k = round(lease_s * TICKS_PER_S)
        self._stopping = threading.Event()
        self._awake = {name: threading.Event() for name in channels}
        self._busy = {name: threading.Lock() for name in channels}
        self._unnoted: dict[str, Sending] = {}
        """By channel: delivered, but the catalogue does not know. Without it, it would be sent again."""
        self._threads = [
            threading.Thread(target=self._go_on, args=(name,), name=f"notify-{name}", daemon=True) for name in channels
        ]
        self._troubles: dict[str, str] = {}  # by channel

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, within_s: float = STOPS_WITHIN_S) -> None:
        """What is being sent is finished, if it is in time; the rest is sent after the next start."""
        until_s = time.monotonic() + within_s
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until_s - time.monotonic()))
        closing = [threading.Thread(target=channel.close, daemon=True) for channel in self._channels.values()]
        for thread in closing:
            thread.start()
        until_s = max(until_s, time.monotonic() + CLOSES_WITHIN_S)
        for thread in closing:
            thread.join(max(0.0, until_s - time.monotonic()))

    @property
    def trouble(self) -> str | None:
        """Why nothing is sent at the moment, one sentence."""
        return next(iter(self._troubles.copy().values()), None)

    def wake(self) -> None:
        """Something may be due now."""
        for event in self._awake.values():
            event.set()

    def send_next(self, name: str) -> bool | None:
        """Returns whether it was delivered, None if nothing is due. Raises OutputError if the catalogue fails."""
        with self._busy[name]:
            if name in self._unnoted:
                self._note_delivered(name, self._unnoted[name])
            sending = self._outbox.claim(name, self._lease_90k)
            if sending is None:
                return None
            try:
                self._channels[name].send(sending.message)
            except PasserbyError as error:
                self._outbox.failed(sending, str(error), wait_s(sending.tries, random.random()))
                return False
            except Exception as error:  # its text may hold anything: its type is enough
                why = f"an error in passerby itself ({type(error).__name__})"
                self._outbox.failed(sending, why, wait_s(sending.tries, random.random()))
                return False
            self._note_delivered(name, sending)
            return True

    def _note_delivered(self, name: str, sending: Sending) -> None:
        self.checks.works(name)
        self._unnoted[name] = sending
        self._outbox.delivered(sending)
        del self._unnoted[name]

    def send_now(self, name: str, message: Message) -> None:
        """At once, and never again; the outbox notes how it went. Raises PasserbyError if it is not delivered,
        KeyError."""
        try:
            with self._busy[name]:
                self._channels[name].send(message)
        except PasserbyError as error:
            self._outbox.note_sent(name, message, str(error))
            raise
        self.checks.works(name)
        self._outbox.note_sent(name, message)

    def _go_on(self, name: str) -> None:
        """Ends only when it is told to: without this thread its channel would be silent."""
        failures = 0
        while not self._stopping.is_set():
            self._awake[name].clear()
            try:
                done = self.send_next(name)
                if done is None and isinstance(channel := self._channels[name], TellsDevices):
                    channel.catch_up()
                if done is None and self.checks.is_due(name):
                    with self._busy[name]:
                        self.checks.check(name)
            except Exception as error:
                says = str(error) if isinstance(error, PasserbyError) else f"an unexpected {type(error).__name__}"
                self._troubles[name] = f"messages could not be sent: {says}"
                self._stopping.wait(AGAIN_AFTER_S)
                continue
            self._troubles.pop(name, None)
            if done is None:
                self._awake[name].wait(LOOK_EVERY_S)
            elif done:
                failures = 0
            else:
                failures += 1
                self._stopping.wait(wait_s(failures, random.random()))
