"""Counts who is where in one picture, for the rules that ask how many. A picture has no before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from passerby.config.rule import CrowdRule, DensityRule, Rule, ZoneRule
from passerby.events.watcher import KINDS, pixel
from passerby.media import InView
from passerby.rules.events.geometry import is_inside
from passerby.rules.events.paths import Moment, standing_in


@dataclass(frozen=True, slots=True)
class Standing:
    """How many are in a rule's zone. per_m2: on a square metre, if the rule knows its area. is_too_many: more than its
    limit; None if it has none. count is None if the rule does not apply to one picture."""

    rule: str
    objects: str
    count: int | None = None
    per_m2: float | None = None
    is_too_many: bool | None = None


def standing(rules: Sequence[Rule], view: InView) -> list[Standing]:
    """What each rule says of one picture, in their order."""
    moment = standing_in(view)
    return [_standing(rule, moment, view) for rule in rules]


def _standing(rule: Rule, moment: Moment, view: InView) -> Standing:
    if not isinstance(rule, ZoneRule | CrowdRule | DensityRule):
        return Standing(rule.name, rule.objects)
    # Nobody was anywhere before: who is near the border of a zone is where they are. See `Zone`.
    corners = [pixel(corner, view.upright_wh) for corner in rule.zone]
    there = (step for kind, step in moment.standing.values() if kind is KINDS[rule.objects])
    count = sum(is_inside(step.xy, corners) for step in there)
    if isinstance(rule, DensityRule):
        per_m2 = count / rule.area_m2
        return Standing(rule.name, rule.objects, count, round(per_m2, 2), per_m2 > rule.limit)
    return Standing(rule.name, rule.objects, count, None, count > rule.limit if isinstance(rule, CrowdRule) else None)
