"""Web push: each user's browsers get what the user may see, through the push services of their makers."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Collection, Sequence
from contextlib import suppress

from passerby.access.audience import Audience, Delivery
from passerby.access.devices import Device
from passerby.clock import Clock
from passerby.config.about import Language
from passerby.errors import OutputError, PasserbyError
from passerby.media.messages import Message, Severity
from passerby.media.segments import TICKS_PER_S
from passerby.net.fetch import Limits
from passerby.net.push import Signer, Subscription, asked_wait_s, push
from passerby.net.resolve import checked_ips
from passerby.notify.channel import named
from passerby.notify.wording import PLAIN, Wording
from passerby.rules.backoff import wait_s

AT_ONCE = 16
BEGIN_WITHIN_S = 10.0
"""With what is begun last, a message takes no longer than it may."""
KEPT_FOR_S = 4 * 3600
"""How long a push service keeps a message for a telephone that is off."""
GIVE_UP_AFTER_90K = KEPT_FOR_S * TICKS_PER_S
PAYLOAD_BYTES = 2800
"""Every message has this size, so that it says nothing. Push services take 4096 bytes, encrypted."""
GONE = (404, 410)
CHECK_WITHIN_S = 5.0


class Push:
    """See `notify.channel.Channel`. names: of the users who are told; if there are none, all who want to be. page: the
    address of this installation."""

    def __init__(
        self, name: str, audience: Audience, names: Collection[str], signer: Signer, page: str, limits: Limits,
        clock: Clock, wording: Wording = PLAIN,
    ) -> None:  # fmt: skip
        self._name, self._audience, self._names, self._signer = name, audience, frozenset(names), signer
        self._page, self._limits, self._clock, self._wording = page, limits, clock, wording
        self._is_closed = False
        self._catching_up: threading.Thread | None = None
        self._asked: dict[str, tuple[float, str]] = {}
        """By push service (503) or device (429): until when it asks to be left alone, on the monotonic clock, and with
        what it answered."""

    @property
    def public_key(self) -> str:
        """Browsers subscribe with it."""
        return self._signer.public_key

    def tells(self, user: str) -> bool:
        return not self._names or user in self._names

    def check(self, subscription: Subscription) -> None:
        """Raises OutputError for an address that no message may go to, or that cannot be found."""
        with named(subscription.address):
            checked_ips(subscription.address, self._limits.reach, CHECK_WITHIN_S)

    def send(self, message: Message) -> None:
        """Delivered if any device has it; the others get it later. If there are none, nobody wants to be told."""
        deliveries = self._audience.of(message, self._names)
        if not deliveries and message.kind == "test":
            raise OutputError("no device gets messages yet", hint="choose Tell me on this device on an account page")
        # What does not answer holds up a message once, and later messages wait behind that one.
        behind = {each.device_id for each in self._audience.devices.waiting(self._name, is_due=False)}
        first = [each for each in deliveries if each.device.id not in behind] or deliveries
        first = sorted(first, key=lambda each: bool(each.device.error))  # what failed before may hang again
        errors = self._try_all(first)
        if deliveries and all(errors):
            raise OutputError(next(filter(None, errors)))
        missed = [each for each, error in zip(first, errors, strict=True) if error]
        for each in missed + [each for each in deliveries if each not in first]:
            self._keep(each.device, message)

    def send_to(self, device: Device, message: Message) -> None:
        """To this device only. Raises OutputError if the push service does not take it."""
        if error := self._try(self._audience.tested(device, message)):
            raise OutputError(error)

    def catch_up(self) -> None:
        """Tries again what some devices do not have yet, if their users may still see it. Does not wait for it."""
        if self._catching_up is None or not self._catching_up.is_alive():
            self._catching_up = threading.Thread(target=self._catch_up, name=f"push-{self._name}", daemon=True)
            self._catching_up.start()

    def close(self) -> None:
        """Nothing more is begun."""
        self._is_closed = True

    def _try_all(self, deliveries: Sequence[Delivery]) -> list[str | None]:
        """Some at once, for as long as a message may take: those that are not begun by then have failed. In threads
        that do not hold up the end of the process."""
        errors: list[str | None] = ["the push service was not asked in time"] * len(deliveries)
        begin_by_s, left, raised = time.monotonic() + BEGIN_WITHIN_S, iter(range(len(deliveries))), list[Exception]()
        lock = threading.Lock()

        def work() -> None:
            while not self._is_closed and time.monotonic() < begin_by_s:
                with lock:
                    number = next(left, None)
                if number is None:
                    return
                try:
                    errors[number] = self._try(deliveries[number])
                except Exception as error:
                    raised.append(error)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(min(AT_ONCE, len(deliveries)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if raised:
            raise raised[0]
        return errors

    def _catch_up(self) -> None:
        devices, failed = self._audience.devices, set[int]()
        with suppress(PasserbyError):  # if the catalogue fails, the sender says so
            for each in devices.waiting(self._name):
                if self._is_closed:
                    return
                deliveries = [h for h in self._audience.of(each.message, self._names) if h.device.id == each.device_id]
                if each.device_id in failed or (deliveries and self._try(deliveries[0])):
                    failed.add(each.device_id)
                    asked_s = self._asked_of(deliveries[0].device)[0] if deliveries else 0.0
                    wait_90k = round(max(asked_s, wait_s(each.tries + 1, random.random())) * TICKS_PER_S)
                    devices.again(each, self._clock.now_90k() + wait_90k)
                else:
                    devices.over(each)

    def _keep(self, device: Device, message: Message) -> None:
        now_90k = self._clock.now_90k()
        wait = max(self._asked_of(device)[0], wait_s(1, random.random()))
        due_90k = now_90k + round(wait * TICKS_PER_S)
        self._audience.devices.wait(device, self._name, message, due_90k, now_90k + GIVE_UP_AFTER_90K)

    def _try(self, delivery: Delivery) -> str | None:
        """Why it was not delivered. None: it was, or the device is gone."""
        devices, device = self._audience.devices, delivery.device
        left_s, answer = self._asked_of(device)
        if left_s > 0:
            return answer
        urgency = "normal" if delivery.message.severity is Severity.INFO else "high"
        language = delivery.language or self._wording.language()
        still = self._wording.still(delivery.message) if delivery.may_see else None
        said = self._wording.said(delivery.message, language)
        data = payload(said, self._page, language, still, may_take=delivery.may_take)
        now_s = self._clock.now_90k() // TICKS_PER_S
        try:
            with named(device.subscription.address):
                to = device.subscription
                status, retry_after = push(data, to, self._signer, self._limits, now_s, KEPT_FOR_S, urgency)
        except PasserbyError as error:
            devices.note(device, str(error))
            return str(error)
        if status in GONE:
            devices.drop(device.id)
            return None
        refusal = None if 200 <= status < 300 else f"the push service answered with {status}"
        if refusal and (asked_s := asked_wait_s(retry_after, self._clock.now_utc())):
            self._asked[_who_asks(device, status)] = self._clock.monotonic() + asked_s, refusal
        devices.note(device, refusal or "")
        return refusal

    def _asked_of(self, device: Device) -> tuple[float, str]:
        """For how many seconds its push service asks to be left alone, 0: not at all; and with what it answered."""
        found = [self._asked.get(_who_asks(device, status), (0.0, "")) for status in (429, 503)]
        until_s, answer = max(found)
        return max(0.0, until_s - self._clock.monotonic()), answer


def _who_asks(device: Device, status: int) -> str:
    """Too many requests (429) are those to one device; anything else is about the whole push service."""
    return device.key if status == 429 else device.subscription.address.authority


def payload(
    message: Message, page: str, language: Language = "en", still: str | None = None, *, may_take: bool
) -> bytes:
    """What the service worker (web/public/sw.js) shows. where, still: within the page. Padded with spaces."""
    link = message.link or ""
    shown = {
        "id": message.id,
        "title": message.title,
        "text": message.text,
        "at_ms": message.when_90k * 1000 // TICKS_PER_S,
        "where": link.removeprefix(page) if link.startswith(page) else "",
        "take": may_take,
        "still": (still or "").removeprefix(page),
        "language": language,
    }
    data = json.dumps(shown, ensure_ascii=False).encode()
    while len(data) > PAYLOAD_BYTES:
        shown["text"] = str(shown["text"])[: len(str(shown["text"])) // 2]
        data = json.dumps(shown, ensure_ascii=False).encode()
    return data.ljust(PAYLOAD_BYTES)
