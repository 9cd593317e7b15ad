"""What a service logs is one JSON object a line, without what an error happened to hold."""

from __future__ import annotations

import json
import logging
import sys

from passerby.cli.logs import JsonLines

SECRET = "rtsp://kim:swordfish@gate/1"


def test_an_error_is_told_by_its_kind_alone() -> None:
    try:
        raise RuntimeError(SECRET)
    except RuntimeError:
        record = logging.LogRecord("passerby.x", logging.ERROR, __file__, 1, "failed: %s", ("gate\n",), sys.exc_info())
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "swordfish" not in line
    entry = json.loads(line)
    assert (entry["level"], entry["from"], entry["says"], entry["error"]) == (
        "error", "passerby.x", "failed: gate\n", "RuntimeError",
    )  # fmt: skip
    assert entry["at"].endswith("+00:00")
