"""What is worth noticing in each camera's view: the rules, from the page and from the configuration file."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.events import rules
from passerby.config.rule import MAX_RULES, LineRule, Rule, rule_fault
from passerby.errors import SettingsError

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


@dataclass(frozen=True, slots=True)
class CameraRule:
    """One rule of a camera. who: the user who changed it last; empty: the file. at_90k: UTC when."""

    camera: str
    rule: Rule
    is_enabled: bool
    is_in_file: bool
    who: str
    at_90k: int


class CameraRules:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def list(self, camera: str | None = None) -> list[CameraRule]:
        """Of one camera or of all, by name. One that this version cannot read is left out."""
        query = select(rules).order_by(rules.c.camera, rules.c.name)
        if camera is not None:
            query = query.where(rules.c.camera == camera)
        with self._rows.transaction("read the rules") as connection:
            found = [_camera_rule(row) for row in connection.execute(query)]
        return [each for each in found if each is not None]

    def names(self) -> Sequence[tuple[str, str]]:
        """Camera and name of each, also of those that this version cannot read."""
        query = select(rules.c.camera, rules.c.name).order_by(rules.c.name, rules.c.camera)
        with self._rows.transaction("read the names of rules") as connection:
            return [(row.camera, row.name) for row in connection.execute(query)]

    def enabled(self) -> dict[str, tuple[Rule, ...]]:
        """By camera, for cameras that have any."""
        found: dict[str, tuple[Rule, ...]] = {}
        for each in self.list():
            if each.is_enabled:
                found[each.camera] = (*found.get(each.camera, ()), each.rule)
        return found

    def lines(self) -> Sequence[tuple[str, str]]:
        """Camera and name of each rule that counts crossings."""
        return [(each.camera, each.rule.name) for each in self.list() if isinstance(each.rule, LineRule)]

    def find(self, camera: str, name: str) -> CameraRule | None:
        with self._rows.transaction("read a rule") as connection:
            row = connection.execute(select(rules).where(*_named(camera, name))).one_or_none()
        return None if row is None else _camera_rule(row)

    def add(self, camera: str, rule: Rule, *, is_enabled: bool, who: str) -> CameraRule:
        """camera: must exist. Raises SettingsError for a name that is taken, and if there are too many."""
        new = CameraRule(camera, rule, is_enabled, False, who, self._rows.clock.now_90k())
        count = select(func.count()).select_from(rules).where(rules.c.camera == camera)
        with self._rows.transaction("change a rule") as connection:
            _check_not_taken(connection, camera, rule.name)
            if connection.execute(count).scalar_one() >= MAX_RULES:
                raise SettingsError(f"camera '{camera}' has {MAX_RULES} rules already, the maximum")
            connection.execute(insert(rules).values(**_values(new)))
        return new

    def change(self, camera: str, name: str, rule: Rule, *, is_enabled: bool, who: str) -> CameraRule:
        """Replaces the rule of a name; the new one may have another. Raises SettingsError for a name that is taken,
        and if there is no such rule or it is in the file."""
        new = CameraRule(camera, rule, is_enabled, False, who, self._rows.clock.now_90k())
        with self._rows.transaction("change a rule") as connection:
            _check_on_page(connection, camera, name)
            if rule.name != name:
                _check_not_taken(connection, camera, rule.name)
            connection.execute(update(rules).where(*_named(camera, name)).values(**_values(new)))
        return new

    def remove(self, camera: str, name: str) -> None:
        """Raises SettingsError if there is no such rule, or if it is in the file."""
        with self._rows.transaction("remove a rule") as connection:
            _check_on_page(connection, camera, name)
            connection.execute(delete(rules).where(*_named(camera, name)))

    def follow_file(self, configured: Mapping[str, Sequence[Rule]]) -> None:
        """Make the file's rules match the file. Raises SettingsError if one of the same name was added on the page."""
        now_90k = self._rows.clock.now_90k()
        with self._rows.transaction("apply the rules of the configuration file") as connection:
            before = {
                (row.camera, row.name): row.at_90k
                for row in connection.execute(select(rules).where(rules.c.is_in_file))
            }
            connection.execute(delete(rules).where(rules.c.is_in_file))
            for camera, its in configured.items():
                for rule in its:
                    if connection.execute(select(rules.c.name).where(*_named(camera, rule.name))).first() is not None:
                        raise SettingsError(
                            f"rule '{rule.name}' of camera '{camera}' is in the configuration file and was added on "
                            "the page too",
                            hint="give it another name in the file",
                        )
                    at_90k = before.get((camera, rule.name), now_90k)
                    new = CameraRule(camera, rule, True, True, "", at_90k)
                    connection.execute(insert(rules).values(**_values(new)))


def forget_rules(connection: Connection, cameras: Collection[str]) -> None:
    """For cameras that are removed."""
    connection.execute(delete(rules).where(rules.c.camera.in_(cameras), ~rules.c.is_in_file))


def checked_rule(values: Mapping[str, Any]) -> Rule:
    """A rule from its keys, as in the file. Raises SettingsError: one sentence that names the key."""
    try:
        return _RULE.validate_python(values)
    except ValidationError as error:
        raise SettingsError(rule_fault(error)) from None


def rule_values(rule: Rule) -> dict[str, Any]:
    """The keys of a rule, as in the file."""
    values: dict[str, Any] = json.loads(_RULE.dump_json(rule))
    return values


def _values(each: CameraRule) -> dict[str, Any]:
    return {
        "camera": each.camera, "name": each.rule.name, "is_enabled": each.is_enabled, "is_in_file": each.is_in_file,
        "who": each.who, "at_90k": each.at_90k, "value": json.dumps(rule_values(each.rule), separators=(",", ":")),
    }  # fmt: skip


def _named(camera: str, name: str) -> tuple[Any, Any]:
    return rules.c.camera == camera, rules.c.name == name


def _check_not_taken(connection: Connection, camera: str, name: str) -> None:
    if connection.execute(select(rules.c.name).where(*_named(camera, name))).first() is not None:
        raise SettingsError(f"camera '{camera}' has a rule named '{name}' already")


def _check_on_page(connection: Connection, camera: str, name: str) -> None:
    row = connection.execute(select(rules.c.is_in_file).where(*_named(camera, name))).one_or_none()
    if row is None:
        raise SettingsError(f"camera '{camera}' has no rule named '{name}'")
    if row.is_in_file:
        raise SettingsError(f"rule '{name}' is defined in the configuration file", hint="change it there")


def _camera_rule(row: Row[Any]) -> CameraRule | None:
    try:
        rule = checked_rule(json.loads(row.value))
    except (SettingsError, ValueError):  # of another version
        return None
    return CameraRule(row.camera, rule, row.is_enabled, row.is_in_file, row.who, row.at_90k)
