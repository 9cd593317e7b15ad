"""The log of a service: text for people on a terminal, else one JSON object per line."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime


def log_to_stderr(debug: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
    handler.setFormatter(text if sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel(logging.INFO if debug else logging.WARNING)
    for noisy in ("alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    without_noise_of_nats()


def without_noise_of_nats() -> None:
    """Its client closes TLS in a way that asyncio remarks upon each time, which means nothing."""
    logging.getLogger("asyncio").addFilter(_is_no_noise)


def _is_no_noise(record: logging.LogRecord) -> bool:
    return "eof_received" not in str(record.msg)


class JsonLines(logging.Formatter):
    """Of an error only its type is logged, not its message or traceback: they may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry = {"at": at, "level": record.levelname.lower(), "from": record.name, "says": record.getMessage()}
        if record.exc_info and record.exc_info[0]:
            entry["error"] = record.exc_info[0].__name__
        return json.dumps(entry, ensure_ascii=False)
