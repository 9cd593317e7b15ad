"""The cameras of several machines, for one that records none of them: their states, live pictures, alarms, nodes."""

from __future__ import annotations

import secrets
import threading
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from passerby.access import Installation
from passerby.errors import OutputError, SourceUnavailable, Trouble
from passerby.fleet.control import Control, ControlAway
from passerby.fleet.nats.control import NatsControl
from passerby.fleet.nats.watching import PageLink
from passerby.fleet.report_messages import NodeReport, lagging
from passerby.fleet.state_messages import StatesHeard, lapse_s_of
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.camera import CameraState
from passerby.media.machines import HeldBack, Machine, Machines, Move, SpoolPlace
from passerby.media.requests import CameraRequest
from passerby.notify.alarms import Standing
from passerby.rules.placement import Live, Table, held_back, moving
from passerby.service.camera_sites import CameraSites
from passerby.version import __version__

LOOK_EVERY_S = 2.0
NOT_REACHED = "the machines that record cannot be reached: NATS does not answer"
WELL = frozenset({"recording", "learning", "connecting", "stopped"})
_KINDS = frozenset(AlarmKind)


class CamerasElsewhere:
    """See `api.ports.Fleet`. Thread-safe. Call `look` now and then."""

    def __init__(self, installation: Installation, control: NatsControl, name: str, *, is_strict: bool = False) -> None:
        """name: of this machine, unlike that of any other. is_strict: raise ControlAway instead of saying that all
        states are unknown, for what is written down."""
        settings, clock = installation.config.cluster, installation.clock
        self._installation, self._control, self._name, self._is_strict = installation, control, name, is_strict
        self._lapse_s = lapse_s_of(settings.lease_s)
        self._heard = StatesHeard(self._lapse_s, clock.now_90k)
        self._begun_s = clock.monotonic()
        self._sites = CameraSites(installation.places)
        self._lock = threading.Lock()
        self._reports: dict[str, NodeReport] = {}
        self._table = Table(settings.slots, {})
        self._live: dict[str, Live] = {}
        self._away: str | None = None
        self._link = PageLink(settings, name, secrets.token_hex(8), self._heard)

    @property
    def trouble(self) -> str | None:
        return None if self._link.is_connected or self._is_new else NOT_REACHED

    def start(self) -> None:
        """It is there already."""

    def stop(self) -> None:
        self._link.close()

    close = stop

    def cameras_changed(self) -> None:
        """Nodes read the catalogue every few seconds."""

    def states(self) -> Mapping[str, CameraState]:
        """Of every configured camera of which anything was heard; of all of them once that should have been."""
        if self._is_strict and not self._link.is_connected:
            raise ControlAway(NOT_REACHED)
        cameras = {each.name for each in self._installation.cameras.list()}
        return self._heard.states(cameras, is_complete=not self._is_new)

    def ask(self, camera: str, request: CameraRequest) -> bool:
        return self._link.ask(camera, request)

    def reference(self, camera: str) -> bytes | None:
        """None: what a camera learned stays on its machine."""
        return None

    def subscribe(self, camera: str) -> AsyncGenerator[bytes]:
        """Raises SourceUnavailable if nothing can arrive."""
        if not self._link.is_connected:
            raise SourceUnavailable(Trouble.UNREACHABLE, NOT_REACHED)
        return self._link.subscribe(camera)

    def look(self) -> None:
        """At the nodes. Blocks for a moment."""
        with suppress(OutputError):  # then they are where they were
            self._sites.look()
        try:
            reports = self._control.reports()
            table = self._control.table()[1]
            live = _live(self._control)
        except ControlAway as error:
            self._away = str(error)
            return
        with self._lock:
            self._reports, self._table, self._live, self._away = reports, table, live, None
        if not self._is_new:
            for node, report in reports.items():
                if report.at_90k is not None:
                    self._heard.note_last_known(node, report.at_90k, tuple(report.cameras))

    def machines(self) -> Machines:
        with self._lock:
            reports, table, live, away = self._reports, self._table, self._live, self._away
        sites = {each.name: self._sites.of(each.name) or "" for each in self._installation.cameras.list()}
        behind = lagging(reports, live, __version__)
        nodes = [_machine(node, reports[node], table, live, lags=node in behind) for node in sorted(reports)]
        held = held_back(table, live) if nodes else set()
        moves = moves_of(table, live, sites, held) if nodes else ()
        quarantined = sorted(table.quarantine.items())
        return Machines(nodes, moves, away, quarantined, held_back_of(table, held, sites))

    def place_of(self, spool: str) -> SpoolPlace | None:
        """Where a spool is, by its name in the catalogue. None: no node has said that it has it."""
        with self._lock:
            reports, live, away = self._reports, self._live, self._away
        for node, report in reports.items():
            if report.spool == spool:
                return SpoolPlace(node, report.site, report.stays, away is None and node in live, report.at_90k or 0)
        return None

    def alarms(self, but: str = "") -> list[Standing]:
        """Those of the nodes that are there, but one."""
        with self._lock:
            reports, live = self._reports, self._live
        return [
            Standing(Alarm(AlarmKind(kind), camera, says), since_90k, count)
            for node, report in sorted(reports.items())
            if node in live and node != but
            for kind, camera, says, since_90k, count, *_ in report.alarms
            if kind in _KINDS
        ]

    @property
    def _is_new(self) -> bool:
        return self._installation.clock.monotonic() - self._begun_s < self._lapse_s


def alarms_for_report(standing: Sequence[Standing]) -> list[list[Any]]:
    """For a node's report: see `CamerasElsewhere.alarms`."""
    return [[each.alarm.kind, each.alarm.camera, each.alarm.says, each.since_90k, each.count] for each in standing]


def _live(control: Control) -> dict[str, Live]:
    return {node: each.live for node, each in control.heard().items()}


def _machine(node: str, report: NodeReport, table: Table, live: Mapping[str, Live], *, lags: bool) -> Machine:
    return Machine(
        name=node,
        site=report.site,
        is_there=node in live,
        is_drained=node in table.drained,
        is_cordoned=node in table.cordoned,
        version=report.version,
        load=report.load,
        slots=sum(each.node == node for each in table.slots.values()),
        cameras=len(report.cameras),
        unwell=sum(state[0] not in WELL for state in report.cameras.values()),
        since_90k=report.since_90k,
        heard_90k=report.at_90k,
        trouble=report.trouble,
        lags=lags,
        strain=report.strain,
    )


def moves_of(table: Table, live: Mapping[str, Live], sites: Mapping[str, str], held: Collection[int]) -> list[Move]:
    """sites: of the cameras. held: slots that stay where they are for now."""
    slots = moving(table, live)
    found: dict[tuple[str | None, str | None], list[str]] = {}
    for camera, site in sites.items():
        slot = table.slot_of(camera, site)
        if slot not in held and (between := slots.get(slot)) is not None:
            found.setdefault(between, []).append(camera)
    return [Move(origin, to, tuple(sorted(names))) for (origin, to), names in sorted(found.items(), key=str)]


def held_back_of(table: Table, held: Collection[int], sites: Mapping[str, str]) -> list[HeldBack]:
    """held: the slots. sites: of the cameras. What has none of them is left out."""
    found: dict[int, list[str]] = {slot: [] for slot in sorted(held)}
    for camera, site in sites.items():
        if (names := found.get(table.slot_of(camera, site))) is not None:
            names.append(camera)
    return [HeldBack(slot, table.losses[slot] + 1, tuple(sorted(names))) for slot, names in found.items() if names]
