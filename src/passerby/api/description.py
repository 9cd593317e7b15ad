"""Writes the API's description (OpenAPI) without a server: the page's client is generated from it."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from passerby.access import Installation
from passerby.api.app import make_app
from passerby.api.ports import Services
from passerby.archive import Archive
from passerby.config import Config


def description() -> str:
    """JSON, reproducible, without the version, which changes with each release."""
    with tempfile.TemporaryDirectory(prefix="passerby-description-") as name:
        folder = Path(name)
        installation = Installation(folder, Config())
        try:
            with Archive(folder) as archive:
                schema = make_app(Services(installation, archive, folder)).openapi()
        finally:
            installation.close()
    schema["info"]["version"] = "0"
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(description(), encoding="utf-8")
