"""Describes changes in words for the audit: the most important first, long lists last. No secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from passerby.access.cameras import CameraFacts, ConfiguredCamera
from passerby.access.users import User, UserFacts
from passerby.config import Config
from passerby.errors import SourceUnavailable
from passerby.net.address import Address

NOTHING = "nothing differs"


def user_words(name: str, before: User | None, after: UserFacts) -> str:
    """before: None for a new user."""
    return f"{name}: {'; '.join(_user_words(before, after)) or NOTHING}"


def camera_words(name: str, before: ConfiguredCamera | None, after: CameraFacts) -> str:
    """before: None for a new camera."""
    return "; ".join(_camera_words(name, before, after)) or NOTHING


def setting_words(before: Config, after: Config, keys: Iterable[str]) -> str:
    return "; ".join(_setting_words(before, after, keys)) or NOTHING


def address_words(address: str) -> str:
    """address: SECRET. What may be shown of an address, which need not be valid."""
    try:
        return Address.parse(address).shown
    except SourceUnavailable:
        return "an address that cannot be read"


def _setting_words(before: Config, after: Config, keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        section, _, name = key.partition(".")
        was, value = (getattr(getattr(config, section), name) for config in (before, after))
        if value != was:
            yield f"{key} {_value(value)} (was {_value(was)})"


def _value(value: bool | float | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, str) else f"{value:g}"


def _user_words(before: User | None, after: UserFacts) -> Iterator[str]:
    if after.is_enabled != (before is None or before.is_enabled):
        yield "switched on" if after.is_enabled else "switched off"
    if after.sees_all_cameras != (before is not None and before.sees_all_cameras):
        yield "sees all cameras" if after.sees_all_cameras else "no longer sees all cameras"
    if after.oidc_subject != (before.oidc_subject if before else None):
        # repr: so that no name can pass for the record's own words
        yield f"signs on as {after.oidc_subject!r}" if after.oidc_subject else "no longer has a single sign-on"
    if before is None or after.roles != before.roles:
        was = f" (was {_list(before.roles)})" if before else ""
        yield f"roles {_list(after.roles)}{was}"
    yield from _group_words(before.groups if before else None, after.groups)


def _camera_words(name: str, before: ConfiguredCamera | None, after: CameraFacts) -> Iterator[str]:
    was = before.facts if before else CameraFacts(title=name)
    if after.is_enabled != was.is_enabled:
        yield "switched on" if after.is_enabled else "switched off"
    if after.keeps_boxes != was.keeps_boxes:
        yield "keeps a day of boxes" if after.keeps_boxes else "keeps no boxes"
    if after.more_than_30_days != was.more_than_30_days:
        yield "may be kept for more than 30 days" if after.more_than_30_days else "no longer for more than 30 days"
    if after.trust_any_certificate != was.trust_any_certificate:
        yield "accepts any certificate" if after.trust_any_certificate else "accepts only valid certificates"
    for what, value, old in (
        ("mode", after.mode, was.mode),
        ("privacy delay", f"{after.privacy_delay_s:g} s", f"{was.privacy_delay_s:g} s"),
        ("kept", _hours(after.keep_hours), _hours(was.keep_hours)),
    ):
        if before is None or value != old:
            yield f"{what} {value}" + (f" (was {old})" if before else "")
    if after.transport != was.transport:
        yield f"over {after.transport}"
    if after.address is not None:  # the credentials may differ where the rest is the same
        yield f"address {address_words(after.address)}"
    if (after.title or name) != was.title:
        yield f"title {(after.title or name)!r}"
    yield from _group_words(was.groups if before else None, after.groups)


def _group_words(before: frozenset[str] | None, after: frozenset[str]) -> Iterator[str]:
    """For a change, only additions and removals. before: None for what is new."""
    if before is None:
        yield f"groups {_list(after)}"
    elif before != after:
        came = [f"+{group}" for group in sorted(after - before)]
        went = [f"-{group}" for group in sorted(before - after)]
        yield f"groups {' '.join(came + went)}"


def _list(names: frozenset[str]) -> str:
    return " ".join(sorted(names)) or "none"


def _hours(keep_hours: float | None) -> str:
    return "as configured" if keep_hours is None else f"{keep_hours:g} h"
