"""The whole file: reads it and checks every key. Errors name the key, never its value."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError, model_validator

from passerby.config.about import About
from passerby.config.camera import Camera
from passerby.config.channel import Channel
from passerby.config.cluster import Cluster
from passerby.config.keys import keys_of
from passerby.config.map import Map
from passerby.config.metrics import Metrics
from passerby.config.oidc import Oidc
from passerby.config.reading import named_twice, read_toml, words_of
from passerby.config.redact import Redact
from passerby.config.route import Route, unknown_channel
from passerby.config.rule import MAX_RULES, RULES_HINT, RuleSection, rule_keys, rules_fault
from passerby.config.section import Section
from passerby.config.server import Server
from passerby.config.sign_in import SignIn
from passerby.config.sources import Sources
from passerby.config.storage import Storage
from passerby.errors import SettingsError

FILE_NAME = "passerby.toml"


class Config(Section):
    """The whole file."""

    server: Server = Server()
    storage: Storage = Storage()
    sign_in: SignIn = SignIn()
    oidc: Oidc = Oidc()
    redact: Redact = Redact()
    sources: Sources = Sources()
    metrics: Metrics = Metrics()
    map: Map = Map()
    cluster: Cluster = Cluster()
    about: About = About()
    camera: tuple[Camera, ...] = ()
    rule: tuple[RuleSection, ...] = ()
    channel: tuple[Channel, ...] = ()
    route: tuple[Route, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        twice = named_twice(each.name for each in self.camera)
        if twice:
            raise ValueError(f"there are two cameras named '{twice}'")
        for camera in {each.camera for each in self.rule}:
            names = [each.rule.name for each in self.rule if each.camera == camera]
            if twice := named_twice(names):
                raise ValueError(f"camera '{camera}' has two rules named '{twice}'")
            if len(names) > MAX_RULES:
                raise ValueError(f"camera '{camera}' has more than {MAX_RULES} rules")
        channels = [each.name for each in self.channel]
        if twice := named_twice(channels):
            raise ValueError(f"there are two channels named '{twice}'")
        if unknown := unknown_channel(self.route, channels):
            raise ValueError(f"a route names the channel '{unknown}', which does not exist")
        return self


def read_config(path: Path) -> Config:
    """Raises SettingsError: one sentence that names the key but never the value, which may be a password."""
    return parse_config(read_toml(path), str(path))


def parse_config(values: Mapping[str, Any], where: str = FILE_NAME) -> Config:
    """Like `read_config`, for data already parsed."""
    known = {key for key, _ in keys_of(Config)} | set(rule_keys())
    for key in _keys_in(values):
        if key not in known:
            raise _unknown(key, known, where)
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        if error.errors()[0]["loc"][:1] == ("rule",):
            raise SettingsError(f"{where}: {rules_fault(error, values)}", hint=RULES_HINT) from None
        raise SettingsError(f"{where}: {words_of(error)}") from None


def _keys_in(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in values.items():
        yield before + name
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                yield from _keys_in(inner, f"{before}{name}.")


def _unknown(key: str, known: Collection[str], where: str) -> SettingsError:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
    return SettingsError(f"{where}: there is no key '{key}'", hint=f"did you mean '{near[0]}'?" if near else None)
