"""The configuration as the page shows it: each key with its value and its effect. Secrets are hidden."""

from __future__ import annotations

from pydantic import BaseModel, Field

from passerby.config import Config, section_of

HIDDEN = "**********"
NOT_SHOWN = "camera"
"""Cameras have a section of their own on the page, and in the API."""

Value = bool | int | float | str | list[str] | None


class Setting(BaseModel):
    """One key."""

    key: str = Field(description="As in the file: section.key.")
    value: Value = Field(description="The value in effect; null: not set. A secret is a row of *.")
    is_default: bool
    about: str = Field(description="What it does, and what is dangerous about it.")


class SettingsSection(BaseModel):
    """One table of the file."""

    name: str
    about: str
    settings: list[Setting]


def settings_of(config: Config) -> list[SettingsSection]:
    """In the order of the file."""
    sections = config.model_dump(mode="json", exclude={NOT_SHOWN})
    return [_section(config, name, values) for name, values in sections.items()]


def _section(config: Config, name: str, values: dict[str, Value]) -> SettingsSection:
    model = section_of(Config.model_fields[name].annotation)
    assert model is not None, "every key is in a section"
    actual, usual = getattr(config, name), model()
    settings = [
        Setting(
            key=f"{name}.{key}", value=_shown(f"{name}.{key}", value),
            is_default=getattr(actual, key) == getattr(usual, key), about=model.model_fields[key].description or "",
        )
        for key, value in values.items()
    ]  # fmt: skip
    return SettingsSection(name=name, about=" ".join((model.__doc__ or "").split()), settings=settings)


def _shown(key: str, value: Value) -> Value:
    may_hold_a_key = key == "storage.recordings" and isinstance(value, str) and ("@" in value or "?" in value)
    return HIDDEN if may_hold_a_key else value
