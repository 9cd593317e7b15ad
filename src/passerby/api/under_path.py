"""Serves everything under a path of its host, for a proxy that has other pages beside it."""

from __future__ import annotations

from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host")
"""Proxies send at least one of these."""


class UnderPath:
    """An ASGI application that wraps another, which knows nothing of the path. A proxy may pass the path on or remove
    it."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        """path: of `server.path`, with slashes at both ends."""
        self._app, self._path = app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            if scope["path"].startswith(self._path):
                scope = {**scope, "path": scope["path"][len(self._path) - 1 :]}
            elif self._is_beside(scope):
                await RedirectResponse(self._path, 307)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_beside(self, scope: Scope) -> bool:
        """Whether a browser asks for the page at an address where its cookies would not be sent."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return False
        if scope["path"] == "/":  # if a proxy removed the path, a redirect would lead here again
            headers = Headers(scope=scope)
            return not any(name in headers for name in FORWARDED) and _is_this_machine(headers.get("host", ""))
        return bool(scope["path"] == self._path.removesuffix("/"))


def _is_this_machine(host: str) -> bool:
    """Whether somebody asks passerby itself, at its own port, and no proxy at a name."""
    name = host.rsplit(":", 1)[0].strip("[]") if not host.endswith("]") else host.strip("[]")
    try:
        ip_address(name)
    except ValueError:
        return name == "localhost"
    return True
