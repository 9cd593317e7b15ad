"""The channels that messages go to, and the routes: those of the configuration file, and those set up on the page.

The file wins. Addresses and secrets are sealed; only a channel that is in use is given them, in order to connect."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from passerby.access.sealer import Sealer
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.notify import outbox, page_channels, page_routes
from passerby.catalogue.schema.push import push_waiting
from passerby.config import FILE_NAME, Channel, Config, Route
from passerby.config.channel import FROM_ELSEWHERE, checked_mailbox
from passerby.config.reading import key_of, words_of
from passerby.config.route import unknown_channel
from passerby.config.section import Section
from passerby.errors import FieldError, SettingsError, SourceUnavailable
from passerby.net.address import Address

MAX_CHANNELS, MAX_ROUTES = 50, 100
"""On the page."""
SECRETS = ("address", "secret")
_ONLY_IN_FILE = "networks"
_S = TypeVar("_S", bound=Section)


@dataclass(frozen=True, slots=True)
class ConfiguredChannel:
    """settings: its keys, without secrets. address_shown: the server, and no more; empty: it has none, or the file says
    where it is. is_overruled: the file has another of the name, which is used instead. who: the user who changed it
    last, at_90k: UTC when; of the file neither. config: SECRET; None: it cannot be used, for the reason in problem."""

    settings: Mapping[str, Any]
    address_shown: str
    has_secret: bool
    is_in_file: bool
    is_overruled: bool = False
    who: str = ""
    at_90k: int = 0
    problem: str | None = None
    config: Channel | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return str(self.settings["name"])

    @property
    def kind(self) -> str:
        return str(self.settings["kind"])


@dataclass(frozen=True, slots=True)
class ConfiguredRoute:
    """id: None for one of the file. unknown: the first channel that it names and that there is not any more."""

    id: int | None
    route: Route
    unknown: str | None = None
    who: str = ""
    at_90k: int = 0


class Channels:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows, sealer: Sealer, config: Config) -> None:
        """config: as the file says."""
        self._rows, self._sealer, self._config = rows, sealer, config

    def list(self) -> list[ConfiguredChannel]:
        """Those of the file in its order, then those of the page by name."""
        with self._rows.transaction("read the channels") as connection:
            found = connection.execute(select(page_channels).order_by(page_channels.c.name)).all()
        return [_of_file(each) for each in self._config.channel] + [self._of_page(row) for row in found]

    def find(self, name: str) -> ConfiguredChannel | None:
        """The one that is used."""
        return next((each for each in self.list() if each.name == name and not each.is_overruled), None)

    def on_page(self, name: str) -> ConfiguredChannel:
        """Raises SettingsError if the page has none of the name."""
        found = next((each for each in self.list() if each.name == name and not each.is_in_file), None)
        if found is None:
            raise self._missing(name)
        return found

    def new(self, values: Mapping[str, Any]) -> Channel:
        """From its keys, as in the file. Raises FieldError for what is wrong or may not be set on the page."""
        channel = _checked(Channel, values)
        if channel.name in self._in_file:
            raise FieldError("name", f"channel '{channel.name}' is set up in {FILE_NAME}", hint="use another name")
        return checked_for_page(channel)

    def changed(self, name: str, values: Mapping[str, Any]) -> Channel:
        """What a channel of the page becomes. Secrets that are left out stay as they are. Raises as `new` does, and
        SettingsError if the page has none of the name."""
        before = self.on_page(name).config
        kept: dict[str, Any] = {}
        if before is not None and before.kind == values.get("kind", before.kind):
            kept = {key: secret for key in SECRETS if (secret := getattr(before, key)) is not None}
        given = {key: value for key, value in values.items() if key not in SECRETS or value is not None}
        return checked_for_page(_checked(Channel, {**kept, **given, "name": name}))

    def add(self, channel: Channel, who: str) -> None:
        """channel: see `new`. Raises SettingsError for a name that is taken, and if there are too many."""
        named = page_channels.c.name == channel.name
        with self._rows.transaction("change a channel") as connection:
            if connection.execute(select(page_channels.c.name).where(named)).first() is not None:
                raise FieldError("name", f"there is a channel '{channel.name}' already")
            if _count(connection, page_channels.c.name) >= MAX_CHANNELS:
                raise SettingsError(f"there are {MAX_CHANNELS} channels already, the maximum")
            connection.execute(insert(page_channels).values(**self._values(channel, who)))

    def change(self, channel: Channel, who: str) -> None:
        """channel: see `changed`. Raises SettingsError if the page has none of its name."""
        named = page_channels.c.name == channel.name
        with self._rows.transaction("change a channel") as connection:
            if not connection.execute(update(page_channels).where(named).values(**self._values(channel, who))).rowcount:
                raise self._missing(channel.name)

    def remove(self, name: str) -> int:
        """With what waits for it, unless the file has a channel of the name. Routes of the page no longer name it;
        those that named no other are removed. Returns how many routes that changed. Raises SettingsError if the page
        has none of the name."""
        self.on_page(name)
        with self._rows.transaction("remove a channel") as connection:
            connection.execute(delete(page_channels).where(page_channels.c.name == name))
            if name in self._in_file:
                return 0
            connection.execute(delete(outbox).where(outbox.c.channel == name))
            connection.execute(delete(push_waiting).where(push_waiting.c.channel == name))
            return _forget_in_routes(connection, name)

    def routes(self) -> Sequence[ConfiguredRoute]:
        """Those of the file in its order, then those of the page in theirs."""
        known = {each.name for each in self.list()}
        with self._rows.transaction("read the routes") as connection:
            rows = connection.execute(select(page_routes).order_by(page_routes.c.id)).all()
        found = [ConfiguredRoute(None, each) for each in self._config.route]
        for row in rows:
            route = _read_route(row)
            if route is not None:
                unknown = unknown_channel([route], tuple(known))
                found.append(ConfiguredRoute(row.id, route, unknown, row.who, row.at_90k))
        return found

    def new_route(self, values: Mapping[str, Any]) -> Route:
        """From its keys, as in the file. Raises FieldError."""
        route = _checked(Route, values)
        known = [each.name for each in self.list()]
        for key, named in (("channels", route.channels), ("escalate_to", route.escalate_to or ())):
            if unknown := next((each for each in named if each not in known), None):
                raise FieldError(key, f"there is no channel '{unknown}'")
        return route

    def find_route(self, id: int) -> Route | None:
        """One of the page."""
        return next((each.route for each in self.routes() if each.id == id), None)

    def add_route(self, route: Route, who: str) -> int:
        """route: see `new_route`. Returns its id. Raises SettingsError if there are too many."""
        with self._rows.transaction("change a route") as connection:
            if _count(connection, page_routes.c.id) >= MAX_ROUTES:
                raise SettingsError(f"there are {MAX_ROUTES} routes already, the maximum")
            new = insert(page_routes).values(**self._route_values(route, who)).returning(page_routes.c.id)
            return int(connection.execute(new).scalar_one())

    def change_route(self, id: int, route: Route, who: str) -> bool:
        """route: see `new_route`. Returns whether there is one."""
        with self._rows.transaction("change a route") as connection:
            changed = update(page_routes).where(page_routes.c.id == id).values(**self._route_values(route, who))
            return connection.execute(changed).rowcount > 0

    def remove_route(self, id: int) -> bool:
        """Returns whether there was one."""
        with self._rows.transaction("remove a route") as connection:
            return connection.execute(delete(page_routes).where(page_routes.c.id == id)).rowcount > 0

    @property
    def _in_file(self) -> frozenset[str]:
        return frozenset(each.name for each in self._config.channel)

    def _missing(self, name: str) -> SettingsError:
        if name in self._in_file:
            return SettingsError(f"channel '{name}' is set up in {FILE_NAME}", hint="change it there")
        return SettingsError(f"there is no channel '{name}'")

    def _values(self, channel: Channel, who: str) -> dict[str, Any]:
        secrets = {key: each.get_secret_value() for key in SECRETS if (each := getattr(channel, key)) is not None}
        return {
            "name": channel.name, "settings": json.dumps(settings_of(channel), separators=(",", ":")),
            "sealed": self._sealer.seal(json.dumps(secrets), _place(channel.name)),
            "address_shown": shown_address(channel), "who": who, "at_90k": self._rows.clock.now_90k(),
        }  # fmt: skip

    def _route_values(self, route: Route, who: str) -> dict[str, Any]:
        settings = json.dumps(route_settings(route), separators=(",", ":"))
        return {"settings": settings, "who": who, "at_90k": self._rows.clock.now_90k()}

    def _of_page(self, row: Row[Any]) -> ConfiguredChannel:
        settings: dict[str, Any] = json.loads(row.settings)
        config, problem, secrets = None, None, dict[str, str]()
        try:
            secrets = json.loads(self._sealer.open(bytes(row.sealed), _place(row.name)))
            config = checked_for_page(_checked(Channel, {**settings, **secrets}))
        except SettingsError as error:  # the key is another one, or another version has written it
            problem = str(error)
        return ConfiguredChannel(
            settings, row.address_shown, "secret" in secrets, False, row.name in self._in_file, row.who, row.at_90k,
            problem, config,
        )  # fmt: skip


def checked_for_page(channel: Channel) -> Channel:
    """Raises FieldError for what only the file may say: whoever may change settings on the page must not read the
    files or the environment of this machine, nor have it talk to itself."""
    for key in SECRETS:
        secret = getattr(channel, key)
        if secret is not None and secret.get_secret_value().strip().lower().startswith(FROM_ELSEWHERE):
            raise FieldError(
                key, "on the page, nothing is taken from the environment or a file",
                hint=f"type it in, or set the channel up in {FILE_NAME}",
            )  # fmt: skip
    if channel.networks:
        raise FieldError(_ONLY_IN_FILE, f"networks are set in {FILE_NAME} only")
    if channel.address is not None and channel.kind != "apprise":
        try:
            Address.parse_server(channel.address.get_secret_value())
        except SourceUnavailable as error:
            raise FieldError("address", error.message, error.hint) from None
    mailboxes = {"email": ("sender", "to"), "push": ("sender",)}.get(channel.kind, ())
    for key in mailboxes:
        value = getattr(channel, key) or ()
        for each in (value,) if isinstance(value, str) else value:
            _check_mailbox(key, each)
    return channel


def settings_of(channel: Channel) -> dict[str, Any]:
    """Its keys as in the file, without secrets."""
    found: dict[str, Any] = channel.model_dump(mode="json", exclude={*SECRETS, _ONLY_IN_FILE})
    return found


def route_settings(route: Route) -> dict[str, Any]:
    """Its keys as in the file."""
    found: dict[str, Any] = route.model_dump(mode="json")
    return found


def shown_address(channel: Channel) -> str:
    """The server, and no more: a path may be a secret, and with Apprise so may be what stands for the server."""
    text = channel.address.get_secret_value() if channel.address else ""
    if not text or text.startswith(FROM_ELSEWHERE):
        return ""
    if channel.kind == "apprise":
        return f"{text.partition('://')[0][:40]}://…" if "://" in text else ""
    try:
        address = Address.parse_server(text)
    except SourceUnavailable:
        return ""
    return f"{address.scheme}://{address.authority}"


def _of_file(channel: Channel) -> ConfiguredChannel:
    return ConfiguredChannel(
        settings_of(channel), shown_address(channel), channel.secret is not None, True, config=channel
    )


def _read_route(row: Row[Any]) -> Route | None:
    try:
        return _checked(Route, json.loads(row.settings))
    except SettingsError:  # another version has written it
        return None


def _forget_in_routes(connection: Connection, name: str) -> int:
    changed = 0
    for row in connection.execute(select(page_routes)).all():
        settings: dict[str, Any] = json.loads(row.settings)
        channels = _without(settings.get("channels"), name)
        escalates = _without(settings.get("escalate_to"), name)
        if channels == settings.get("channels") and escalates == settings.get("escalate_to"):
            continue
        changed += 1
        here = page_routes.c.id == row.id
        if not channels:
            connection.execute(delete(page_routes).where(here))
            continue
        after_s = settings.get("escalate_after_s") if escalates else None
        new = {**settings, "channels": channels, "escalate_to": escalates or None, "escalate_after_s": after_s}
        connection.execute(update(page_routes).where(here).values(settings=json.dumps(new, separators=(",", ":"))))
    return changed


def _without(names: Collection[str] | None, name: str) -> list[str] | None:
    return None if names is None else [each for each in names if each != name]


def _checked(model: type[_S], values: Mapping[str, Any]) -> _S:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        key, says = key_of(error), words_of(error)
        raise FieldError(key, says) if key else SettingsError(says) from None


def _check_mailbox(key: str, text: str) -> None:
    try:
        checked_mailbox(text)
    except ValueError as error:
        raise FieldError(key, str(error)) from None


def _count(connection: Connection, column: ColumnElement[Any]) -> int:
    return int(connection.execute(select(func.count(column))).scalar_one())


def _place(name: str) -> str:
    return f"channel {name}"
