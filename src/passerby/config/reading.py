"""Reads TOML, and says what is wrong with it in one sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from passerby.errors import SettingsError, os_reason


def read_toml(path: Path) -> dict[str, Any]:
    """Raises SettingsError: one sentence that names the file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"couldn't read '{path}': {os_reason(error)}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"couldn't read '{path}': {error}", hint="it is written in TOML") from None


def named_twice(names: Iterable[str]) -> str | None:
    """The first name that stands there more than once."""
    known = list(names)
    return next((name for name in known if known.count(name) > 1), None)


def words_of(error: ValidationError) -> str:
    """The first of its errors in a sentence that names the key."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    says = first["msg"].removeprefix("Value error, ")
    key = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
    has_key = not key or key in says
    return says if has_key else f"{key}: {says[:1].lower()}{says[1:]}"


def key_of(error: ValidationError) -> str | None:
    """The first key that is wrong, if one alone is."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = [part for part in first["loc"] if isinstance(part, str)]
    return place[0] if place else first.get("ctx", {}).get("key")
