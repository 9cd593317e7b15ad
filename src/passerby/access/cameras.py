"""Configured cameras and their groups. Addresses are sealed; only `open_address` opens one, in order to connect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from passerby.access.camera_alerts import forget_alerts
from passerby.access.camera_rules import forget_rules
from passerby.access.not_people import forget_not_people
from passerby.access.sealer import Sealer
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import camera_groups, cameras, cameras_in_groups, limits_of_removed
from passerby.catalogue.schema.archive import objects
from passerby.catalogue.schema.events import counts, events, presence
from passerby.errors import SettingsError, SourceUnavailable
from passerby.events.box_records import forget_boxes
from passerby.media.segments import MINUTE_90K
from passerby.net.address import Address
from passerby.objects.names import check_camera
from passerby.rules.reach import Reach, kind_refusal
from passerby.rules.retention import MIN_HOURS, Keep
from passerby.sites.places import forget_places


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """The settings of a camera. address: SECRET; None in a change keeps the present one."""

    title: str = ""
    address: str | None = field(default=None, repr=False)
    transport: str = "tcp"
    trust_any_certificate: bool = False
    mode: str = "reveal"
    privacy_delay_s: float = 1.0
    keep_hours: float | None = None
    more_than_30_days: bool = False
    groups: frozenset[str] = frozenset()
    is_enabled: bool = True
    keeps_boxes: bool = True


@dataclass(frozen=True, slots=True)
class ConfiguredCamera:
    """A configured camera. address_shown: without credentials. since_90k: earlier recordings belong to another camera
    that had the name; 0: there was none. sealed_address: see `Cameras.open_address`."""

    name: str
    facts: CameraFacts
    address_shown: str
    is_in_file: bool
    since_90k: int = 0
    sealed_address: bytes = field(default=b"", repr=False)


class Cameras:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows, sealer: Sealer, reach: Reach, usual: Callable[[], Keep]) -> None:
        """usual: gives the retention time of cameras that set none, which may change."""
        self._rows, self._sealer, self._reach, self._usual = rows, sealer, reach, usual

    def list(self) -> list[ConfiguredCamera]:
        with self._rows.transaction("read the cameras") as connection:
            return _cameras(connection, select(cameras).order_by(cameras.c.name))

    def find(self, name: str) -> ConfiguredCamera | None:
        with self._rows.transaction("read a camera") as connection:
            return next(iter(_cameras(connection, select(cameras).where(cameras.c.name == name))), None)

    def secret_address(self, name: str) -> str:
        """See `open_address`. Raises SettingsError also if there is no such camera."""
        found = self.find(name)
        if found is None:
            raise SettingsError(f"there is no camera '{name}'")
        return self.open_address(found)

    def open_address(self, camera: ConfiguredCamera) -> str:
        """SECRET: the address with its credentials. Asks no catalogue. Raises SettingsError if the key is another
        one."""
        return self._sealer.open(camera.sealed_address, f"{camera.name} address")

    def add(self, name: str, facts: CameraFacts) -> None:
        """Raises SettingsError for a wrong address or name, a name that is taken, or a group that does not exist."""
        values = self._new(name, facts)
        try:
            with self._rows.transaction("add a camera") as connection:
                since_90k = self._since_90k(connection, name)
                connection.execute(cameras.insert().values(**values, since_90k=since_90k))
                _put_in_groups(connection, name, facts.groups)
        except IntegrityError:
            raise SettingsError(f"couldn't add camera '{name}': the name is taken, or there is no such group") from None

    def change(self, name: str, facts: CameraFacts) -> None:
        """Raises SettingsError as `add` does, and for a camera that is configured in the file."""
        found = self._on_page(name)
        try:
            with self._rows.transaction("change a camera") as connection:
                where = cameras.c.name == found.name
                elsewhere = self._elsewhere(connection, {name: facts})
                forget_not_people(connection, elsewhere)
                forget_boxes(connection, elsewhere if facts.keeps_boxes else {name})
                connection.execute(update(cameras).where(where).values(**self._values(name, facts)))
                connection.execute(delete(cameras_in_groups).where(cameras_in_groups.c.camera == name))
                _put_in_groups(connection, name, facts.groups)
        except IntegrityError:
            raise SettingsError(f"couldn't change camera '{name}': there is no such group") from None

    def remove(self, name: str) -> None:
        """Its recordings stay until their retention time ends. Raises SettingsError if it is unknown or configured in
        the file."""
        self._on_page(name)
        with self._rows.transaction("remove a camera") as connection:
            self._note_limits(connection, cameras.c.name == name)
            connection.execute(delete(cameras).where(cameras.c.name == name))
            forget_not_people(connection, [name])
            forget_rules(connection, [name])
            forget_boxes(connection, [name])
            forget_places(connection, [name])
            forget_alerts(connection, [name])

    def follow_file(self, configured: Mapping[str, CameraFacts]) -> None:
        """Make the file's cameras match the file. Raises SettingsError if one was also added on the page."""
        known = {each.name: each for each in self.list()}
        for name in configured:
            if name in known and not known[name].is_in_file:
                raise SettingsError(f"camera '{name}' is in the configuration file and was added on the page too",
                                    hint=f"passerby camera remove {name}, or remove it from the file")  # fmt: skip
        values = {name: self._new(name, facts, in_file=True) for name, facts in configured.items()}
        with self._rows.transaction("apply the configuration file") as connection:  # all or nothing
            self._note_limits(connection, cameras.c.is_in_file)
            gone = {name for name, each in known.items() if each.is_in_file} - configured.keys()
            elsewhere = self._elsewhere(connection, configured)
            forget_not_people(connection, gone | elsewhere)
            forget_boxes(connection, gone | elsewhere | {n for n, facts in configured.items() if not facts.keeps_boxes})
            forget_places(connection, gone)
            forget_alerts(connection, gone)
            connection.execute(delete(cameras).where(cameras.c.is_in_file))
            for name, facts in configured.items():
                since_90k = known[name].since_90k if name in known else self._since_90k(connection, name)
                connection.execute(cameras.insert().values(**values[name], since_90k=since_90k))
                _put_in_groups(connection, name, facts.groups, make=True)

    def keep(self) -> dict[str, Keep]:
        """How long recordings are kept, by camera. Includes cameras that are off or were removed: those without a limit
        of their own follow the default where it gets shorter, and never where it gets longer."""
        usual = self._usual()
        with self._rows.transaction("read the retention times") as connection:
            removed = connection.execute(select(limits_of_removed)).all()
            here = connection.execute(select(cameras.c.name, cameras.c.keep_hours, cameras.c.more_than_30_days)).all()
        found = {
            row.camera: _keep(row.keep_hours if row.is_own else min(row.keep_hours, usual.hours), True, usual)
            for row in removed
        }
        return found | {row.name: _keep(row.keep_hours, row.more_than_30_days, usual) for row in here}

    def forget_spent_limits(self) -> None:
        """For removed cameras that have no recordings left."""
        spent = ~exists().where(objects.c.camera == limits_of_removed.c.camera)
        with self._rows.transaction("delete the limits of removed cameras") as connection:
            connection.execute(delete(limits_of_removed).where(spent))

    def _since_90k(self, connection: Connection, name: str) -> int:
        """For a camera that is being added. What is there under its name is older than now, unless a clock was wrong.
        Events and counts are kept for longer than recordings."""
        newest = (
            select(func.max(objects.c.end_90k)).where(objects.c.camera == name),
            select(func.max(events.c.end_90k)).where(events.c.camera == name),
            select((func.max(counts.c.minute) + 1) * MINUTE_90K).where(counts.c.camera == name),
            select(func.max(presence.c.hour) * 60 * MINUTE_90K).where(presence.c.camera == name),
        )
        ends_90k = [connection.execute(query).scalar_one() for query in newest]
        known = [int(each) for each in ends_90k if each is not None]
        return max(*known, self._rows.clock.now_90k()) if known else 0

    def _note_limits(self, connection: Connection, which: ColumnElement[bool]) -> None:
        """Called before cameras are removed: their retention limits still apply to their recordings."""
        going = connection.execute(select(cameras).where(which)).all()
        names, usual = [row.name for row in going], self._usual()
        connection.execute(delete(limits_of_removed).where(limits_of_removed.c.camera.in_(names)))
        for row in going:
            hours = _keep(row.keep_hours, row.more_than_30_days, usual).hours
            values = {"camera": row.name, "keep_hours": hours, "is_own": row.keep_hours is not None}
            connection.execute(limits_of_removed.insert().values(**values))

    def _elsewhere(self, connection: Connection, configured: Mapping[str, CameraFacts]) -> set[str]:
        """The cameras whose new address differs or cannot be compared: they may show another place."""
        found: set[str] = set()
        for row in connection.execute(select(cameras.c.name, cameras.c.address).where(cameras.c.name.in_(configured))):
            try:
                before = self._sealer.open(bytes(row.address), f"{row.name} address")
            except SettingsError:
                before = None
            if configured[row.name].address not in (None, before):
                found.add(row.name)
        return found

    def _on_page(self, name: str) -> ConfiguredCamera:
        found = self.find(name)
        if found is None:
            raise SettingsError(f"there is no camera '{name}'")
        if found.is_in_file:
            raise SettingsError(f"camera '{name}' is defined in the configuration file", hint="change it there")
        return found

    def _new(self, name: str, facts: CameraFacts, *, in_file: bool = False) -> dict[str, Any]:
        check_camera(name)
        if facts.address is None:
            raise SettingsError(f"couldn't add camera '{name}': it needs an address")
        return {"name": name, "is_in_file": in_file, **self._values(name, facts)}

    def _values(self, name: str, facts: CameraFacts) -> dict[str, Any]:
        if facts.keep_hours is not None:
            _check_keep(facts)
        values: dict[str, Any] = {
            "title": facts.title or name,
            "transport": facts.transport,
            "trust_any_certificate": facts.trust_any_certificate,
            "mode": facts.mode,
            "privacy_delay_s": facts.privacy_delay_s,
            "keep_hours": facts.keep_hours,
            "more_than_30_days": facts.more_than_30_days,
            "is_enabled": facts.is_enabled,
            "keeps_boxes": facts.keeps_boxes,
        }
        if facts.address is not None:
            values["address_shown"] = self._checked(facts.address).shown[:500]
            values["address"] = self._sealer.seal(facts.address, f"{name} address")
        return values

    def _checked(self, text: str) -> Address:
        """Rejects what capture would reject. Host names are only resolved when connecting."""
        try:
            address = Address.parse(text)
        except SourceUnavailable as error:
            raise SettingsError(error.message, hint=error.hint) from None
        refused = kind_refusal(address.kind, self._reach)
        if refused:
            raise SettingsError(f"couldn't use '{address.shown}': {refused[0]}", hint=refused[1])
        return address


