"""Describes changes of rules in words for the audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from passerby.access.camera_rules import CameraRule, rule_values
from passerby.access.words import NOTHING


def rule_words(before: CameraRule | None, after: CameraRule | None) -> str:
    """before: None for a new rule. after: None for one that is removed."""
    if after is None:
        return f"{before.rule.name!r}, kind {before.rule.kind}" if before else NOTHING
    name = (before or after).rule.name
    return f"{name!r}: {'; '.join(_words(before, after)) or NOTHING}"


def _words(before: CameraRule | None, after: CameraRule) -> Iterator[str]:
    if after.is_enabled != (before is None or before.is_enabled):
        yield "switched on" if after.is_enabled else "switched off"
    was = rule_values(before.rule) if before else {}
    values = rule_values(after.rule)
    for key, value in {"kind": after.rule.kind, **values}.items():
        is_new = key != "name" and value not in (None, [])
        if is_new if before is None else key not in was or value != was[key]:
            yield f"{key} {_value(value)}" + (f" (was {_value(was[key])})" if key in was else "")


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
