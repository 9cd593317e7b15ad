"""The gate as a table: every action by every role, written out by hand, and what holds whatever is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.rules.access import (
    ANYBODY,
    IN_PERSON,
    NEVER_BY_TOKEN,
    NOBODY,
    OF_THOSE_WHO_WATCH,
    ROLES,
    Action,
    Principal,
    Role,
    Subject,
    may,
    may_give,
    sees_since_90k,
)

# Columns: viewer, operator, custodian, auditor, privacy officer, admin.
TABLE = """
live:watch        v o . . . .
timeline:watch    v o . . . .
still:see         v o . . . .
recording:export  . o . . . .
events:see        v o . . . .
events:change     . o . . . .
counts:see        v o . . . .
file:redact       . o . . . .
cameras:see       v o c a p A
health:see        v o c a p A
health:rebase     . o . . . A
cameras:change    . . . . . A
not-people:change . . . . p A
rules:see         v o c a p A
rules:change      . o . . . A
rules:try         . o . . . .
alerts:change     . o . . . A
map:see           v o c a p A
machines:see      . . . a p A
map:change        . . . . . A
groups:see        . . . a p A
groups:change     . . . . . A
users:see         . . . a p A
users:change      . . . . . A
audit:see         . . . a p .
settings:see      . . . a p A
settings:change   . . . . p A
metrics:see       . . . . . A
message:take      v o . . . A
"""
LETTERS = dict(zip("vocapA", Role, strict=True))
EXPECTED = {
    Action(line.split()[0]): {LETTERS[letter] for letter in line.split()[1:] if letter != "."}
    for line in TABLE.strip().splitlines()
}

principals = st.builds(
    Principal,
    name=st.sampled_from(["", "kim"]),
    roles=st.frozensets(st.sampled_from(Role)),
    groups=st.frozensets(st.sampled_from(["yard", "hall"])),
    sees_all_cameras=st.booleans(),
    scopes=st.none() | st.frozensets(st.sampled_from(Action)),
)
subjects = st.builds(
    Subject, camera=st.sampled_from(["", "gate"]), groups=st.frozensets(st.sampled_from(["yard", "hall"]))
)


def test_the_table_has_every_action() -> None:
    assert EXPECTED.keys() | ANYBODY | IN_PERSON == set(Action)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", EXPECTED)
def test_each_role_may_what_the_table_says(action: Action, role: Role) -> None:
    verdict = may(Principal("kim", frozenset({role}), sees_all_cameras=True), action, Subject("gate"))
    assert verdict.allowed == (role in EXPECTED[action]) and verdict.allowed == (not verdict.reasons)


@given(principal=principals, subject=subjects)
def test_what_nobody_thought_about_nobody_may(principal: Principal, subject: Subject) -> None:
    assert not may(principal, None, subject).allowed


@given(principal=principals, subject=subjects, action=st.sampled_from(Action))
def test_pictures_are_only_for_who_was_given_the_camera(principal: Principal, subject: Subject, action: Action) -> None:
    if action in OF_THOSE_WHO_WATCH and subject.camera and may(principal, action, subject).allowed:
        assert principal.sees_all_cameras or principal.groups & subject.groups
        assert principal.roles & {Role.VIEWER, Role.OPERATOR}


@given(principal=principals, subject=subjects, action=st.sampled_from(Action))
def test_a_token_never_may_more_than_its_user(principal: Principal, subject: Subject, action: Action) -> None:
    person = Principal(principal.name, principal.roles, principal.groups, principal.sees_all_cameras)
    if may(principal, action, subject).allowed:
        assert may(person, action, subject).allowed
        if principal.name and principal.scopes is not None and action not in ANYBODY:
            assert action in principal.scopes and action not in NEVER_BY_TOKEN


@given(principal=principals, scopes=st.frozensets(st.sampled_from(Action)))
def test_nobody_gives_what_they_have_not(principal: Principal, scopes: frozenset[Action]) -> None:
    if may_give(principal, scopes).allowed:
        assert scopes and all(may(principal, each).allowed and each not in NEVER_BY_TOKEN for each in scopes)


@given(subject=subjects, action=st.sampled_from(Action))
def test_who_did_not_sign_in_may_sign_in(subject: Subject, action: Action) -> None:
    verdict = may(NOBODY, action, subject)
    assert verdict.allowed == (action in ANYBODY) and verdict.needs_sign_in == (not verdict.allowed)


def test_only_figures_can_be_opened_to_everybody() -> None:
    assert {each for each in Action if may(NOBODY, each, Subject(is_public=True)).allowed} == {
        *ANYBODY,
        Action.SEE_METRICS,
    }


@given(principal=principals, subject=subjects)
def test_recordings_from_before_a_camera_was_added_are_for_who_sees_all_cameras(
    principal: Principal, subject: Subject
) -> None:
    since = replace(subject, since_90k=7)
    assert sees_since_90k(principal, since) == (0 if principal.sees_all_cameras else 7)


def test_no_role_may_everything() -> None:
    """Who runs the installation does not watch, and who checks the watchers does not run it."""
    assert all(any(role not in roles for roles in ROLES.values()) for role in Role)