class Groups:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def list(self) -> list[tuple[str, str]]:
        """Names and titles."""
        with self._rows.transaction("read the groups") as connection:
            found = connection.execute(select(camera_groups).order_by(camera_groups.c.name))
            return [(row.name, row.title) for row in found]

    def add(self, name: str, title: str) -> None:
        """Raises SettingsError if it exists."""
        try:
            with self._rows.transaction("add a group") as connection:
                connection.execute(camera_groups.insert().values(name=name, title=title or name))
        except IntegrityError:
            raise SettingsError(f"there is already a group '{name}'") from None

    def rename(self, name: str, title: str) -> bool:
        """Changes the title; the name stays, as URLs contain it. Returns whether the group exists."""
        with self._rows.transaction("rename a group") as connection:
            changed = camera_groups.update().where(camera_groups.c.name == name).values(title=title)
            return bool(connection.execute(changed).rowcount)

    def remove(self, name: str) -> bool:
        """Returns whether it existed. Users lose the cameras that they saw only through it."""
        with self._rows.transaction("remove a group") as connection:
            return bool(connection.execute(delete(camera_groups).where(camera_groups.c.name == name)).rowcount)


def keep_of(facts: CameraFacts, usual: Keep) -> Keep:
    """usual: of cameras that set none."""
    return _keep(facts.keep_hours, facts.more_than_30_days, usual)


