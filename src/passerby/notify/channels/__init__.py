"""The ways in which messages leave this installation, one module each; made from their settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from passerby.access.audience import Audience
from passerby.access.own_secrets import OwnSecrets
from passerby.access.still_links import StillLinks
from passerby.clock import Clock
from passerby.config import Channel as ChannelConfig
from passerby.config.about import Language
from passerby.config.channel import SCHEMES
from passerby.errors import SettingsError, SourceUnavailable, os_reason
from passerby.net.address import Address
from passerby.net.fetch import Limits
from passerby.net.push import Signer, new_key
from passerby.notify.channel import SEND_WITHIN_S, Channel
from passerby.notify.channels.apprise import Apprise
from passerby.notify.channels.email import Email, checked
from passerby.notify.channels.mqtt import Mqtt
from passerby.notify.channels.push import Push
from passerby.notify.channels.webhook import Webhook
from passerby.notify.links import StillsShown
from passerby.notify.wording import Wording
from passerby.rules.reach import Reach

READ_WITHIN_S = 10.0
PUSH_WITHIN_S = 10.0
"""Of one device: many get a message at once, within the lease of a message."""
PUSH_KEY = "push"


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """What channels need to know of an installation. language: that of messages where nobody chose another one."""

    audience: Audience
    secrets: OwnSecrets
    still_links: StillLinks
    language: Callable[[], Language]


def make_channels(
    configured: Iterable[ChannelConfig], source: str, clock: Clock, context: ChannelContext | None = None, *,
    is_service: bool = False,
) -> dict[str, Channel]:  # fmt: skip
    """By name. source: the address of this installation. context: for web push and links to stills, which there are not
    without it. is_service: not only for a test. Raises SettingsError for an address or a secret that cannot be read or
    used."""
    return {each.name: make_channel(each, source, clock, context, is_service=is_service) for each in configured}


def make_channel(
    config: ChannelConfig, source: str, clock: Clock, context: ChannelContext | None, *,
    is_service: bool = False, is_in_file: bool = True,
) -> Channel:  # fmt: skip
    """One of them. is_in_file: if not, users wrote it: then neither the environment nor a file is read, and Apprise
    gets only well-known services."""
    stills = StillsShown(context.still_links, source, config.still_hours, clock) if config.stills and context else None
    wording = Wording(_language(config, context), stills)
    if config.kind == "push":
        return _push(config, source, clock, context, wording)
    given = config.address.get_secret_value() if config.address else ""
    text = secret_of(given, f"the address of '{config.name}'") if is_in_file else given
    if config.kind == "apprise":
        return Apprise(config.name, text, wording, only_well_known=not is_in_file)
    try:
        address = Address.parse_server(text)
    except SourceUnavailable as error:
        raise SettingsError(f"channel '{config.name}': {error.message}") from None
    if address.scheme not in SCHEMES[config.kind]:
        raise SettingsError(f"channel '{config.name}': its address is not of a server for {config.kind}")
    limits = Limits(Reach(config.networks), SEND_WITHIN_S, READ_WITHIN_S, config.trust_any_certificate)
    if config.kind == "email":
        return Email(address, config.sender or "", config.to or (), limits, wording)
    if config.kind == "mqtt":
        return Mqtt(
            address, config.topic, config.discovery, limits, wording,
            is_service=is_service, takes_commands=config.switches,
        )  # fmt: skip
    secret = config.secret.get_secret_value() if config.secret else ""
    secret = secret_of(secret, f"the secret of '{config.name}'") if is_in_file else secret
    return Webhook(address, secret, source, limits, clock, wording)


def _push(
    config: ChannelConfig, source: str, clock: Clock, context: ChannelContext | None, wording: Wording
) -> Channel:
    if context is None:
        raise SettingsError(f"channel '{config.name}': web push needs an installation")
    contact = f"mailto:{checked(config.sender)}" if config.sender else source
    signer = Signer(context.secrets.get(PUSH_KEY, new_key), contact)
    reach = Reach(config.networks, only_public=True)
    limits = Limits(reach, PUSH_WITHIN_S, READ_WITHIN_S, config.trust_any_certificate)
    return Push(config.name, context.audience, config.to or (), signer, source, limits, clock, wording)


def _language(config: ChannelConfig, context: ChannelContext | None) -> Callable[[], Language]:
    chosen = config.language
    if chosen != "auto":
        return lambda: chosen
    return context.language if context else lambda: "en"


def secret_of(value: str, what: str) -> str:
    """SECRET. Itself, or what is in the environment or a file. Raises SettingsError."""
    kind, _, place = value.partition(":")
    if kind == "env":
        if place not in os.environ:
            raise SettingsError(f"couldn't read {what}: there is no environment variable '{place}'")
        return os.environ[place]
    if kind == "file":
        try:
            return Path(place).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"couldn't read {what}: {os_reason(error)}") from error
        except UnicodeDecodeError:
            raise SettingsError(f"couldn't read {what}: it is not text") from None
    return value
