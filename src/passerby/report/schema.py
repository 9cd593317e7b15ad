"""Writes the JSON Schema of the report: `python -m passerby.report.schema FILE`. A test keeps it up to date."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from passerby.report.model import Report


def schema_text() -> str:
    return json.dumps(Report.json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
