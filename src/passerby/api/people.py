"""Routes of users, camera groups and the audit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field, computed_field

from passerby.access.audit import Wanted
from passerby.access.users import User, UserFacts
from passerby.access.words import user_words
from passerby.api.cameras import NAME, GroupName
from passerby.api.gate import signed_in_of
from passerby.api.ports import services_of
from passerby.api.problems import no_such
from passerby.api.said import Said, parts_said_of
from passerby.api.sign_in import Name, Password
from passerby.rules.access import Action, Role

router = APIRouter(prefix="/api", tags=["people"])

UserName = Annotated[str, Path(min_length=1, max_length=64)]


class UserChange(BaseModel):
    roles: list[Role] = Field([], max_length=len(Role))
    groups: list[GroupName] = Field([], max_length=100, description="Camera groups that they see.")
    sees_all_cameras: bool = False
    is_enabled: bool = True
    oidc_subject: str | None = Field(
        None, min_length=1, max_length=255, description="Their 'sub' at the single sign-on."
    )


class NewUser(UserChange):
    name: Name
    password: Password | None = Field(None, description="null: signs in by passkey or single sign-on only.")


class UserShown(UserChange):
    name: str
    has_password: bool


class NewPassword(BaseModel):
    password: Password


class Group(BaseModel):
    name: str = Field(pattern=NAME)
    title: str = Field("", max_length=120)


class GroupTitle(BaseModel):
    title: str = Field(min_length=1, max_length=120)


class AuditEntry(BaseModel):
    """One look or change. A look at a recording is fetched in many pieces, each recorded: those of one look are joined.
    Times: UTC, 1/90000 s since 1970."""

    id: int = Field(description="Of its first record.")
    at_90k: int = Field(description="When it began.")
    until_90k: int = Field(description="When its last record was written.")
    records: int = Field(description="How many records it is.")
    who: str
    through: str = Field(description="session, token NAME, set-up link, reset link, command.")
    what: str
    camera: str | None
    from_90k: int | None = Field(description="The time of the pictures that were sent.")
    to_90k: int | None
    about: str

    @computed_field(description="What `about` says, part by part: as codes, or as it is.")
    def about_said(self) -> list[Said | str]:
        return parts_said_of(self.about)


@router.get("/users", summary="The users")
def users(request: Request) -> list[UserShown]:
    return [_shown(each) for each in services_of(request).installation.users.list()]


@router.post("/users", summary="Add a user", status_code=201)
def add_user(body: NewUser, request: Request) -> UserShown:
    installation = services_of(request).installation
    secret = body.password.get_secret_value() if body.password else None
    hashed = installation.passwords.hash(secret, body.name) if secret is not None else None
    with installation.audit.with_change():
        user = installation.users.add(body.name, _facts(body), hashed)
        password = "" if hashed else "; without a password"
        _note(request, "user:add", user_words(user.name, None, _facts(body)) + password)
    return _shown(user)


@router.put("/users/{name}", summary="Change a user")
def change_user(name: UserName, body: UserChange, request: Request) -> UserShown:
    installation = services_of(request).installation
    with installation.audit.with_change():
        user = _found(request, name)
        installation.users.change(user.name, _facts(body))
        _note(request, "user:change", user_words(user.name, user, _facts(body)))
    return _shown(_found(request, name))


@router.put(
    "/users/{name}/password",
    summary="Set a new password for a user; their sessions, tokens and passkeys end",
    status_code=204,
)
def set_password(name: UserName, body: NewPassword, request: Request) -> None:
    installation, user = services_of(request).installation, _found(request, name)
    hashed = installation.passwords.hash(body.password.get_secret_value(), user.name)
    with installation.audit.with_change():
        installation.users.reset_password(user.id, hashed)
        _note(request, "password:change", user.name)


@router.delete("/users/{name}", summary="Remove a user; the audit keeps the name", status_code=204)
def remove_user(name: UserName, request: Request) -> None:
    services = services_of(request)
    with services.installation.audit.with_change():
        user = _found(request, name)
        services.installation.users.remove(user.name)
        _note(request, "user:remove", user.name)
    if services.redactions:
        services.redactions.discard_all(user.handle.hex())


@router.get("/groups", summary="The camera groups")
def groups(request: Request) -> list[Group]:
    return [Group(name=name, title=title) for name, title in services_of(request).installation.groups.list()]


@router.post("/groups", summary="Add a camera group", status_code=201)
def add_group(body: Group, request: Request) -> Group:
    installation = services_of(request).installation
    with installation.audit.with_change():
        installation.groups.add(body.name, body.title)
        _note(request, "group:add", f"{body.name}: title {(body.title or body.name)!r}")
    return Group(name=body.name, title=body.title or body.name)


@router.put("/groups/{name}", summary="Change the title of a camera group; its name stays")
def rename_group(name: Annotated[str, Path(pattern=NAME)], body: GroupTitle, request: Request) -> Group:
    installation = services_of(request).installation
    with installation.audit.with_change():
        if not installation.groups.rename(name, body.title):
            raise no_such("group", name)
        _note(request, "group:change", f"{name}: title {body.title!r}")
    return Group(name=name, title=body.title)


@router.delete("/groups/{name}", summary="Remove a camera group; its cameras stay", status_code=204)
def remove_group(name: Annotated[str, Path(pattern=NAME)], request: Request) -> None:
    installation = services_of(request).installation
    with installation.audit.with_change():
        if not installation.groups.remove(name):
            raise no_such("group", name)
        _note(request, "group:remove", name)


@router.get("/audit", summary="Who looked at what and changed what, the newest first")
def audit(
    request: Request,
    before: Annotated[int | None, Query(ge=0, lt=2**63, description="Only entries with a smaller id.")] = None,
    who: Annotated[str | None, Query(max_length=64, description="Whose; empty: not signed in.")] = None,
    what: Annotated[str | None, Query(max_length=80)] = None,
    camera: Annotated[str | None, Query(pattern=NAME)] = None,
    from_90k: Annotated[int | None, Query(ge=0, lt=2**63, description="Written at this time or later.")] = None,
    to_90k: Annotated[int | None, Query(ge=0, lt=2**63, description="Written before this time.")] = None,
    most: Annotated[int, Query(ge=1, le=1000, description="How many entries, or a few more.")] = 100,
) -> list[AuditEntry]:
    records, wanted = services_of(request).installation.audit, Wanted(who, what, camera, from_90k, to_90k)
    records.look_at_each_minute(signed_in_of(request), Action.SEE_AUDIT, wanted.words)
    found = records.entries(wanted, before=before, most=most)
    return [AuditEntry.model_validate(each, from_attributes=True) for each in found]


def _found(request: Request, name: str) -> User:
    user = services_of(request).installation.users.find(name)
    if user is None:
        raise no_such("user", name)
    return user


def _note(request: Request, what: str, about: str) -> None:
    me = signed_in_of(request)
    services_of(request).installation.audit.note(me.user.name, me.through, what, about=about)


def _facts(change: UserChange) -> UserFacts:
    return UserFacts(
        frozenset(change.roles), frozenset(change.groups), change.sees_all_cameras, change.is_enabled,
        change.oidc_subject,
    )  # fmt: skip


def _shown(user: User) -> UserShown:
    return UserShown(
        name=user.name, roles=sorted(user.roles), groups=sorted(user.groups), sees_all_cameras=user.sees_all_cameras,
        is_enabled=user.is_enabled, oidc_subject=user.oidc_subject, has_password=user.password is not None,
    )  # fmt: skip
