"""One of several machines from start to end: takes slots, records their cameras, stores what ended, reports itself."""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from passerby.access import Installation
from passerby.access.installation import catalogue_url
from passerby.api import Services
from passerby.archive import Archive
from passerby.catalogue.compatibility import SCHEMA_KNOWN
from passerby.errors import OutputError, PasserbyError
from passerby.fleet.control import ControlAway, Session
from passerby.fleet.keeper import BEATS_A_LEASE, Keeper
from passerby.fleet.machine_load import MachineLoad
from passerby.fleet.nats.control import NatsControl
from passerby.fleet.nats.giving import SpoolLink
from passerby.fleet.nats.sending import NodeLink
from passerby.fleet.report_messages import NodeReport
from passerby.fleet.worker import Places
from passerby.folders import held_alone
from passerby.media.camera import CameraStatus
from passerby.notify.alarms import Alarms
from passerby.notify.configured import ConfiguredNotifier
from passerby.ongoing import Ongoing
from passerby.processes import at_signals
from passerby.rules.quarantine import News
from passerby.rules.retention import KeepAll
from passerby.rules.strain import Strain
from passerby.service.camera_sites import CameraSites
from passerby.service.clock_check import ClockCheck
from passerby.service.configured import ConfiguredFleet
from passerby.service.elsewhere import LOOK_EVERY_S, CamerasElsewhere, alarms_for_report
from passerby.service.event_stills import EventStillSender
from passerby.service.new_fences import NewFences
from passerby.service.notifying import notified
from passerby.service.run import LOCK
from passerby.service.upkeep import every, maintained, remembered, reporting, tell
from passerby.service.uploads import PolicyUploads
from passerby.service.wiring import space_of
from passerby.version import __version__

log = logging.getLogger("passerby.worker")

REPORT_EVERY_S = 2.0
STORE_EVERY_S = 5.0
STILLS_EVERY_S = 3.0
FENCE_EVERY_S = 0.2
CLOCK_EVERY_S = 10.0
STRAIN_EVERY_S = 2.0
SITES_EVERY_S = 5.0
QUARANTINE_EVERY_S = 2.0
SCHEMA_EVERY_S = 5.0
READY_WITHIN_S = 60.0
UPKEEP_AGAIN_S = 5.0  # while the catalogue is away
LEAVES_WITHIN_S = 30.0
"""What is given away is recorded here until another node does; ten seconds for it, and some for each turn."""


def run_node(data: Path, installation: Installation, node: str) -> None:
    """Runs until a signal. Raises SettingsError, OutputError."""
    stopping = threading.Event()
    at_signals(stopping.set)
    with held_alone(data, LOCK), _opened(data, installation, node) as parts:
        parts.run(stopping)


