"""The sections `rule` of a file of rules: what is worth noticing in one camera's view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from passerby.config.keys import Inline, keys_of
from passerby.config.reading import named_twice, read_toml
from passerby.config.section import Section
from passerby.errors import SettingsError
from passerby.rules.events.geometry import crosses_itself, polygon_area
from passerby.rules.events.ground import Ground
from passerby.rules.events.schedule import Schedule

Share = Annotated[float, Field(ge=0, le=1)]
PointShare = tuple[Share, Share]
"""A place in the upright picture, as shares of its width and height: [0, 0] is the upper left corner."""
Metres = Annotated[float, Field(gt=0, le=1000)]
MAX_RULES = 64
MAX_CORNERS = 32
DAY_S = 86400
MAX_TIMES = 16
SMALLEST_AREA_M2 = 1.0  # on less, one person more or less decides
SMALLEST_AREA = 1e-4
"""Of a zone, as a share of the picture: a smaller one is a slip of the hand."""


def _area(corners: tuple[PointShare, ...]) -> tuple[PointShare, ...]:
    if crosses_itself(corners):
        raise ValueError("the sides of a zone must not cross each other: name its corners in order, all the way round")
    if polygon_area(corners) < SMALLEST_AREA:
        raise ValueError("a zone needs at least three corners that are not on one line")
    return corners


Corners = Annotated[
    tuple[PointShare, ...],
    Field(min_length=3, max_length=MAX_CORNERS, description="The corners of its area on the ground, in order."),
    AfterValidator(_area),
]


def _name(name: str) -> str:
    """It is in addresses and in lists: there it has to be seen."""
    if not name.isprintable() or not any(each.isalnum() for each in name):
        raise ValueError("a name needs a letter or a digit, and no line breaks")
    return name


def _times(entries: tuple[str, ...]) -> tuple[str, ...]:
    Schedule.of(entries)
    return entries


class _Named(Section):
    name: Annotated[str, AfterValidator(_name)] = Field(min_length=1, max_length=60, description="What people call it.")
    when: Annotated[tuple[str, ...], AfterValidator(_times)] = Field(
        (), max_length=MAX_TIMES, description="When it holds, in local time. Empty: always."
    )

    @property
    def schedule(self) -> Schedule:
        return Schedule.of(self.when)


class _Rule(_Named):
    objects: Literal["people", "vehicles"] = Field("people", description="What it is about.")


class LineRule(_Rule):
    """Counts who crosses a line, each way: to the right and to the left of somebody who looks along it."""

    kind: Literal["line"] = Field(description="What it watches for.")
    line: tuple[PointShare, PointShare] = Field(description="Its first and its second point, on the ground.")
    alert: Literal["none", "right", "left", "both"] = Field(
        "none", description="Which crossings are events of a live camera. All are counted."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.line[0] == self.line[1]:
            raise ValueError("a line needs two different points")
        return self

    def alerts(self, way: str | None) -> bool:
        """Whether a crossing that way is an event of a live camera."""
        return self.alert in ("both", way)


class ZoneRule(_Rule):
    """Somebody is in a zone."""

    kind: Literal["zone"]
    zone: Corners
    after_s: float = Field(0.0, ge=0, le=DAY_S, description="How long they must be there before it is an event.")


class CrowdRule(_Rule):
    """Too many are in a zone."""

    kind: Literal["crowd"]
    zone: Corners
    limit: int = Field(ge=1, le=10_000, description="How many may be there.")


class DensityRule(_Rule):
    """Too many are in a zone for its size."""

    kind: Literal["density"]
    zone: Corners
    limit: float = Field(gt=0, le=20, description="How many may be there on a square metre.")
    ground: tuple[PointShare, PointShare, PointShare, PointShare] = Field(
        description="The corners of a rectangle on the ground, in order."
    )
    ground_m: tuple[Metres, Metres] = Field(
        description="In metres, how long its side from the first corner to the second is, and from there to the third."
    )

    @property
    def area_m2(self) -> float:
        """Of the zone, on the ground."""
        return Ground(self.ground, self.ground_m).area_m2(self.zone)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.area_m2 < SMALLEST_AREA_M2:
            raise ValueError(f"the zone is {self.area_m2:.2f} m² large: less than {SMALLEST_AREA_M2:g} has no density")
        return self


class QueueRule(_Rule):
    """Too many wait in a zone, or for too long. Whoever is there for less than 5 seconds passes through."""

    kind: Literal["queue"]
    zone: Corners
    limit: int | None = Field(None, ge=1, le=10_000, description="How many may wait.")
    longer_than_s: float | None = Field(None, ge=5, le=DAY_S, description="How long they may wait.")


class LoiteringRule(_Rule):
    """Somebody stays in a zone for too long."""

    kind: Literal["loitering"]
    zone: Corners
    longer_than_s: float = Field(60.0, ge=5, le=DAY_S, description="How long they may stay.")


class WrongWayRule(_Rule):
    """Something goes against an arrow in a zone."""

    kind: Literal["wrong-way"]
    zone: Corners
    arrow: tuple[PointShare, PointShare] = Field(description="Its start and its head: the right way.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.arrow[0] == self.arrow[1]:
            raise ValueError("an arrow needs two different points")
        return self


class StoppedRule(_Rule):
    """A vehicle that drove into a zone stands there for too long. One that was always there does not count."""

    kind: Literal["stopped"]
    objects: Literal["people", "vehicles"] = "vehicles"
    zone: Corners
    longer_than_s: float = Field(60.0, ge=5, le=DAY_S, description="How long it may stand.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.objects != "vehicles":
            raise ValueError('only vehicles stop: for people use kind = "loitering"')
        return self


class _PeopleOnly(_Rule):
    zone: Corners | None = Field(None, description="Where, on the ground. Without one: everywhere.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.objects != "people":
            raise ValueError("only people fall and lie")
        return self


class FallRule(_PeopleOnly):
    """Somebody falls from upright and stays low."""

    kind: Literal["fall"]


class LyingRule(_PeopleOnly):
    """Somebody lies for too long, whether they fell or not."""

    kind: Literal["lying"]
    longer_than_s: float = Field(3.0, ge=2, le=DAY_S, description="How long they may lie.")


class ObjectRule(_Named):
    """Something was left behind, or something is gone that was always there."""

    kind: Literal["left-object", "removed-object"]
    objects: Literal["things"] = "things"
    zone: Corners | None = Field(None, description="Where it counts; by default everywhere.")
    after_s: float = Field(10.0, ge=3, le=DAY_S, description="How long nobody must have been with it.")


Rule = Annotated[
    LineRule
    | ZoneRule
    | CrowdRule
    | DensityRule
    | QueueRule
    | LoiteringRule
    | WrongWayRule
    | StoppedRule
    | FallRule
    | LyingRule
    | ObjectRule,
    Field(discriminator="kind"),
]


class RuleSection(Section):
    """What is worth noticing in a camera's view; repeat the section for each rule. Its keys depend on its kind, and
    docs/reference/rules.md lists them all: these are those of a line. More can be added on the page."""

    camera: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The name of the camera that it is for.")
    rule: Annotated[Rule, Inline] = Field(description="Its other keys.")

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        rule = {key: value for key, value in values.items() if key != "camera"}
        return {"rule": rule} | ({"camera": values["camera"]} if "camera" in values else {})


class _RulesFile(Section):
    rule: tuple[Rule, ...] = Field(min_length=1, max_length=MAX_RULES)

    @model_validator(mode="after")
    def _check(self) -> Self:
        twice = named_twice(each.name for each in self.rule)
        if twice:
            raise ValueError(f"there are two rules named '{twice}'")
        return self


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of a TOML file. Raises SettingsError: one sentence that names the rule and the key."""
    values = read_toml(path)
    try:
        return _RulesFile.model_validate(values).rule
    except ValidationError as error:
        raise SettingsError(f"{path}: {rules_fault(error, values)}", hint=RULES_HINT) from None


