"""Routes of the settings: each key with its value and its effect, secrets hidden; some can be changed."""

from __future__ import annotations

from annotated_types import MaxLen
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from passerby.access import Installation
from passerby.api.gate import signed_in_of
from passerby.api.ports import services_of
from passerby.config import Config, section_of
from passerby.config.on_page import ON_PAGE, is_in_file
from passerby.config.on_page import Value as PageValue

router = APIRouter(prefix="/api/settings", tags=["about"])

HIDDEN = "**********"
NOT_SHOWN = {"camera", "rule", "channel", "route", "cluster"}
"""Lists of tables: cameras, rules and channels have routes of their own in the API. And what `serve` refuses."""

Value = bool | int | float | str | list[str] | None


class Setting(BaseModel):
    """One key."""

    key: str = Field(description="As in the file: section.key.")
    value: Value = Field(description="The value in effect; null: not set. A secret is a row of *.")
    is_default: bool
    is_in_file: bool = Field(description="Set in passerby.toml: change it there.")
    is_changeable: bool = Field(description="It can be changed here.")
    max_length: int | None = Field(description="Of a text, in letters; null: it is none, or has no limit.")
    about: str = Field(description="What it does, and what is dangerous about it.")


class SettingsSection(BaseModel):
    """One table of the file."""

    name: str
    about: str
    problem: str | None = Field(description="Why what was set here does not count: it does not fit the file.")
    settings: list[Setting]


class SettingsChange(BaseModel):
    """Any number of them, all or nothing."""

    values: dict[str, PageValue | None] = Field(
        description="By key, as in the file: section.key. null: the default again.",
        min_length=1, max_length=len(ON_PAGE), json_schema_extra={"propertyNames": {"enum": list(ON_PAGE)}},
    )  # fmt: skip


@router.get("", summary="The configuration; secrets are hidden")
def settings(request: Request) -> list[SettingsSection]:
    return _settings_of(services_of(request).installation)


@router.patch("", summary="Change settings, of those that the file does not set")
def change_settings(change: SettingsChange, request: Request) -> list[SettingsSection]:
    installation, me = services_of(request).installation, signed_in_of(request)
    with installation.audit.with_change():
        words = installation.settings.change(change.values)
        installation.audit.note(me.user.name, me.through, "settings:change", about=words)
    return _settings_of(installation)


def _settings_of(installation: Installation) -> list[SettingsSection]:
    """In the order of the file."""
    current = installation.settings.current()
    shown = current.model_dump(mode="json", exclude=NOT_SHOWN)
    problems = installation.settings.unfit()
    return [_section(installation.config, current, name, values, problems.get(name)) for name, values in shown.items()]


def _section(
    of_file: Config, config: Config, name: str, values: dict[str, Value], problem: str | None
) -> SettingsSection:
    model = section_of(Config.model_fields[name].annotation)
    assert model is not None, "every key is in a section"
    actual, usual = getattr(config, name), model()
    settings = [
        Setting(
            key=f"{name}.{key}", value=_shown(f"{name}.{key}", value),
            is_default=getattr(actual, key) == getattr(usual, key),
            is_in_file=is_in_file(of_file, f"{name}.{key}"),
            is_changeable=f"{name}.{key}" in ON_PAGE and not is_in_file(of_file, f"{name}.{key}"),
            about=model.model_fields[key].description or "", max_length=_max_length(model.model_fields[key]),
        )
        for key, value in values.items()
    ]  # fmt: skip
    return SettingsSection(name=name, about=" ".join((model.__doc__ or "").split()), problem=problem, settings=settings)


def _max_length(field: FieldInfo) -> int | None:
    return next((each.max_length for each in field.metadata if isinstance(each, MaxLen)), None)


def _shown(key: str, value: Value) -> Value:
    may_hold_a_key = key == "storage.recordings" and isinstance(value, str) and ("@" in value or "?" in value)
    return HIDDEN if may_hold_a_key else value
