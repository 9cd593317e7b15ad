"""Everything this installation knows of its users and cameras, in one object to pass around."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from passerby.access.audience import Audience
from passerby.access.audit import MAX_FORGOTTEN_AT_ONCE, Audit
from passerby.access.camera_alerts import CameraAlerts
from passerby.access.camera_rules import CameraRules
from passerby.access.cameras import CameraFacts, Cameras, ConfiguredCamera, Groups
from passerby.access.channels import Channels
from passerby.access.devices import Devices
from passerby.access.not_people import NotPeople
from passerby.access.own_secrets import OwnSecrets
from passerby.access.passkeys import Passkeys
from passerby.access.passwords import Passwords
from passerby.access.preferences import Preferences
from passerby.access.reset import Reset
from passerby.access.rights import Rights
from passerby.access.rule_words import rule_words
from passerby.access.sealer import KEY_FILE, Sealer
from passerby.access.sessions import Sessions, Tokens
from passerby.access.set_up import SetUp
from passerby.access.settings import PageSettings
from passerby.access.still_links import StillLinks
from passerby.access.throttle import Throttle
from passerby.access.users import Users
from passerby.access.words import NOTHING, camera_words
from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.clock import Clock, SystemClock
from passerby.config import FILE_NAME, Camera, Config
from passerby.config.rule import Rule
from passerby.errors import SettingsError
from passerby.events.box_records import KeptBoxes
from passerby.events.future_dated import retire_ahead, retire_counts_ahead
from passerby.events.log import EventLog
from passerby.events.presence import PresenceSeries
from passerby.events.still_records import EventStills
from passerby.events.tallies import Tallies
from passerby.folders import closed_to_others
from passerby.media.alarms import Alarm
from passerby.media.segments import TICKS_PER_S
from passerby.rules.reach import Reach
from passerby.rules.retention import KeepAll
from passerby.sites import Places, Sites

_DAY_90K = 86400 * TICKS_PER_S
_CATALOGUE = "catalogue.sqlite3"
_PRIVATE = (_CATALOGUE, f"{_CATALOGUE}-wal", f"{_CATALOGUE}-shm", KEY_FILE, FILE_NAME)
"""Files with hashed passwords or camera addresses, and the keys to them."""


class Installation:
    """One per process. Thread-safe."""

    def __init__(self, data: Path, config: Config, clock: Clock | None = None) -> None:
        """data: the folder with the catalogue and the key. Raises SettingsError, OutputError."""
        self.was_open = closed_to_others(data, _PRIVATE)
        """Sentences on what other users of this machine could read until now, or still can."""
        self.config, self.clock = config, clock or SystemClock()
        sign_in = config.sign_in
        is_elsewhere = config.storage.catalogue is not None
        self._engine = open_database(catalogue_url(data, config), self.was_open.append if is_elsewhere else None)
        self.rows = rows = Rows(self._engine, self.clock)
        self.users = Users(rows)
        self.sessions = Sessions(rows, self.users, sign_in.session_hours * 3600, sign_in.idle_minutes * 60)
        self.tokens = Tokens(rows, self.users)
        self.passkeys = Passkeys(rows, self.users)
        self.preferences = Preferences(rows)
        self.set_up = SetUp(rows, sign_in.set_up_link_minutes * 60)
        self.reset = Reset(rows, sign_in.set_up_link_minutes * 60)
        self.rights = Rights(rows)
        self.audit = Audit(rows)
        self.groups = Groups(rows)
        self.settings = PageSettings(rows, config)
        sealer = Sealer(data, config.cluster.key)
        self.own_secrets = OwnSecrets(rows, sealer)
        self.channels = Channels(rows, sealer, config)
        self.devices = Devices(rows, sealer, self.users)
        self.still_links = StillLinks(self.own_secrets)
        self.cameras = Cameras(rows, sealer, reach_of(config), self.settings.usual_keep)
        self.not_people = NotPeople(rows)
        self.rules = CameraRules(rows)
        self.alerts = CameraAlerts(rows)
        self.sites = Sites(rows)
        self.places = Places(rows)
        self.events = EventLog(rows)
        self.audience = Audience(self.devices, self.cameras, self.events, self.preferences)
        self.tallies = Tallies(rows)
        self.presence = PresenceSeries(rows)
        self.kept_boxes = KeptBoxes(rows)
        self.event_stills = EventStills(rows)
        self.passwords = Passwords(sign_in.min_password_letters)
        self.throttle = Throttle(self.clock, sign_in.tries_before_lock_out, sign_in.tries_a_minute)

    def close(self) -> None:
        self._engine.dispose()

    def follow_file(self) -> None:
        """Make the cameras and rules that are configured in the file match it. Each change is recorded in the audit."""
        configured = {each.name: facts_of(each) for each in self.config.camera}
        with self.audit.with_change(), self.noting_boxes_that_go("", "file"):
            before = {each.name: each for each in self.cameras.list() if each.is_in_file}
            changes = {name: self._change(before.get(name), facts) for name, facts in configured.items()}
            self.cameras.follow_file(configured)
            for name in sorted(before.keys() - configured.keys()):
                self.audit.note("", "file", "camera:remove", name)
            for name, facts in changes.items():
                words = camera_words(name, before.get(name), facts)
                if name not in before:
                    self.audit.note("", "file", "camera:add", name, about=words)
                elif words != NOTHING:
                    self.audit.note("", "file", "camera:change", name, about=words)
            self._follow_rules()

    def _follow_rules(self) -> None:
        before = {(each.camera, each.rule.name): each for each in self.rules.list() if each.is_in_file}
        configured: dict[str, list[Rule]] = {}
        for each in self.config.rule:
            configured.setdefault(each.camera, []).append(each.rule)
        self.rules.follow_file(configured)
        after = {(each.camera, each.rule.name): each for each in self.rules.list() if each.is_in_file}
        for camera, name in sorted(before.keys() - after.keys()):
            gone = rule_words(before[camera, name], None)
            self.audit.note("", "file", "rule:remove", camera, about=gone)
        for key, rule in after.items():
            if key not in before or before[key].rule != rule.rule:
                what = "rule:change" if key in before else "rule:add"
                self.audit.note("", "file", what, rule.camera, about=rule_words(before.get(key), rule))

    @contextmanager
    def noting_boxes_that_go(self, who: str, through: str) -> Iterator[None]:
        """Wrap around a change of cameras. Boxes marked as not a person are removed with a camera, and when its address
        changes. Each removal is recorded."""
        before = self.not_people.list()
        yield
        stays = {each.id for each in self.not_people.list()} if before else set()
        for each in before:
            if each.id not in stays:
                self.audit.note(who, through, "not-people:remove", each.camera, about=each.words)

    def switch_alerts(self, camera: str, who: str, through: str, *, is_on: bool, about: str = "") -> None:
        """Whether anybody is told of a camera's events. A change is recorded in the audit."""
        with self.audit.with_change():
            if self.alerts.switch(camera, is_on=is_on):
                self.audit.note(who, through, "alerts:on" if is_on else "alerts:off", camera, about=about)

    def _change(self, before: ConfiguredCamera | None, facts: CameraFacts) -> CameraFacts:
        """Keeps the address in the facts only if it differs, or if that cannot be known."""
        with suppress(SettingsError):
            if before is not None and self.cameras.secret_address(before.name) == facts.address:
                return replace(facts, address=None)
        return facts

    def forget_old(self) -> None:
        """Delete audit records older than the configuration says, and limits of cameras that have no recordings left.
        Raises OutputError."""
        self.cameras.forget_spent_limits()
        days = self.config.storage.keep_audit_days
        while self.audit.forget(self.clock.now_90k() - days * _DAY_90K) == MAX_FORGOTTEN_AT_ONCE:
            pass

    def retire_old(self) -> list[Alarm]:
        """Delete events and counts older than the configuration says. Returns what stays for too long. Raises
        OutputError."""
        now_90k, storage = self.clock.now_90k(), self.config.storage
        events_90k = now_90k - storage.keep_events_days * _DAY_90K
        counts_90k = now_90k - storage.keep_counts_days * _DAY_90K
        stay = retire_ahead(self.rows, events_90k, now_90k)
        self.events.retire(events_90k)
        stay += retire_counts_ahead(self.rows, counts_90k, now_90k)
        self.tallies.retire(counts_90k)
        self.presence.retire(counts_90k)
        return stay

    def keep(self) -> KeepAll:
        """How long each camera's recordings are kept, for `Archive.maintain`. Includes cameras that are off, were
        removed or are unknown to the catalogue."""
        return KeepAll(self.cameras.keep(), self.settings.usual_keep())


def catalogue_url(data: Path, config: Config) -> str:
    """SECRET: it may hold a password. The archive uses the same database."""
    url = config.storage.catalogue
    return url.get_secret_value() if url else f"sqlite:///{data / _CATALOGUE}"


def reach_of(config: Config) -> Reach:
    return Reach(config.sources.networks, config.sources.files, config.sources.devices, config.sources.drawn)


def facts_of(camera: Camera) -> CameraFacts:
    return CameraFacts(
        title=camera.title,
        address=camera.address.get_secret_value(),
        transport=camera.transport,
        trust_any_certificate=camera.trust_any_certificate,
        mode=camera.mode,
        privacy_delay_s=camera.privacy_delay_s,
        keep_hours=camera.keep_hours,
        more_than_30_days=camera.more_than_30_days,
        groups=frozenset(camera.groups),
        is_enabled=camera.is_enabled,
        keeps_boxes=camera.keeps_boxes,
    )
