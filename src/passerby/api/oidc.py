"""Routes of single sign-on.

Users must also exist here: the service says who they are, the roles here what they may do."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from passerby.access.one_time import OneTime
from passerby.access.secrets import new_secret
from passerby.api.gate import is_secure, path_of
from passerby.api.oidc_client import OidcClient, new_verifier
from passerby.api.ports import services_of
from passerby.api.problems import problem
from passerby.api.sign_in import check_throttle, let_in

router = APIRouter(prefix="/api/session/oidc", tags=["sign-in"])

COOKIE = "passerby-oidc"
_BACK = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=../../../">'
    "<title>Signed in</title>"
)
"""After a redirect the request would still count as coming from the other site, and the browser would not send the new
cookie. The address is relative, since the page may be under a path."""


@dataclass(frozen=True)
class Journey:
    """nonce: in the returned token. verifier: of PKCE. Only this process knows it."""

    nonce: str
    verifier: str


@dataclass(frozen=True)
class SignOn:
    """What the routes need: the client, and the sign-ons in progress."""

    client: OidcClient
    journeys: OneTime[Journey]


@router.get("", summary="Go to the single sign-on", status_code=303, response_class=RedirectResponse)
def begin(request: Request) -> RedirectResponse:
    sign_on = _sign_on(request)
    check_throttle(services_of(request).installation, request, None)
    journey = Journey(new_secret(), new_verifier())
    state = sign_on.journeys.put(journey)
    url = sign_on.client.begin(_callback(request), state, journey.nonce, journey.verifier)
    response = RedirectResponse(url, 303)
    # Lax, since it must be sent when the browser returns from the other site.
    response.set_cookie(
        COOKIE, state, max_age=300, httponly=True, samesite="lax", secure=is_secure(request), path=_path(request)
    )
    return response


@router.get("/callback", summary="Come back from the single sign-on", response_class=HTMLResponse)
def callback(
    request: Request,
    state: Annotated[str, Query(max_length=200)],
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    sign_on, installation = _sign_on(request), services_of(request).installation
    # The same browser that started: else somebody could sign another person in as themselves.
    is_same = hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), state.encode())
    journey = sign_on.journeys.take(state) if is_same else None
    if journey is None:
        raise problem(403, "this sign-in did not start here, or has expired", "try to sign in again")
    user = None
    if code:
        found = sign_on.client.subject(_callback(request), code, journey.nonce, journey.verifier)
        user = installation.users.by_oidc_subject(found)
    if user is None or not user.is_enabled:
        installation.audit.note("", "oidc", "sign-in:refused")
        raise problem(403, "that account may not sign in here", "ask an admin")
    installation.audit.note(user.name, "oidc", "sign-in")
    response = HTMLResponse(_BACK)
    let_in(user, "oidc", request, response)
    response.delete_cookie(COOKIE, path=_path(request))
    return response


def _sign_on(request: Request) -> SignOn:
    sign_on = request.app.state.oidc
    if not isinstance(sign_on, SignOn):
        raise problem(404, "single sign-on is not set up here", "oidc in passerby.toml")
    return sign_on


def _callback(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers['host']}{_path(request)}/callback"


def _path(request: Request) -> str:
    return f"{path_of(request)}api/session/oidc"
