"""Codes of what a record of the audit says, part by part. They stand apart: "mode reveal" is no sentence."""

from __future__ import annotations

import re

from passerby.said.sentences import Coded, Sentences

AUDIT = {
    "audit-of": "{name}: {what:must}",
    "audit-nothing": "nothing differs",
    "audit-on": "switched on",
    "audit-off": "switched off",
    # Users
    "audit-sees-all": "sees all cameras",
    "audit-sees-some": "no longer sees all cameras",
    "audit-signs-on": "signs on as {subject}",
    "audit-no-sign-on": "no longer has a single sign-on",
    "audit-no-password": "without a password",
    "audit-roles": "roles {roles}",
    "audit-roles-were": "roles {roles} (was {roles_before})",
    "audit-groups": "groups {groups}",
    "audit-signed-in-again": "somebody signed in again",
    "audit-language": "language",
    "audit-layouts": "layouts",
    "audit-language-layouts": "language layouts",
    # Cameras
    "audit-boxes": "keeps a day of boxes",
    "audit-no-boxes": "keeps no boxes",
    "audit-long": "may be kept for more than 30 days",
    "audit-not-long": "no longer for more than 30 days",
    "audit-any-certificate": "accepts any certificate",
    "audit-valid-certificates": "accepts only valid certificates",
    "audit-mode": "mode {mode:name}",
    "audit-mode-was": "mode {mode:name} (was {mode_before:name})",
    "audit-delay": "privacy delay {seconds:name} s",
    "audit-delay-was": "privacy delay {seconds:name} s (was {before:name} s)",
    "audit-kept": "kept {hours:name} h",
    "audit-kept-usual": "kept as configured",
    "audit-kept-was": "kept {hours:name} h (was {before:name} h)",
    "audit-kept-was-usual": "kept {hours:name} h (was as configured)",
    "audit-kept-usual-was": "kept as configured (was {before:name} h)",
    "audit-transport": "over {transport:name}",
    "audit-address": "address {address:name}",
    "audit-address-unreadable": "address an address that cannot be read",
    "audit-address-tried-unreadable": "an address that cannot be read",
    "audit-title": "title {title}",
    # Rules, settings, boxes, sites
    "audit-kind": "{name}, kind {rule_kind:name}",
    "audit-value-was": "{key:name} {value} (was {before})",
    "audit-box": "box {id:name}: left {left}, top {top}, right {right}, bottom {bottom}",
    "audit-title-at": "title {title}, at {latitude:name}, {longitude:name}",
    "audit-title-nowhere": "title {title}, not on the map",
    "audit-on-plan": "site {site:name}, {left:name} from the left, {top:name} from the top",
    "audit-bearing": "bearing {bearing:name}, angle {angle:name}",
    "audit-plan": "{width:name} × {height:name} pixels",
    # Events and messages
    "audit-event": "event {id:name}",
    "audit-event-of": "event {id:name}, {rule}",
    "audit-event-state": "event {id:name}, {rule}: {state_before:name} to {state:name}",
    "audit-channel": "channel {name:name}",
    "audit-routes": "routes changed: {count:name}",
    "audit-another-secret": "another secret",
    "audit-secret": "a secret",
    "audit-message": "message {id:name}",
    # The audit itself
    "audit-all": "all records",
    "audit-records": "{count:name} records",
    "audit-user": "user {name}",
    "audit-action": "action {action:name}",
    "audit-camera": "camera {name}",
    "audit-from": "from {time} UTC",
    "audit-to": "to {time} UTC",
}
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_PART = re.compile(rf"(?:{_QUOTED}|[^;]|;(?! ))+")
_coded = Sentences(AUDIT, first=["audit-of"]).coded


def coded_parts(about: str) -> tuple[Coded | str, ...]:
    """What a record says, in its parts; those without a code, such as names, as they are."""
    return tuple(_coded(part) or part for part in _parts(about))


def _parts(about: str) -> list[str]:
    return [each.strip() for each in _PART.findall(about)]
