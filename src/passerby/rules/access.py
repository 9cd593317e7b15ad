"""The one gate: who may do what, on which camera. Anything not explicitly allowed here is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a user is here for. A user can have several roles, and has only those that they were given."""

    VIEWER = "viewer"
    """Watches live and recorded video."""
    OPERATOR = "operator"
    """Watches, exports recordings, and has files redacted."""
    CUSTODIAN = "custodian"
    """Holds a share of the key that opens originals."""
    AUDITOR = "auditor"
    """Reads who looked at what. Watches nothing."""
    PRIVACY_OFFICER = "privacy-officer"
    """Answers to the people filmed: reads the audit and who may do what, and changes what they are told."""
    ADMIN = "admin"
    """Runs the installation: cameras, users, groups. Watches nothing."""


class Action(StrEnum):
    """Everything that can be done. Also the scopes of a token, and what audit records call it."""

    SEE_ABOUT = "about:see"
    SIGN_IN = "sign-in"
    SEE_SELF = "self:see"
    CHANGE_SELF = "self:change"
    WATCH_LIVE = "live:watch"
    WATCH_TIMELINE = "timeline:watch"
    SEE_STILL = "still:see"
    SEE_LINKED_STILL = "still:linked"
    EXPORT = "recording:export"
    SEE_EVENTS = "events:see"
    CHANGE_EVENTS = "events:change"
    SEE_COUNTS = "counts:see"
    REDACT_FILE = "file:redact"
    SEE_CAMERAS = "cameras:see"
    SEE_HEALTH = "health:see"
    REBASE = "health:rebase"
    CHANGE_CAMERAS = "cameras:change"
    SAY_NOT_PEOPLE = "not-people:change"
    SEE_RULES = "rules:see"
    CHANGE_RULES = "rules:change"
    TRY_RULES = "rules:try"
    CHANGE_ALERTS = "alerts:change"
    SEE_MAP = "map:see"
    CHANGE_MAP = "map:change"
    SEE_MACHINES = "machines:see"
    SEE_GROUPS = "groups:see"
    CHANGE_GROUPS = "groups:change"
    SEE_USERS = "users:see"
    CHANGE_USERS = "users:change"
    SEE_AUDIT = "audit:see"
    SEE_SETTINGS = "settings:see"
    CHANGE_SETTINGS = "settings:change"
    SEE_METRICS = "metrics:see"
    TAKE_MESSAGE = "message:take"


ANYBODY = frozenset({Action.SEE_ABOUT, Action.SIGN_IN, Action.SEE_LINKED_STILL})
"""Allowed to everybody, also without signing in: a link to a still has a signature of its own."""

CAN_BE_PUBLIC = frozenset({Action.SEE_METRICS})

IN_PERSON = frozenset({Action.SEE_SELF, Action.CHANGE_SELF})
"""Every user for themselves, but never a program: a stolen token could create another one."""

_ALL = frozenset(Role)
_WATCHES = frozenset({Role.VIEWER, Role.OPERATOR})
_ADMIN = frozenset({Role.ADMIN})
_RUNS_OR_ANSWERS = frozenset({Role.ADMIN, Role.PRIVACY_OFFICER, Role.AUDITOR})

ROLES: dict[Action, frozenset[Role]] = {
    Action.WATCH_LIVE: _WATCHES,
    Action.WATCH_TIMELINE: _WATCHES,
    Action.SEE_STILL: _WATCHES,
    Action.EXPORT: frozenset({Role.OPERATOR}),
    Action.SEE_EVENTS: _WATCHES,
    Action.CHANGE_EVENTS: frozenset({Role.OPERATOR}),
    Action.SEE_COUNTS: _WATCHES,
    Action.REDACT_FILE: frozenset({Role.OPERATOR}),
    Action.SEE_CAMERAS: _ALL,
    Action.SEE_HEALTH: _ALL,
    Action.REBASE: frozenset({Role.OPERATOR, Role.ADMIN}),
    Action.CHANGE_CAMERAS: _ADMIN,
    # What this reveals is revealed to everybody: those who answer to the people filmed may say so, and take it back.
    Action.SAY_NOT_PEOPLE: frozenset({Role.ADMIN, Role.PRIVACY_OFFICER}),
    Action.SEE_RULES: _ALL,
    # A rule shows nobody more than before. Operators answer what it raises, and see the picture to draw it on.
    Action.CHANGE_RULES: frozenset({Role.OPERATOR, Role.ADMIN}),
    # It says what the camera saw: not to admins, who watch nothing.
    Action.TRY_RULES: frozenset({Role.OPERATOR}),
    # Those who are told, and those who answer for the channels.
    Action.CHANGE_ALERTS: frozenset({Role.OPERATOR, Role.ADMIN}),
    Action.SEE_MAP: _ALL,
    Action.CHANGE_MAP: _ADMIN,
    # They see every camera's name anyway.
    Action.SEE_MACHINES: _RUNS_OR_ANSWERS,
    Action.SEE_GROUPS: _RUNS_OR_ANSWERS,
    Action.CHANGE_GROUPS: _ADMIN,
    Action.SEE_USERS: _RUNS_OR_ANSWERS,
    Action.CHANGE_USERS: _ADMIN,
    # Not the admin: admins can give themselves rights, and others should see that.
    Action.SEE_AUDIT: frozenset({Role.AUDITOR, Role.PRIVACY_OFFICER}),
    Action.SEE_SETTINGS: _RUNS_OR_ANSWERS,
    # How long recordings are kept, and what the people filmed are told.
    Action.CHANGE_SETTINGS: frozenset({Role.ADMIN, Role.PRIVACY_OFFICER}),
    Action.SEE_METRICS: _ADMIN,
    # Those who are told: it keeps a message from going to others.
    Action.TAKE_MESSAGE: frozenset({Role.VIEWER, Role.OPERATOR, Role.ADMIN}),
}
"""Who may do what. An action that is not listed is allowed to nobody."""