def _keep(keep_hours: float | None, more_than_30_days: bool, usual: Keep) -> Keep:
    """Earlier versions accepted shorter limits: if they were errors now, nothing would ever be deleted."""
    return usual if keep_hours is None else Keep(max(keep_hours, MIN_HOURS), more_than_30_days)


def _check_keep(facts: CameraFacts) -> None:
    try:
        Keep(facts.keep_hours or 0, facts.more_than_30_days)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _put_in_groups(connection: Connection, name: str, groups: Iterable[str], *, make: bool = False) -> None:
    known = set(connection.execute(select(camera_groups.c.name)).scalars())
    for group in sorted(groups):
        if make and group not in known:
            connection.execute(camera_groups.insert().values(name=group, title=group))
        connection.execute(cameras_in_groups.insert().values(camera=name, in_group=group))


def _cameras(connection: Connection, query: Any) -> list[ConfiguredCamera]:
    groups: dict[str, set[str]] = {}
    for link in connection.execute(select(cameras_in_groups)):
        groups.setdefault(link.camera, set()).add(link.in_group)
    return [
        ConfiguredCamera(
            row.name,
            CameraFacts(
                row.title, None, row.transport, row.trust_any_certificate, row.mode, row.privacy_delay_s,
                row.keep_hours, row.more_than_30_days, frozenset(groups.get(row.name, ())), row.is_enabled,
                row.keeps_boxes,
            ),
            row.address_shown, row.is_in_file, row.since_90k, bytes(row.address),
        )
        for row in connection.execute(query)
    ]  # fmt: skip
