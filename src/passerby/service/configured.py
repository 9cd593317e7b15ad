"""Starts and stops cameras to match the configuration, while the service runs."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass

from passerby.access import Installation
from passerby.access.cameras import ConfiguredCamera, keep_of
from passerby.access.installation import reach_of
from passerby.archive.asking import Asking
from passerby.clock import SystemClock
from passerby.config import Config
from passerby.config.rule import Rule
from passerby.detect.models import ModelStore
from passerby.engine.live.learner import LearnTimes
from passerby.errors import PasserbyError
from passerby.fleet.live_feed import LiveFeed
from passerby.fleet.plan import CameraPlan
from passerby.fleet.supervisor import Fleet
from passerby.fleet.worker import Places
from passerby.media.boxes import BoxShare
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.requests import CameraRequest
from passerby.rules.retention import Keep, object_90k
from passerby.settings import Settings

DRAWN_LEARN_EVERY_S = 0.4
"""At this rate somebody who stands still for a while may be taken for background. Nobody is real there, so that does no
harm, and a demo soon shows something."""
LOOK_EVERY_S = 5.0  # by then `passerby camera add` in another terminal is noticed
ANSWERS_WITHIN_S = 2.0  # what this machine gets meanwhile waits no longer for a server that answers nothing


@dataclass(frozen=True, slots=True)
class KnownCameras:
    """What the catalogue said last of all cameras: a machine may get those of another one while it is away."""

    cameras: list[ConfiguredCamera]
    not_people: Mapping[str, tuple[BoxShare, ...]]
    rules: Mapping[str, tuple[Rule, ...]]
    usual_keep: Keep

    @staticmethod
    def of(installation: Installation) -> KnownCameras:
        """Raises OutputError."""
        return KnownCameras(
            installation.cameras.list(),
            installation.not_people.all(),
            installation.rules.enabled(),
            installation.settings.usual_keep(),
        )


class ConfiguredFleet:
    """The fleet of an installation: see `api.ports.Fleet`. Thread-safe."""

    def __init__(
        self,
        installation: Installation,
        places: Places,
        workers: int | None = None,
        token_of: Callable[[str], int | None] = lambda camera: 0,
        *,
        stands_by: bool = False,
    ) -> None:
        """token_of: the fencing token under which this machine records a camera. None: another machine does.
        stands_by: see `fleet.supervisor.Fleet`."""
        self._installation, self._token_of = installation, token_of
        self._fleet = Fleet(places, workers=workers, stands_by=stands_by)
        self._known: KnownCameras | None = None
        self._asking = Asking(ANSWERS_WITHIN_S)
        self._plans: dict[str, CameraPlan] = {}
        self._idle: dict[str, CameraState] = {}
        self._changed, self._stopping = threading.Event(), threading.Event()
        self._following = threading.Thread(target=self._follow, name="passerby-follow", daemon=True)
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why changes of the cameras are not noticed at the moment, or workers not replaced, one sentence."""
        return self._trouble or self._fleet.trouble

    @property
    def is_ready(self) -> bool:
        """See `fleet.supervisor.Fleet`."""
        return self._fleet.is_ready

    def quarantined(self) -> dict[str, int]:
        """See `fleet.supervisor.Fleet`."""
        return self._fleet.quarantined()

    def know_quarantined(self, told: Mapping[str, int]) -> None:
        """See `fleet.supervisor.Fleet`."""
        self._fleet.know_quarantined(told)

    @property
    def left_out(self) -> int:
        """See `fleet.supervisor.Fleet`."""
        return self._fleet.left_out

    def start(self) -> None:
        """Raises ModelError if a network cannot be read: workers would otherwise die again and again."""
        for model in ModelStore().list():
            model.read()
        self._fleet.start()
        self._following.start()

    def stop(self) -> None:
        self._stopping.set()
        self._changed.set()
        if self._following.is_alive():
            self._following.join()
        self._asking.close()
        self._fleet.stop()

    def cameras_changed(self) -> None:
        self._changed.set()

    def states(self) -> dict[str, CameraState]:
        return {**self._idle, **self._fleet.states()}

    def ask(self, camera: str, request: CameraRequest) -> bool:
        return self._fleet.ask(camera, request)

    def reference(self, camera: str) -> bytes | None:
        return self._fleet.reference(camera)

    @property
    def feed(self) -> LiveFeed:
        """The live pictures of this machine's cameras."""
        return self._fleet.feed

    def subscribe(self, camera: str) -> AsyncGenerator[bytes]:
        return self._fleet.subscribe(camera)

    def _follow(self) -> None:
        while not self._stopping.is_set():
            self._changed.clear()
            away, failed = _tried(self._learn), _tried(self._match_known)
            self._trouble = failed or away  # while it is away, cameras go on as they were known last
            self._changed.wait(LOOK_EVERY_S)

    def _learn(self) -> None:
        if self._known is None:
            self._read()
        else:
            self._asking.ask(self._read)

    def _read(self) -> None:
        self._known = KnownCameras.of(self._installation)

    def _match_known(self) -> None:
        if self._known is not None:
            self._match(self._known)

    def _match(self, known: KnownCameras) -> None:
        """Start what should run, restart what changed, stop the rest."""
        idle: dict[str, CameraState] = {}
        wanted: dict[str, CameraPlan] = {}
        for camera in known.cameras:
            token = self._token_of(camera.name)
            if token is None:
                continue
            if not camera.facts.is_enabled:
                idle[camera.name] = self._idle_state(camera.name, CameraStatus.STOPPED, "it is switched off")
                continue
            try:
                wanted[camera.name] = self._plan(camera, known).model_copy(update={"token": token})
            except (PasserbyError, ValueError) as error:
                idle[camera.name] = self._idle_state(camera.name, CameraStatus.FAILED, str(error))
        self._stop(self._plans.keys() - wanted.keys())
        self._fleet.forget_all_but({camera.name for camera in known.cameras})
        self._idle = idle
        for name, plan in wanted.items():
            if self._plans.get(name) != plan:
                self._fleet.run(plan)
                self._plans[name] = plan

    def _stop(self, cameras: Iterable[str]) -> None:
        for name in cameras:
            self._fleet.drop(name)
            del self._plans[name]

    def _idle_state(self, name: str, what: CameraStatus, reason: str) -> CameraState:
        before = self._idle.get(name)
        if before is not None and (before.what, before.reason) == (what, reason):
            return before
        return CameraState(what, reason, SystemClock().now_90k())

    def _plan(self, camera: ConfiguredCamera, known: KnownCameras) -> CameraPlan:
        """Raises SettingsError if its address cannot be decrypted."""
        facts = camera.facts
        address = self._installation.cameras.open_address(camera)
        base = base_plan(self._installation.config, address, facts.transport, facts.trust_any_certificate)
        settings = Settings.model_validate({"mode": facts.mode})
        own = {
            "camera": camera.name,
            "settings": settings,
            "privacy_delay_s": facts.privacy_delay_s,
            "object_90k": object_90k(keep_of(facts, known.usual_keep)),
            "not_people": known.not_people.get(camera.name, ()),
            "rules": known.rules.get(camera.name, ()),
            "keeps_boxes": facts.keeps_boxes,
        }
        return base.model_copy(update=own)


def _tried(what: Callable[[], None]) -> str | None:
    """Why it failed, one sentence; None if it did not."""
    try:
        what()
    except PasserbyError as error:
        return str(error)
    except Exception as error:  # its text may hold anything: its type is enough
        return f"changes to cameras could not be applied: {type(error).__name__}"
    return None


def base_plan(config: Config, address: str, transport: str, trust_any_certificate: bool) -> CameraPlan:
    """The plan for an address, with the configured reach: enough to try it."""
    drawn = address.strip().lower().startswith("drawn:")
    return CameraPlan(
        camera="trial",
        address=address,
        transport="udp" if transport == "udp" else "tcp",
        trust_any_certificate=trust_any_certificate,
        reach=reach_of(config),
        learn_every_s=DRAWN_LEARN_EVERY_S if drawn else LearnTimes().first_every_s,
    )