NEVER_BY_TOKEN = IN_PERSON | {
    Action.SIGN_IN, Action.SEE_LINKED_STILL, Action.CHANGE_USERS, Action.CHANGE_GROUPS, Action.SAY_NOT_PEOPLE,
}  # fmt: skip
"""What a program may never do, whatever its token says: it could let others in, or reveal people as posters."""

LOOKS = frozenset({Action.WATCH_LIVE, Action.WATCH_TIMELINE, Action.SEE_STILL, Action.EXPORT, Action.REDACT_FILE})
"""Each of these shows pictures, and writes an audit record before the first byte is sent."""

OF_THOSE_WHO_WATCH = LOOKS | {Action.SEE_EVENTS, Action.CHANGE_EVENTS, Action.SEE_COUNTS, Action.TRY_RULES}
"""Only for cameras in one's own groups, whatever else a user is here for: they say what the camera saw."""

UNBOUND = frozenset({Role.ADMIN, Role.AUDITOR, Role.PRIVACY_OFFICER})
"""Roles that see every camera's name and state: they answer for all of them, and watch none."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. name: empty if not signed in. groups: whose cameras they may see, in addition to sees_all_cameras.
    scopes: of a token; None for a person."""

    name: str = ""
    roles: frozenset[Role] = frozenset()
    groups: frozenset[str] = frozenset()
    sees_all_cameras: bool = False
    scopes: frozenset[Action] | None = None


NOBODY = Principal()


@dataclass(frozen=True, slots=True)
class Subject:
    """What the action applies to. camera: empty if it is not about a single one. groups: those that the camera is in.
    is_public: the configuration opens it to everybody, which it can only for actions in CAN_BE_PUBLIC. since_90k:
    recordings that began earlier are from another camera that had the same name."""

    camera: str = ""
    groups: frozenset[str] = frozenset()
    is_public: bool = False
    since_90k: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """reasons: sentences saying why not; empty if allowed. needs_sign_in: it may be allowed after signing in."""

    allowed: bool
    reasons: tuple[str, ...] = ()
    needs_sign_in: bool = False


YES = Verdict(True)


def may(principal: Principal, action: Action | None, subject: Subject = Subject()) -> Verdict:
    """Whether they may. action: None for an action that was never declared, which nobody may do."""
    if action is None:
        return Verdict(False, ("no permission is defined for this",))
    if action in ANYBODY or (subject.is_public and action in CAN_BE_PUBLIC):
        return YES
    if not principal.name:
        return Verdict(False, ("sign in first",), needs_sign_in=True)
    reasons = [*_scope_reasons(principal, action), *_role_reasons(principal, action)]
    if not reasons:
        reasons += _camera_reasons(principal, action, subject)
    return Verdict(not reasons, tuple(reasons))


def sees_since_90k(principal: Principal, subject: Subject) -> int:
    """The time from which they see a camera's recordings, if they may. What an earlier camera of the same name left is
    in no group, as if no camera had that name now."""
    return 0 if principal.sees_all_cameras else subject.since_90k


def may_give(giver: Principal, scopes: frozenset[Action]) -> Verdict:
    """Whether a user may create a token with these scopes: only what they may do themselves and what a token may do."""
    refused = sorted(each for each in scopes if each in NEVER_BY_TOKEN or not may(giver, each).allowed)
    if not scopes:
        return Verdict(False, ("a token needs at least one scope",))
    return Verdict(not refused, tuple(f"your tokens cannot have '{each}'" for each in refused))


def _scope_reasons(principal: Principal, action: Action) -> list[str]:
    if principal.scopes is None:
        return []
    if action in NEVER_BY_TOKEN:
        return [f"tokens cannot do '{action}': sign in"]
    return [] if action in principal.scopes else [f"this token does not allow '{action}'"]


def _role_reasons(principal: Principal, action: Action) -> list[str]:
    if action in IN_PERSON or principal.roles & ROLES.get(action, frozenset()):
        return []
    needed = " or ".join(sorted(ROLES.get(action, frozenset()))) or "no role"
    return [f"this needs the role: {needed}"]


def is_for_all(principal: Principal, action: Action) -> bool:
    """Whether they may do it, if they may at all, for every camera, whatever group it is in."""
    return principal.sees_all_cameras or (action not in OF_THOSE_WHO_WATCH and bool(principal.roles & UNBOUND))


def _camera_reasons(principal: Principal, action: Action, subject: Subject) -> list[str]:
    if not subject.camera or is_for_all(principal, action) or principal.groups & subject.groups:
        return []
    return [f"camera '{subject.camera}' is in none of your groups"]
