"""Routes of signing in and out, of the first start, and of users' own accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, Field, SecretStr

from passerby.access import Installation
from passerby.access.sessions import SignedIn, csrf_token_of
from passerby.access.users import User
from passerby.api.gate import cookie_name, drop_cookie, set_cookie, signed_in_of
from passerby.api.ports import services_of
from passerby.api.problems import no_such, problem
from passerby.config.about import Language
from passerby.rules.access import NOBODY, Action, Principal, Role, may, may_give

router = APIRouter(prefix="/api", tags=["sign-in"])

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]*$")]
Password = Annotated[SecretStr, Field(max_length=1000)]
Secret = Annotated[SecretStr, Field(max_length=200)]


class NameAndPassword(BaseModel):
    name: Name
    password: Password


class FirstUser(NameAndPassword):
    token: Secret = Field(description="Of the set-up link in the terminal.")


class ResetPassword(NameAndPassword):
    """password: the new one."""

    token: Secret = Field(description="Of the link that passerby user reset printed.")


class SessionState(BaseModel):
    """Who the browser is signed in as."""

    name: str | None = Field(description="null: nobody.")
    roles: list[Role] = []
    groups: list[str] = []
    group_titles: dict[str, str] = Field({}, description="What people call these groups, by name.")
    sees_all_cameras: bool = False
    may: list[Action] = Field(
        [], description="What I may do with the cameras that I see. Only for display: each request is checked."
    )
    csrf_token: str | None = Field(None, description="Send it as X-Passerby-CSRF with every change.")
    needs_set_up: bool = Field(False, description="There are no users yet: use the link in the terminal.")
    passkeys: Literal[True] = True
    oidc_label: str | None = Field(None, description="The label of the single sign-on button; null: none.")
    min_password_letters: int = Field(description="Shorter passwords are refused.")
    language: Language | None = Field(None, description="Of the page, as I chose it; null: I chose none.")
    usual_language: Language | None = Field(
        description="Of the page, for whoever chose none; null: that of the browser."
    )


class PasswordChange(BaseModel):
    old: Password
    new: Password


class NewToken(BaseModel):
    name: str = Field(min_length=1, max_length=60, pattern=r"^[\w .-]+$")
    scopes: list[Action] = Field(min_length=1, max_length=30)
    days: float = Field(90, gt=0, le=366, description="It ends after this time.")


class TokenFacts(BaseModel):
    id: int
    name: str
    scopes: list[Action]
    created_90k: int = Field(description="UTC, 1/90000 s since 1970.")
    ends_90k: int = Field(description="UTC, 1/90000 s since 1970.")


class TokenShownOnce(TokenFacts):
    token: str = Field(description="Shown once. Send it as Authorization: Bearer TOKEN.")


@router.post("/set-up", summary="Create the first user, with the link that the first start printed")
def set_up(body: FirstUser, request: Request, response: Response) -> SessionState:
    installation = services_of(request).installation
    installation.passwords.check(body.password.get_secret_value(), body.name)  # an unsuitable one is not an attempt
    # By address alone: nobody guesses 256 bits, and locking a name would lock out the right link.
    check_throttle(installation, request, None)
    with _noting_refusal(installation, "set-up link", body.name):
        if not installation.set_up.works(body.token.get_secret_value()):
            raise problem(403, "this set-up link no longer works", "restart passerby serve to get a new one")
        password = installation.passwords.hash(body.password.get_secret_value(), body.name)
        with installation.audit.with_change():
            if not installation.set_up.use(body.token.get_secret_value(), body.name, password):
                raise problem(403, "this set-up link has just been used")
            user = installation.users.find(body.name)
            assert user is not None
            installation.audit.note(user.name, "set-up link", "user:add", about=user.name)
    return let_in(user, "set-up", request, response)


@router.post(
    "/reset", summary="Set my password with the link of passerby user reset; my sessions, tokens and passkeys end"
)
def reset(body: ResetPassword, request: Request, response: Response) -> SessionState:
    installation = services_of(request).installation
    installation.passwords.check(body.password.get_secret_value(), body.name)
    check_throttle(installation, request, None)  # as for the set-up link
    user, token = installation.users.find(body.name), body.token.get_secret_value()
    with _noting_refusal(installation, "reset link", body.name):
        if user is None or not installation.reset.works(token, user):
            raise problem(403, "this link no longer works", "create a new one with passerby user reset")
        password = installation.passwords.hash(body.password.get_secret_value(), body.name)
        with installation.audit.with_change():
            if not installation.reset.use(token, user, password):
                raise problem(403, "this link has just been used, or the user is locked")
            installation.audit.note(user.name, "reset link", "password:change", about=user.name)
    installation.throttle.succeeded(user.name)
    return let_in(user, "reset", request, response)


@router.get("/session", summary="Who I am")
def session(request: Request) -> SessionState:
    installation, found = services_of(request).installation, request.state.signed_in
    if not isinstance(found, SignedIn):
        return _state(installation, None).model_copy(update={"needs_set_up": installation.users.count() == 0})
    secret = request.cookies[cookie_name(request)] if found.session else None
    return _state(installation, found.user, found.principal, secret)


@router.post("/session", summary="Sign in with a password")
def sign_in(body: NameAndPassword, request: Request, response: Response) -> SessionState:
    installation = services_of(request).installation
    check_throttle(installation, request, body.name)
    user = installation.users.find(body.name)
    password = body.password.get_secret_value()
    kept = user.password if user and user.is_enabled else None
    if not installation.passwords.fits(password, kept) or user is None or kept is None:
        installation.audit.note("", "password", "sign-in:refused", about=body.name)
        raise problem(401, "the name or password is wrong")
    installation.throttle.succeeded(body.name)
    installation.audit.note(user.name, "password", "sign-in")
    return let_in(user, "password", request, response)


@router.delete("/session", summary="Sign out", status_code=204)
def sign_out(request: Request, response: Response) -> None:
    installation, me = services_of(request).installation, signed_in_of(request)
    with installation.audit.with_change():
        installation.sessions.end(me.session)
        installation.audit.note(me.user.name, me.through, "sign-out")
    drop_cookie(request, response)


@router.put("/self/password", summary="Change my password; my other sessions end", status_code=204)
def change_password(body: PasswordChange, request: Request) -> None:
    installation, me = services_of(request).installation, signed_in_of(request)
    check_throttle(installation, request, me.user.name)
    if me.user.password and not installation.passwords.fits(body.old.get_secret_value(), me.user.password):
        installation.audit.note(me.user.name, me.through, "password:refused", about=me.user.name)
        raise problem(403, "the current password is wrong")
    installation.throttle.succeeded(me.user.name)
    hashed = installation.passwords.hash(body.new.get_secret_value(), me.user.name)
    with installation.audit.with_change():
        installation.users.set_password(me.user.id, hashed, keep_session=me.session)
        installation.audit.note(me.user.name, me.through, "password:change", about=me.user.name)


@router.get("/self/tokens", summary="My API tokens")
def tokens(request: Request) -> list[TokenFacts]:
    found = services_of(request).installation.tokens.list(signed_in_of(request).user)
    return [
        TokenFacts(id=t.id, name=t.name, scopes=sorted(t.scopes), created_90k=t.created_90k, ends_90k=t.ends_90k)
        for t in found
    ]


@router.post("/self/tokens", summary="Create an API token", status_code=201)
def add_token(body: NewToken, request: Request) -> TokenShownOnce:
    installation, me = services_of(request).installation, signed_in_of(request)
    verdict = may_give(me.principal, frozenset(body.scopes))
    if not verdict.allowed:
        raise problem(403, "; ".join(verdict.reasons))
    with installation.audit.with_change():
        secret, t = installation.tokens.add(me.user, body.name, frozenset(body.scopes), body.days)
        installation.audit.note(me.user.name, me.through, "token:add", about=f"{t.name}: {' '.join(sorted(t.scopes))}")
    return TokenShownOnce(
        id=t.id, name=t.name, scopes=sorted(t.scopes), created_90k=t.created_90k, ends_90k=t.ends_90k, token=secret
    )


@router.delete("/self/tokens/{id}", summary="Revoke one of my tokens", status_code=204)
def remove_token(id: int, request: Request) -> None:
    installation, me = services_of(request).installation, signed_in_of(request)
    with installation.audit.with_change():
        if not -(2**63) <= id < 2**63 or not installation.tokens.remove(me.user, id):
            raise no_such("token of yours", str(id))
        installation.audit.note(me.user.name, me.through, "token:remove", about=str(id))


def let_in(user: User, how: str, request: Request, response: Response) -> SessionState:
    """Begins a session; the browser's earlier one ends."""
    installation = services_of(request).installation
    sessions = installation.sessions
    before = request.state.signed_in
    if isinstance(before, SignedIn) and before.session:
        with installation.audit.with_change():
            sessions.end(before.session)
            installation.audit.note(before.user.name, before.through, "sign-out", about="somebody signed in again")
    secret = sessions.begin(user, how)
    set_cookie(request, response, secret)
    return _state(installation, user, user.principal, secret)


