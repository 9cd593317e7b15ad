"""The ways in which messages leave this installation, one module each; made from their sections of the file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from passerby.clock import Clock
from passerby.config import Channel as ChannelConfig
from passerby.config.channel import SCHEMES
from passerby.errors import SettingsError, SourceUnavailable, os_reason
from passerby.net.address import Address
from passerby.net.fetch import Limits
from passerby.notify.channel import SEND_WITHIN_S, Channel
from passerby.notify.channels.apprise import Apprise
from passerby.notify.channels.email import Email
from passerby.notify.channels.mqtt import Mqtt
from passerby.notify.channels.webhook import Webhook
from passerby.rules.reach import Reach

READ_WITHIN_S = 10.0


def make_channels(
    configured: Iterable[ChannelConfig], source: str, clock: Clock, *, is_service: bool = False
) -> dict[str, Channel]:
    """By name. source: the address of this installation. is_service: not only for a test. Raises SettingsError for an
    address or a secret that cannot be read or used."""
    return {each.name: _made(each, source, clock, is_service) for each in configured}


def _made(config: ChannelConfig, source: str, clock: Clock, is_service: bool) -> Channel:
    text = secret_of(config.address.get_secret_value(), f"the address of '{config.name}'")
    if config.kind == "apprise":
        return Apprise(config.name, text)
    try:
        address = Address.parse_server(text)
    except SourceUnavailable as error:
        raise SettingsError(f"channel '{config.name}': {error.message}") from None
    if address.scheme not in SCHEMES[config.kind]:
        raise SettingsError(f"channel '{config.name}': its address is not of a server for {config.kind}")
    limits = Limits(Reach(config.networks), SEND_WITHIN_S, READ_WITHIN_S, config.trust_any_certificate)
    if config.kind == "email":
        return Email(address, config.sender or "", config.to or (), limits)
    if config.kind == "mqtt":
        return Mqtt(address, config.topic, config.discovery, limits, is_service=is_service)
    secret = config.secret.get_secret_value() if config.secret else ""
    return Webhook(address, secret_of(secret, f"the secret of '{config.name}'"), source, limits, clock)


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
