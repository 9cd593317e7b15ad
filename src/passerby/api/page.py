"""Serves the built page's files. Anybody may load them: they show nothing without the API."""

from __future__ import annotations

from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

FOLDER = Path(__file__).parent.parent / "page"
"""Where the build hook puts it."""

FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"


def built_page() -> Path | None:
    """None if this installation was built without one."""
    return FOLDER if (FOLDER / "index.html").is_file() else None


class Page(StaticFiles):
    """Files under assets/ have their hash in their name and never change. Everything else is revalidated each time: an
    old index would refer to files that no longer exist."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_kept = path.replace("\\", "/").startswith("assets/") and response.status_code in (200, 304)
        response.headers["Cache-Control"] = FOR_EVER if is_kept else ASK_EACH_TIME
        return response
