"""The keys that can be changed on the page instead, and the configuration that results. The file always wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from passerby.config.file import Config, words_of
from passerby.errors import SettingsError

Value = bool | float | str

# Not storage.keep_audit_days: whoever changes settings is among those whom the audit watches.
ON_PAGE = (
    "storage.keep_hours", "storage.more_than_30_days",
    "about.title", "about.operator", "about.contact", "about.purpose",
)  # fmt: skip
SAYS = "If not set here, it can be changed on the page."


def is_in_file(config: Config, key: str) -> bool:
    """config: as the file says."""
    section, _, name = key.partition(".")
    return name in getattr(config, section).model_fields_set


def with_page(config: Config, values: Mapping[str, Value]) -> Config:
    """The configuration in effect. config: as the file says. values: by key, as set on the page.

    The file may have changed since, so that the values do not fit any more: then those of the section do not count.
    """
    sections = {key.partition(".")[0] for key in values}
    return config.model_copy(update={each: _section(config, each, values) for each in sections})


def check_page(config: Config, values: Mapping[str, Value]) -> None:
    """Raises SettingsError for values that the file would not be allowed either."""
    for section in {key.partition(".")[0] for key in values}:
        try:
            Config.model_validate({section: _merged(config, section, values)})
        except ValidationError as error:
            raise SettingsError(words_of(error)) from None


def _section(config: Config, section: str, values: Mapping[str, Value]) -> Any:
    try:
        return getattr(Config.model_validate({section: _merged(config, section, values)}), section)
    except ValidationError:
        return getattr(config, section)


def _merged(config: Config, section: str, values: Mapping[str, Value]) -> dict[str, Any]:
    of_file = getattr(config, section)
    of_page = {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{section}.")}
    return of_page | {name: getattr(of_file, name) for name in of_file.model_fields_set}
