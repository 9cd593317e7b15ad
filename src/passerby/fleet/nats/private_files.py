"""Files that only their owner can read, replaced whole; and TOML of plain values."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from passerby.errors import OutputError, os_reason
from passerby.folders import sync


def write_private(path: Path, text: str | bytes) -> None:
    """Raises OutputError."""
    data = text.encode() if isinstance(text, str) else text
    unnamed = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unnamed.replace(path)
        finally:
            unnamed.unlink(missing_ok=True)
        if os.name == "posix":
            sync(path.parent)
    except OSError as error:
        raise OutputError(f"couldn't write '{path}': {os_reason(error)}") from error


def to_toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in section.items())
        for name, section in sections.items()
    )


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)  # strings, numbers and booleans are written alike in both