class Node:
    """The parts of a node. `run` is called once."""

    def __init__(
        self,
        data: Path,
        installation: Installation,
        archive: Archive,
        control: NatsControl,
        places: Places,
        node: str,
        uploads: PolicyUploads,
    ) -> None:
        settings = installation.config.cluster
        session = Session(node, secrets.token_hex(8), settings.capacity, settings.site)
        self._installation, self._archive, self._control, self._node = installation, archive, control, node
        self._strain, self._load = Strain(), MachineLoad()
        self._sites = CameraSites(installation.places, self._changed)
        self.keeper = Keeper(
            control, session, settings.lease_s, self._changed, log.warning,
            strain_of=lambda: self._strain.now, site_of=self._sites.of, site_slots=settings.site_slots,
        )  # fmt: skip
        self._fleet = ConfiguredFleet(installation, places, token_of=self.keeper.token_of, stands_by=True)
        self._data, self._process = data, session.process
        self._news = News()
        self._alarms = Alarms(installation.clock)
        self._uploads = uploads
        self._stills = EventStillSender(installation, archive)
        self._keep: KeepAll | None = None
        self._fences = NewFences(installation, archive, self.keeper)
        self._clocks = ClockCheck(installation.clock, archive)
        self._must_end: str | None = None
        self._stopping = threading.Event()
        self._left_out = 0
        self._since_90k = installation.clock.now_90k()

    def run(self, stopping: threading.Event) -> None:
        """Raises OutputError if it ended because it may no longer use the catalogue."""
        self._stopping = stopping
        lease_s = self._installation.config.cluster.lease_s
        with (
            every(STORE_EVERY_S, self._store, "store"),
            every(REPORT_EVERY_S, self._report, "report"),
            self._uploading(),
        ):
            self._fleet.start()
            self._look_at_sites()
            self._wait_until_ready(stopping)
            with (
                every(lease_s / BEATS_A_LEASE, self._beat, "beat"),
                every(FENCE_EVERY_S, self._fences.raise_new, "fence"),
                closing(self._link()),
                closing(self._spool_link()),
                every(CLOCK_EVERY_S, self._clocks.compare, "clock"),
                every(STRAIN_EVERY_S, self._measure_strain, "strain"),
                every(QUARANTINE_EVERY_S, self._tell_quarantine, "quarantine"),
                every(SITES_EVERY_S, self._look_at_sites, "sites"),
                every(SCHEMA_EVERY_S, self._check_schema, "schema"),
            ):
                log.info("node %s is running", self._node)
                self._run_upkeep(stopping)
                self._give_all_away()
                self._fleet.stop()
            self._store()
            self.keeper.leave()
            self._report()
        if self._must_end is not None:
            raise OutputError(self._must_end)
        log.info("stopped")

    def _wait_until_ready(self, stopping: threading.Event) -> None:
        """Before it takes anything: who has it now records it meanwhile."""
        until_s = time.monotonic() + READY_WITHIN_S
        while not self._fleet.is_ready and time.monotonic() < until_s and not stopping.wait(0.1):
            pass

    def _give_all_away(self) -> None:
        """Until others record what this node has, or it is clear that nobody will."""
        self.keeper.begin_to_leave()
        until_s = time.monotonic() + LEAVES_WITHIN_S
        while time.monotonic() < until_s and self.keeper.trouble is None and self.keeper.has_others:
            states = self._fleet.states().values()
            if not self.keeper.has_any and all(state.what is CameraStatus.STOPPED for state in states):
                return
            time.sleep(0.1)

    def _run_upkeep(self, stopping: threading.Event) -> None:
        """Retention and recovery, while this node has their slot. Until told to stop."""
        trouble = Ongoing(log.warning)
        while not stopping.wait(1.0 if trouble.says is None else UPKEEP_AGAIN_S):
            if not self.keeper.leads:
                continue
            if trouble.says is None:
                log.info("this node does the upkeep now")
            self._archive.recover_later()
            try:
                with self._upkeep():
                    trouble.note(None)
                    while self.keeper.leads and not stopping.wait(1.0):
                        pass
            except PasserbyError as error:  # the catalogue is away: recording goes on, and this is tried again
                trouble.note(str(error))

    @contextmanager
    def _upkeep(self) -> Iterator[None]:
        """What is done once for all cameras, wherever they are recorded."""
        name = f"{self._node}-upkeep"
        cameras = CamerasElsewhere(self._installation, self._control, name, is_strict=True)
        services = Services(
            self._installation, self._archive, self._data, cameras, alarms=self._alarms,
            notifier=ConfiguredNotifier(self._installation), alarms_elsewhere=lambda: cameras.alarms(but=self._node),
        )  # fmt: skip

        def look() -> None:
            with reporting("look", "the nodes could not be seen", self._alarms):
                cameras.look()

        with (
            closing(cameras),
            maintained(self._installation, self._archive, self._alarms),
            every(LOOK_EVERY_S, look, "look"),
            remembered(services),
            notified(services),
        ):
            yield

    def _link(self) -> NodeLink:
        """Runs until it is closed."""
        settings, fleet = self._installation.config.cluster, self._fleet
        return NodeLink(settings, self._node, self._process, fleet.feed, self.keeper.token_of, fleet.states, fleet.ask)

    def _spool_link(self) -> SpoolLink:
        settings = self._installation.config.cluster
        return SpoolLink(settings, self._node, self._archive.read_spooled, self._uploads.pace)

    def _beat(self) -> None:
        with reporting("beat", "the slots of this node could not be followed", self._alarms):
            self.keeper.beat()

    def _changed(self) -> None:
        self._fleet.know_quarantined(self.keeper.quarantine)
        self._fleet.cameras_changed()
        self._fences.are_due()

    def _tell_quarantine(self) -> None:
        """Others know what ends workers before they get it."""
        told = self.keeper.quarantine
        self._fleet.know_quarantined(told)
        has = self.keeper.token_of
        news = self._news.of(self._fleet.quarantined(), told, lambda camera: has(camera) is not None, time.monotonic())
        for camera, ends in news.items():
            if ends is not None:
                log.warning("camera '%s' ended %d workers: it has one for itself now, wherever it is", camera, ends)
        self.keeper.tell_quarantine(news)

    def _measure_strain(self) -> None:
        self._strain.note(self._fleet.states().values(), self._load.busy(), time.monotonic())

    def _look_at_sites(self) -> None:
        try:
            self._sites.look()
            self._renew_tokens()
        except PasserbyError:
            return  # the catalogue is away, which others say

    def _renew_tokens(self) -> None:
        """Of cameras that came from a slot with a higher token, as when they are at another site now: the catalogue
        refuses what this node records of them."""
        stopped = [name for name, state in self._fleet.states().items() if state.what is CameraStatus.STOPPED]
        tokens = {name: token for name in stopped if (token := self.keeper.token_of(name)) is not None}
        for camera in self._archive.fenced_above(tokens) if tokens else ():
            self.keeper.renew_token_of(camera)

    def _check_schema(self) -> None:
        """A version that was started elsewhere may have changed the tables so that this one would misread them. Its
        cameras are then for others."""
        try:
            if self._archive.is_usable():
                return
        except PasserbyError:
            return  # others say so
        self._must_end = "a newer passerby changed the catalogue's tables, and this version may not use them: update it"
        self._stopping.set()

    def _store(self) -> None:
        """What is due is deleted here also while this node is cut off, by the limits that were known last."""
        with suppress(PasserbyError):
            self._keep = self._installation.keep()
        with reporting("store", "recordings that ended could not be stored", self._alarms):
            now_90k = self._installation.clock.now_90k()
            found = self._archive.keep_spool(self._keep, now_90k) if self._keep is not None else []
            if not self._uploads.is_needed:
                found += self._archive.finish_ended()
            tell(found, self._alarms, "spool")

    def _send_stills(self) -> None:
        if not self._uploads.policy.stays:
            return
        with reporting("stills", "pictures of events could not be sent", self._alarms):
            mine = [each.name for each in self._installation.cameras.list()]
            self._stills.send([each for each in mine if self.keeper.token_of(each) is not None])

    @contextmanager
    def _uploading(self) -> Iterator[None]:
        """Sends what may leave, in a thread of its own: on a thin line it takes long."""
        if not self._uploads.is_needed:
            yield
            return
        with every(STORE_EVERY_S, self._upload, "upload"), every(STILLS_EVERY_S, self._send_stills, "stills"):
            try:
                yield
            finally:
                self._uploads.stop()

    def _upload(self) -> None:
        with reporting("upload", "recordings that ended could not be stored", self._alarms):
            tell(self._archive.finish_ended(), self._alarms, "uploads")

    def _report(self) -> None:
        left_out, before = self._fleet.left_out, self._left_out
        if left_out > before:
            says = "%d events were left out: another machine recorded then, or too many waited for the catalogue"
            log.warning(says, left_out - before)
        self._left_out = left_out
        states = self._fleet.states()
        report = NodeReport(
            version=__version__,
            schema_known=SCHEMA_KNOWN,
            since_90k=self._since_90k,
            at_90k=self._installation.clock.now_90k(),
            site=self._installation.config.cluster.site,
            load=round(os.getloadavg()[0] / (os.cpu_count() or 1), 2),
            strain=round(self._strain.now, 2),
            spool=self._archive.spool_name,
            stays=self._uploads.policy.stays,
            trouble=self.keeper.trouble
            or self.keeper.robbed
            or self._clocks.trouble
            or self._fleet.trouble
            or self.keeper.no_room,
            alarms=tuple(alarms_for_report(self._alarms.now())),
            cameras={name: [state.what, state.reason, state.since_90k] for name, state in states.items()},
        )
        try:
            self._control.report(self._node, report)
        except ControlAway:
            return  # the keeper says so


@contextmanager
def _opened(data: Path, installation: Installation, node: str) -> Iterator[Node]:
    config = installation.config
    url, store = catalogue_url(data, config), config.storage.recordings
    found: list[Node] = []

    def hand_in() -> int | None:
        return found[0].keeper.hand_in_token()

    uploads = PolicyUploads(config.cluster, installation.clock)
    gate, space = uploads if uploads.is_needed else None, space_of(config)
    with Archive(data, catalogue_url=url, store=store, space=space, hand_in=hand_in, uploads=gate) as archive:
        control = NatsControl(config.cluster, f"passerby {node}", archive.highest_token)
        try:
            places = Places(data, data / "backgrounds", url, store)
            found.append(Node(data, installation, archive, control, places, node, uploads))
            yield found[0]
        finally:
            control.close()
