"""Notifies people while a service runs: hands the notifier alarms and events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from passerby.api import Services
from passerby.api.alarms import MEANS, standing
from passerby.config.page_address import page_address
from passerby.media.alarms import Alarm, AlarmKind
from passerby.notify.alarm_messages import AlarmMessages
from passerby.notify.configured import ConfiguredNotifier
from passerby.notify.event_messages import AT_ONCE, EventMessages
from passerby.service.status_channels import StatusChannels
from passerby.service.upkeep import every, reporting

LOOK_EVERY_S = 5.0
EVENTS_EVERY_S = 0.25
OBEY_EVERY_S = 0.25  # so soon a switch in Home Assistant stays where it was put
FORGET_EVERY_90K = 3600 * 90_000


@contextmanager
def notified(services: Services) -> Iterator[None]:
    """Sends messages, and makes some of events and of alarms, also of a channel that is dead. Follows the channels and
    routes that are set up on the page."""
    notifier, installation = services.notifier, services.installation
    if notifier is None:
        yield
        return
    page, forgot_90k = page_address(installation.config.server), 0
    messages = AlarmMessages(installation.rows, notifier, MEANS, f"{page}#/health")
    events = EventMessages(installation.rows, notifier, f"{page}#/events")

    def look() -> None:
        nonlocal forgot_90k
        with reporting("notify", "alarms could not be told", services.alarms):
            notifier.follow()
            trouble = notifier.sender.trouble
            services.alarms.round("sender", [Alarm(AlarmKind.UPKEEP, None, trouble)] if trouble else [])
            services.alarms.round("channels", dead_channels(notifier))
            if notifier.has_channels:
                messages.round(standing(services))
            if abs((now_90k := installation.clock.now_90k()) - forgot_90k) >= FORGET_EVERY_90K:
                forgot_90k = now_90k
                notifier.outbox.forget()

    def tell_events() -> float:
        with reporting("events", "events could not be told", services.alarms):
            if notifier.has_channels and events.round() == AT_ONCE:
                return 0.0
        return EVENTS_EVERY_S

    shown = StatusChannels(services, notifier)

    def show() -> None:
        with reporting("show", "cameras could not be shown", services.alarms):
            shown.round()

    notifier.sender.start()
    try:
        with (
            every(LOOK_EVERY_S, look, "notify"),
            every(EVENTS_EVERY_S, tell_events, "events"),
            every(OBEY_EVERY_S, show, "show"),
        ):
            yield
    finally:
        notifier.sender.stop()


@contextmanager
def following(services: Services) -> Iterator[None]:
    """For a service that sends no messages: its tests, and the browsers that it takes, are of the channels that there
    are now."""
    notifier = services.notifier
    if notifier is None:
        yield
        return

    def follow() -> None:
        with reporting("channels", "the channels of messages could not be read", services.alarms):
            notifier.follow()

    with every(LOOK_EVERY_S, follow, "channels"):
        yield


def dead_channels(notifier: ConfiguredNotifier) -> list[Alarm]:
    dead = {name: state.error for name, state in notifier.dead().items()} | dict(notifier.unusable)
    return [
        Alarm(AlarmKind.CHANNEL, None, f"messages cannot be delivered to channel '{name}': {why}")
        for name, why in dead.items()
    ]