RULES_HINT = "docs/reference/rules.md lists the kinds of rules and their keys"


def rules_fault(error: ValidationError, values: Mapping[str, object]) -> str:
    """The first fault in sections `rule`, with the rule's name if it has one. values: of the file."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = [part for part in first["loc"] if part != "rule"]
    rules = values.get("rule")
    if not isinstance(rules, list) or not place or not isinstance(place[0], int):
        says = first["msg"].removeprefix("Value error, ")
        return f"{'.'.join(map(str, place))}: {says}" if place else says
    rule = rules[place[0]]
    name = rule.get("name") if isinstance(rule, dict) else None
    whose = f"rule '{name}'" if isinstance(name, str) else f"rule {place[0] + 1}"
    return f"{whose}: {_fault(first, place[1:])}"


def rule_fault(error: ValidationError) -> str:
    """What is wrong with one rule, in a sentence that names the key."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return _fault(first, first["loc"])


def rule_keys() -> Iterator[str]:
    """Those of all kinds, as `keys_of` has them."""
    for each in _kinds():
        yield from (key for key, _ in keys_of(each, "rule."))


def _fault(first: ErrorDetails, place: Sequence[int | str]) -> str:
    """place: from the rule on. It begins with its kind, unless that is what is wrong."""
    kinds = [kind for each in _kinds() for kind in get_args(each.model_fields["kind"].annotation)]
    if first["type"].startswith("union_tag"):
        known = [f"'{each}'" for each in kinds]
        return f"kind: input should be {', '.join(known[:-1])} or {known[-1]}"
    keys = [part for part in (place[1:] if place and place[0] in kinds else place) if isinstance(part, str)]
    if first["type"] == "extra_forbidden":
        return f"a rule of kind '{place[0]}' has no key '{keys[-1]}'"
    says = first["msg"].removeprefix("Value error, ")
    return f"{'.'.join(keys)}: {says[:1].lower()}{says[1:]}" if keys else says


def _kinds() -> tuple[type[Section], ...]:
    found: tuple[type[Section], ...] = get_args(get_args(Rule)[0])
    return found
