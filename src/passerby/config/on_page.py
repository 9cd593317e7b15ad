"""The keys that can be changed on the page instead, and the configuration that results. The file always wins."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from passerby.config.file import Config
from passerby.config.reading import words_of

Value = bool | float | str

# Not storage.keep_audit_days: whoever changes settings is among those whom the audit watches.
ON_PAGE: Mapping[str, tuple[type, ...]] = {
    "storage.keep_hours": (float, int), "storage.more_than_30_days": (bool,),
    "about.title": (str,), "about.operator": (str,), "about.contact": (str,), "about.purpose": (str,),
    "about.language": (str,),
}  # fmt: skip
"""Each with the types that its value may have: true is no number of hours, and text is none either."""
SAYS = "If not set here, it can be changed on the page."


def is_in_file(config: Config, key: str) -> bool:
    """config: as the file says."""
    section, _, name = key.partition(".")
    return name in getattr(config, section).model_fields_set


def with_page(config: Config, values: Mapping[str, Value]) -> Config:
    """The configuration in effect. config: as the file says. values: by key, as set on the page."""
    fitting = _sections(values) - unfit(config, values).keys()
    return config.model_copy(update={each: getattr(_merged(config, each, values), each) for each in fitting})


def unfit(config: Config, values: Mapping[str, Value]) -> dict[str, str]:
    """Why values do not count, by section: the file would not be allowed them either. It may have changed since they
    were set."""
    found: dict[str, str] = {}
    for section in _sections(values):
        try:
            _merged(config, section, values)
        except ValidationError as error:
            found[section] = words_of(error)
    return found


def _sections(values: Mapping[str, Value]) -> set[str]:
    return {key.partition(".")[0] for key in values}


def _merged(config: Config, section: str, values: Mapping[str, Value]) -> Config:
    """With this section only. Raises ValidationError."""
    of_file = getattr(config, section)
    of_page = {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{section}.")}
    keys_in_file = {name: getattr(of_file, name) for name in of_file.model_fields_set}
    return Config.model_validate({section: of_page | keys_in_file})
