"""What the command takes for granted is what the library does."""

from __future__ import annotations

import inspect

import pytest

from passerby.cli.redact import redact
from passerby.settings import Settings


@pytest.mark.parametrize(
    "name", ["mode", "style", "shape", "margin", "audio", "codec", "quality", "encoder", "threads"]
)
def test_command_and_library_have_one_default(name: str) -> None:
    assert inspect.signature(redact).parameters[name].default == getattr(Settings(), name)
