"""Describes changes of channels and routes in words for the audit. No secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from passerby.access.channels import ConfiguredChannel, route_settings, settings_of, shown_address
from passerby.access.words import NOTHING
from passerby.config import Channel, Route


def channel_words(before: ConfiguredChannel | None, after: Channel) -> str:
    """before: None for a new channel."""
    return f"{after.name}: {'; '.join(_channel_words(before, after)) or NOTHING}"


def route_words(before: Route | None, after: Route) -> str:
    """before: None for a new route."""
    was = route_settings(before) if before else None
    return "; ".join(_differences(was, route_settings(after), Route)) or NOTHING


def _channel_words(before: ConfiguredChannel | None, after: Channel) -> Iterator[str]:
    was = before.config if before else None
    if after.address is not None and (was is None or was.address != after.address):
        yield f"address {shown_address(after)}"
    if after.secret is not None and (was is None or was.secret != after.secret):
        yield "another secret" if before else "a secret"
    yield from _differences(before.settings if before else None, settings_of(after), Channel)


def _differences(
    was: Mapping[str, Any] | None, values: Mapping[str, Any], model: type[Channel | Route]
) -> Iterator[str]:
    for key, value in values.items():
        if key == "name" or (was is not None and was.get(key) == value):
            continue
        if was is not None:
            yield f"{key} {_value(value)} (was {_value(was.get(key))})"
        elif value != _usual(model, key):
            yield f"{key} {_value(value)}"


def _usual(model: type[Channel | Route], key: str) -> Any:
    field = model.model_fields[key]
    return None if field.is_required() else json.loads(json.dumps(field.get_default()))


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
