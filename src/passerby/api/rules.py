"""Routes of the rules of cameras: what is worth noticing in their views. Each change is recorded with its user."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from passerby.access.camera_rules import CameraRule, checked_rule
from passerby.access.rule_words import rule_words
from passerby.api.as_keys import AsKeysOf
from passerby.api.cameras import CameraName, configured
from passerby.api.gate import signed_in_of
from passerby.api.ports import Services, services_of
from passerby.api.problems import no_such
from passerby.config.rule import Rule
from passerby.rules.access import Action, Subject, may

router = APIRouter(prefix="/api", tags=["cameras"])
OF_CAMERA = "/cameras/{camera}/rules"

RuleName = Annotated[str, Path(min_length=1, max_length=60, description="The rule's name.")]


class RuleChange(BaseModel):
    rule: Annotated[dict[str, Any], AsKeysOf(Rule)] = Field(description="Its keys, as in the file.")
    is_enabled: bool = True


class RuleShown(BaseModel):
    rule: Rule
    is_enabled: bool
    is_in_file: bool = Field(description="Defined in passerby.toml: change it there.")
    who: str = Field(description="The user who changed it last; empty: the file or a command.")
    at_90k: int = Field(description="When: UTC, 1/90000 s since 1970.")


class RuleNamed(BaseModel):
    camera: str
    name: str


@router.get("/rules", summary="The names of the rules of all cameras that I may see")
def names(request: Request) -> list[RuleNamed]:
    me, installation = signed_in_of(request).principal, services_of(request).installation
    seen = {
        each.name
        for each in installation.cameras.list()
        if may(me, Action.SEE_RULES, Subject(each.name, each.facts.groups)).allowed
    }
    return [RuleNamed(camera=camera, name=name) for camera, name in installation.rules.names() if camera in seen]


@router.get(OF_CAMERA, summary="The rules of a camera, by name")
def rules(camera: CameraName, request: Request) -> list[RuleShown]:
    services = services_of(request)
    configured(services, camera)
    return [_shown(each) for each in services.installation.rules.list(camera)]


@router.post(OF_CAMERA, summary="Add a rule", status_code=201)
def add_rule(camera: CameraName, body: RuleChange, request: Request) -> RuleShown:
    services, me = services_of(request), signed_in_of(request)
    rule = checked_rule(body.rule)
    with services.installation.audit.with_change():
        configured(services, camera)
        added = services.installation.rules.add(camera, rule, is_enabled=body.is_enabled, who=me.user.name)
        about = rule_words(None, added)
        services.installation.audit.note(me.user.name, me.through, "rule:add", camera, about=about)
    services.cameras_changed()
    return _shown(added)


@router.put(f"{OF_CAMERA}/{{rule:path}}", summary="Change a rule; what it raised before keeps the name that it had")
def change_rule(camera: CameraName, rule: RuleName, body: RuleChange, request: Request) -> RuleShown:
    services, me = services_of(request), signed_in_of(request)
    new = checked_rule(body.rule)
    with services.installation.audit.with_change():
        before = _found(services, camera, rule)
        after = services.installation.rules.change(camera, rule, new, is_enabled=body.is_enabled, who=me.user.name)
        about = rule_words(before, after)
        services.installation.audit.note(me.user.name, me.through, "rule:change", camera, about=about)
    services.cameras_changed()
    return _shown(after)


@router.delete(f"{OF_CAMERA}/{{rule:path}}", summary="Remove a rule; what it raised stays", status_code=204)
def remove_rule(camera: CameraName, rule: RuleName, request: Request) -> None:
    services, me = services_of(request), signed_in_of(request)
    with services.installation.audit.with_change():
        before = _found(services, camera, rule)
        services.installation.rules.remove(camera, rule)
        about = rule_words(before, None)
        services.installation.audit.note(me.user.name, me.through, "rule:remove", camera, about=about)
    services.cameras_changed()


def _found(services: Services, camera: str, name: str) -> CameraRule:
    configured(services, camera)
    found = services.installation.rules.find(camera, name)
    if found is None:
        raise no_such("rule", name)
    return found


def _shown(each: CameraRule) -> RuleShown:
    return RuleShown(
        rule=each.rule, is_enabled=each.is_enabled, is_in_file=each.is_in_file, who=each.who, at_90k=each.at_90k
    )