@contextmanager
def _noting_refusal(installation: Installation, through: str, name: str) -> Iterator[None]:
    """Wraps the use of a link: records a refusal, after the changes were rolled back. name: as given; who it really was
    is unknown."""
    try:
        yield
    except HTTPException:
        installation.audit.note("", through, "sign-in:refused", about=name)
        raise


def _shown(principal: Principal, *, is_one_of_several: bool) -> list[Action]:
    """A single machine has nothing to show of others."""
    hidden = frozenset[Action]() if is_one_of_several else frozenset({Action.SEE_MACHINES})
    return [each for each in Action if each not in hidden and may(principal, each).allowed]


def _state(
    installation: Installation, user: User | None, principal: Principal = NOBODY, secret: str | None = None
) -> SessionState:
    oidc, least = installation.config.oidc, installation.config.sign_in.min_password_letters
    usual = installation.settings.current().about.language
    state = SessionState(
        name=None, oidc_label=oidc.label if oidc.issuer else None, min_password_letters=least,
        usual_language=None if usual == "auto" else usual,
    )  # fmt: skip
    if user is None:
        return state
    titles = {name: title for name, title in installation.groups.list() if name in user.groups}
    of_user = {
        "name": user.name, "roles": sorted(user.roles), "groups": sorted(user.groups), "group_titles": titles,
        "sees_all_cameras": user.sees_all_cameras,
        "may": _shown(principal, is_one_of_several=bool(installation.config.cluster.servers)),
        "csrf_token": csrf_token_of(secret) if secret else None,
        "language": installation.preferences.of(user).get("language"),
    }  # fmt: skip
    return state.model_copy(update=of_user)


def check_throttle(installation: Installation, request: Request, name: str | None) -> None:
    """Raises 429. name: None if no name was given, so that only the address counts."""
    wait_s = installation.throttle.wait_s(request.client.host if request.client else "", name)
    if wait_s > 0:
        raise problem(429, "too many attempts: wait a moment", headers={"Retry-After": str(int(wait_s) + 1)})
