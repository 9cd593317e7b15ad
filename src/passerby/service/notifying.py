"""Notifies people while a service runs: makes the notifier of the configuration, hands it alarms and events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from passerby.access import Installation
from passerby.api import Services
from passerby.api.alarms import MEANS, standing
from passerby.config import Route as RouteConfig
from passerby.config.about import Language
from passerby.config.page_address import page_address
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.messages import Severity
from passerby.notify.alarm_messages import AlarmMessages
from passerby.notify.channels import ChannelContext, make_channels
from passerby.notify.event_messages import AT_ONCE, EventMessages
from passerby.notify.notifier import Notifier
from passerby.rules.events.schedule import Schedule
from passerby.rules.notify import Route
from passerby.service.status_channels import StatusChannels
from passerby.service.upkeep import every, reporting

LOOK_EVERY_S = 5.0
EVENTS_EVERY_S = 0.25
OBEY_EVERY_S = 0.25  # so soon a switch in Home Assistant stays where it was put
FORGET_EVERY_90K = 3600 * 90_000


def make_notifier(installation: Installation, *, is_service: bool = True) -> Notifier:
    """is_service: it sends; otherwise tests only, and tells how it goes. Raises SettingsError for a channel that cannot
    be used."""
    config = installation.config
    page = page_address(config.server)
    context = channel_context(installation)
    channels = make_channels(config.channel, page, installation.clock, context, is_service=is_service)

    def groups_of(camera: str) -> frozenset[str]:
        found = installation.cameras.find(camera)
        return found.facts.groups if found else frozenset()

    return Notifier(installation.rows, channels, [route_of(each) for each in config.route], groups_of)


def channel_context(installation: Installation) -> ChannelContext:
    def language() -> Language:
        chosen = installation.settings.current().about.language
        return "en" if chosen == "auto" else chosen

    return ChannelContext(installation.audience, installation.own_secrets, installation.still_links, language)


def route_of(config: RouteConfig) -> Route:
    return Route(
        channels=config.channels,
        least=Severity(config.severity),
        cameras=frozenset(config.cameras),
        groups=frozenset(config.groups),
        rules=frozenset(config.rules),
        when=Schedule.of(config.when),
        quiet=Schedule.of(config.quiet) if config.quiet else None,
        cool_down_s=config.cool_down_s,
        digest_after=config.digest_after,
        escalate_after_s=config.escalate_after_s,
        escalate_to=config.escalate_to or (),
    )


@contextmanager
def notified(services: Services) -> Iterator[None]:
    """Sends messages, and makes some of events and of alarms, also of a channel that is dead."""
    notifier, installation = services.notifier, services.installation
    if notifier is None or not installation.config.channel:
        yield
        return
    page = page_address(installation.config.server)
    messages = AlarmMessages(installation.rows, notifier, MEANS, f"{page}#/health")
    events = EventMessages(installation.rows, notifier, f"{page}#/events")
    forgot_90k = 0

    def look() -> None:
        nonlocal forgot_90k
        with reporting("notify", "alarms could not be told", services.alarms):
            trouble = notifier.sender.trouble
            services.alarms.round("sender", [Alarm(AlarmKind.UPKEEP, None, trouble)] if trouble else [])
            services.alarms.round("channels", dead_channels(notifier))
            messages.round(standing(services))
            now_90k = installation.clock.now_90k()
            if abs(now_90k - forgot_90k) >= FORGET_EVERY_90K:
                forgot_90k = now_90k
                notifier.outbox.forget()

    def tell_events() -> float:
        with reporting("events", "events could not be told", services.alarms):
            if events.round() == AT_ONCE:
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


def dead_channels(notifier: Notifier) -> list[Alarm]:
    return [
        Alarm(AlarmKind.CHANNEL, None, f"messages cannot be delivered to channel '{name}': {state.error}")
        for name, state in notifier.dead().items()
    ]
