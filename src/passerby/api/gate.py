"""Checks permissions before every route: who is asking, for what, and whether they may. Refuses unknown routes."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from fastapi import Request, Response, WebSocketException
from fastapi.requests import HTTPConnection

from passerby.access.sessions import SignedIn, csrf_token_of
from passerby.api.permissions import TABLE
from passerby.api.permits import Permit
from passerby.api.ports import services_of
from passerby.api.problems import problem
from passerby.archive import Reader
from passerby.rules.access import LOOKS, NOBODY, Action, Subject, Verdict, may, sees_since_90k

CSRF_HEADER = "X-Passerby-CSRF"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_REFUSED_WEBSOCKET = 1008  # policy violation


def gate(connection: HTTPConnection) -> None:
    """A dependency of every route."""
    method = "WS" if connection.scope["type"] == "websocket" else str(connection.scope["method"])
    signed_in = who_asks(connection)
    connection.state.signed_in = signed_in
    action = TABLE.get((method, getattr(connection.scope.get("route"), "path", "")))
    _refuse_unless(connection, _same_site(connection, method, signed_in))
    camera = str(connection.path_params.get("camera", ""))
    subject, principal = subject_of(connection, camera), signed_in.principal if signed_in else NOBODY
    _refuse_unless(connection, may(principal, action, subject))
    connection.state.sees_since_90k = since_90k = sees_since_90k(principal, subject)
    connection.state.permit = None
    # A change happens at once or not at all, and users who reduce their own permissions must get the answer.
    if signed_in and action and (method in _SAFE or method == "WS" or action in LOOKS):
        connection.state.permit = Permit(
            lambda: _may_still(connection, signed_in, action, camera, since_90k), signed_in.ends_90k
        )


def _may_still(connection: HTTPConnection, before: SignedIn, action: Action, camera: str, since_90k: int) -> bool:
    """Whether the user whom the gate admitted would be admitted now, as the same user, to do the same. since_90k: from
    when on they could see the camera's recordings."""
    now = who_asks(connection)
    if now is None or now.user.handle != before.user.handle:
        return False
    subject = subject_of(connection, camera)
    return may(now.principal, action, subject).allowed and sees_since_90k(now.principal, subject) <= since_90k


def who_asks(connection: HTTPConnection) -> SignedIn | None:
    """By a token in Authorization, else by the cookie. A wrong token counts as nobody, even if there is a cookie."""
    found = services_of(connection).installation
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    if kind:
        return found.tokens.find(token.strip()) if kind.lower() == "bearer" else None
    cookie = connection.cookies.get(cookie_name(connection))
    return found.sessions.find(cookie) if cookie else None


def subject_of(connection: HTTPConnection, camera: str) -> Subject:
    """A camera that is no longer configured is in no group: only users who see all cameras see its recordings, even if
    there is a new one of its name."""
    installation = services_of(connection).installation
    found = installation.cameras.find(camera) if camera else None
    groups, since_90k = (found.facts.groups, found.since_90k) if found else (frozenset[str](), 0)
    return Subject(camera, groups, installation.config.metrics.is_public, since_90k)


def signed_in_of(connection: HTTPConnection) -> SignedIn:
    """The user, in a route that only signed-in users reach."""
    found = connection.state.signed_in
    assert isinstance(found, SignedIn)
    return found


def sees_since_90k_of(request: Request) -> int:
    """From when on the user sees events and counts of the camera in the path."""
    return int(request.state.sees_since_90k)


def recordings_of(request: Request) -> Reader:
    """Those of the camera in the path that the user sees, not those of an earlier camera of its name."""
    return services_of(request).archive.since(sees_since_90k_of(request))


def _same_site(connection: HTTPConnection, method: str, signed_in: SignedIn | None) -> Verdict:
    """Whether a change, or a WebSocket, comes from our own page, not from another page in the same browser."""
    if method in _SAFE or (signed_in and not signed_in.session):  # browsers never add a token by themselves
        return Verdict(True)
    origin = connection.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != connection.headers.get("host"):
        return Verdict(False, ("the request comes from another site",))
    if method == "WS":  # a page cannot add headers to it, but cannot hide its origin either
        return Verdict(origin is not None, ("the request does not say which site it comes from",))
    if signed_in:
        secret = connection.cookies[cookie_name(connection)]
        token = connection.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(token.encode(), csrf_token_of(secret).encode()):
            return Verdict(False, (f"the header {CSRF_HEADER} is missing or wrong",))
    return Verdict(True)


def _refuse_unless(connection: HTTPConnection, verdict: Verdict) -> None:
    if verdict.allowed:
        return
    says = "; ".join(verdict.reasons)
    if connection.scope["type"] == "websocket":
        raise WebSocketException(_REFUSED_WEBSOCKET, says)
    if verdict.needs_sign_in:
        raise problem(401, says, headers={"WWW-Authenticate": "Bearer"})
    raise problem(403, says)


def cookie_name(connection: HTTPConnection) -> str:
    """With HTTPS, the browser itself accepts `__Host-` only from this very host, and for all of its paths. Under a path
    the path is in the name, since the cookies of others above it are sent there too."""
    path = path_of(connection)
    if path == "/":
        return "__Host-passerby" if is_secure(connection) else "passerby"
    name = f"passerby{path.replace('/', '-').rstrip('-')}"
    return f"__Secure-{name}" if is_secure(connection) else name


def path_of(connection: HTTPConnection) -> str:
    """Where cookies are valid: not for others at the same host."""
    return services_of(connection).installation.config.server.path


def is_secure(connection: HTTPConnection) -> bool:
    return connection.url.scheme in ("https", "wss")


def set_cookie(request: Request, response: Response, secret: str) -> None:
    response.set_cookie(
        cookie_name(request), secret, httponly=True, samesite="strict", secure=is_secure(request), path=path_of(request)
    )


def drop_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(
        cookie_name(request), httponly=True, samesite="strict", secure=is_secure(request), path=path_of(request)
    )
