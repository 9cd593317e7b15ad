"""Checks around every request, before any route: known host names, the size of bodies, headers for browsers."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passerby.api.problems import Problem
from passerby.config import is_this_machine

MAX_BODY_BYTES = 1 << 20
PLAIN = ("/healthz",)
"""Reveals nothing about anybody, and is polled by service managers."""
EMPTY: Mapping[tuple[str, str], int] = MappingProxyType({})
CONTENT_SECURITY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "connect-src 'self'",
        "img-src 'self' blob: data:", "media-src 'self' blob:", "worker-src 'self' blob:", "manifest-src 'self'",
        "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
    )
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self)",
}
HSTS = "max-age=31536000"


class Middleware:
    """An ASGI application that wraps another."""

    def __init__(
        self,
        app: ASGIApp,
        names: Collection[str],
        larger: Mapping[tuple[str, str], int] = EMPTY,
        *,
        only_https: bool = False,
        asks: str | None = None,
    ) -> None:
        """names: our host names; IP addresses are accepted too, since DNS rebinding needs a name. larger: the maximum
        body size by method and path, where above MAX_BODY_BYTES. only_https: machines other than this one are served
        over HTTPS only, except for PLAIN. asks: the origin of another site that the page may send requests to."""
        self._app, self._names, self._larger = app, {name.lower() for name in names} | {"localhost"}, larger
        self._only_https = only_https
        connect = "connect-src 'self'"
        security = CONTENT_SECURITY.replace(connect, f"{connect} {asks}") if asks else CONTENT_SECURITY
        self._headers = HEADERS | {"Content-Security-Policy": security}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        sender = send if scope["type"] == "websocket" else _with_headers(scope, send, self._headers)
        if not self._is_ours(headers.get("host", "")):
            await _refuse(scope, receive, sender, 403, "this installation does not have this name", "server.names")
            return
        if self._only_https and _is_plain(scope):
            await _refuse(
                scope, receive, sender, 403, "this installation is reached only over HTTPS", "server.allow_plain_http"
            )
            return
        max_bytes = self._larger.get((scope.get("method", ""), scope["path"]), MAX_BODY_BYTES)
        if _content_length(headers) > max_bytes:
            await _refuse(scope, receive, sender, 413, f"the limit is {_in_words(max_bytes)}", None)
        else:
            await self._app(scope, _limited(receive, max_bytes), sender)

    def _is_ours(self, host: str) -> bool:
        name = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
        try:
            ip_address(name)
        except ValueError:
            return name.lower() in self._names
        return True


def _is_plain(scope: Scope) -> bool:
    """Whether passwords and pictures would be sent unencrypted from another machine."""
    if scope["scheme"] in ("https", "wss") or scope["path"] in PLAIN:
        return False
    return not is_this_machine((scope.get("client") or ("",))[0])


def _in_words(count: int) -> str:
    return f"{count / 1e6:g} MB" if count >= 10 * MAX_BODY_BYTES else f"{count} bytes"


def _limited(receive: Receive, max_bytes: int) -> Receive:
    """For bodies without a declared length. An excess looks like a broken connection."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b"")) if message["type"] == "http.request" else 0
        return {"type": "http.disconnect"} if taken > max_bytes else message

    return limited


def _content_length(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else sys.maxsize


def _with_headers(scope: Scope, send: Send, added: Mapping[str, str]) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in added.items():
                headers.setdefault(name, value)
            if scope["path"].startswith("/api/"):
                headers.setdefault("Cache-Control", "no-store")
            if scope["scheme"] == "https":
                headers.setdefault("Strict-Transport-Security", HSTS)
        await send(message)

    return with_headers


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, message: str, key: str | None) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": message})
        return
    hint = f"{key} in passerby.toml" if key else None
    await JSONResponse(Problem(message=message, hint=hint).model_dump(), status)(scope, receive, send)
