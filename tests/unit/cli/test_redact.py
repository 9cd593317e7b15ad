"""What the command takes for granted is what the library does."""

from __future__ import annotations

import inspect

import pytest

from passerby.cli.redact import language_of, redact
from passerby.settings import Settings


@pytest.mark.parametrize(
    "name", ["mode", "style", "shape", "margin", "audio", "codec", "quality", "encoder", "threads"]
)
def test_command_and_library_have_one_default(name: str) -> None:
    assert inspect.signature(redact).parameters[name].default == getattr(Settings(), name)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"), ({"LANG": "ru_RU.UTF-8"}, "ru"), ({"LANG": "ru"}, "ru"), ({"LANG": "run"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C.UTF-8"}, "en"), ({"LANG": "de_DE", "LC_MESSAGES": "ru_RU"}, "ru"),
        ({"LANG": "C", "LC_ALL": ""}, "en"),
    ],
)  # fmt: skip
def test_a_report_is_in_the_language_of_the_terminal(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language
