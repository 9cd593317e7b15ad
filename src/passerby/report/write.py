"""Writes a report to a temporary file and renames it when complete."""

from __future__ import annotations

import os
from pathlib import Path

from passerby.config.about import Language
from passerby.errors import OutputError, SettingsError
from passerby.names import shortened
from passerby.report.model import Report

REPORT_SUFFIXES = (".json", ".html")


def check_report_path(path: Path) -> None:
    """Raises SettingsError unless the suffix is that of a report. It is cheap, so it runs before the long work."""
    if path.suffix.lower() not in REPORT_SUFFIXES:
        raise SettingsError(f"a report cannot be written as '{path.name}'", hint="name it .json or .html")


def write_report(report: Report, path: Path, language: Language = "en") -> Path:
    check_report_path(path)
    text = report.to_json() if path.suffix.lower() == ".json" else report.to_html(language)
    try:
        _replace(path, text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(f"couldn't write the report '{path.name}': {reason}", hint="check its folder") from error
    return path


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{shortened(path.name)}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8") as stream:
            stream.write(text)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
