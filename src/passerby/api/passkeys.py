"""Routes of passkeys: adding one's own, and signing in with one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from passerby.access.passkeys import Site
from passerby.api.gate import signed_in_of
from passerby.api.ports import services_of
from passerby.api.problems import no_such, problem
from passerby.api.sign_in import SessionState, check_throttle, let_in

router = APIRouter(prefix="/api", tags=["sign-in"])


class Asked(BaseModel):
    """For navigator.credentials."""

    asked: str = Field(description="Send it back with the answer, once and within 5 minutes.")
    options: dict[str, Any] = Field(description="As WebAuthn has them, in JSON.")


class Answer(BaseModel):
    asked: str = Field(max_length=100)
    credential: dict[str, Any] = Field(description="What the browser answered, in WebAuthn's JSON.")


class NewPasskey(Answer):
    name: str = Field(min_length=1, max_length=64)


class PasskeyShown(BaseModel):
    id: str
    name: str
    created_90k: int = Field(description="UTC, 1/90000 s since 1970.")


@router.get("/self/passkeys", summary="My passkeys")
def passkeys(request: Request) -> list[PasskeyShown]:
    found = services_of(request).installation.passkeys.list(signed_in_of(request).user)
    return [PasskeyShown.model_validate(each, from_attributes=True) for each in found]


@router.post("/self/passkeys/options", summary="Begin to add a passkey")
def ask_new(request: Request) -> Asked:
    passkeys, me = services_of(request).installation.passkeys, signed_in_of(request)
    asked, options = passkeys.ask_new(me.user, _site(request))
    return Asked(asked=asked, options=options)


@router.post("/self/passkeys", summary="Add the passkey that the browser made", status_code=201)
def add(body: NewPasskey, request: Request) -> PasskeyShown:
    installation, me = services_of(request).installation, signed_in_of(request)
    with installation.audit.with_change():
        new = installation.passkeys.add(me.user, _site(request), body.asked, body.credential, body.name)
        installation.audit.note(me.user.name, me.through, "passkey:add", about=new.name)
    return PasskeyShown.model_validate(new, from_attributes=True)


@router.delete("/self/passkeys/{id}", summary="Remove one of my passkeys", status_code=204)
def remove(id: Annotated[str, Path(max_length=400)], request: Request) -> None:
    installation, me = services_of(request).installation, signed_in_of(request)
    with installation.audit.with_change():
        if not installation.passkeys.remove(me.user, id, keep_session=me.session):
            raise no_such("passkey of yours", id)
        installation.audit.note(me.user.name, me.through, "passkey:remove", about=id)


@router.post("/session/passkey/options", summary="Begin to sign in with a passkey")
def ask(request: Request) -> Asked:
    asked, options = services_of(request).installation.passkeys.ask(_site(request))
    return Asked(asked=asked, options=options)


@router.post("/session/passkey", summary="Sign in with a passkey")
def sign_in(body: Answer, request: Request, response: Response) -> SessionState:
    installation = services_of(request).installation
    check_throttle(installation, request, None)
    user = installation.passkeys.user_of(_site(request), body.asked, body.credential)
    if user is None:
        installation.audit.note("", "passkey", "sign-in:refused")
        raise problem(401, "this passkey is not accepted")
    installation.audit.note(user.name, "passkey", "sign-in")
    return let_in(user, "passkey", request, response)


def _site(request: Request) -> Site:
    """From the host name that the browser used, which was checked to be ours."""
    host = request.headers["host"]
    return Site(request.url.hostname or "", f"{request.url.scheme}://{host}")
