"""Shows cameras all the time in the channels that do, such as MQTT, and switches alerts where these say so."""

from __future__ import annotations

import math

from passerby.access import Installation
from passerby.access.cameras import ConfiguredCamera
from passerby.api import Services
from passerby.events.log import Filter
from passerby.events.sight import Sight
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channel import ShownCamera
from passerby.notify.links import WITH_STILL
from passerby.notify.notifier import Notifier

SHOW_EVERY_S = 5.0
LOOK_BACK = 5
"""Events of a camera: the newest may have no picture yet, or be about the camera itself."""
COUNT_EVERY_90K = 30 * TICKS_PER_S


class StatusChannels:
    """Only one thread at a time."""

    def __init__(self, services: Services, notifier: Notifier) -> None:
        self._services, self._notifier = services, notifier
        self._crossed: dict[str, dict[str, dict[str, int]]] = {}
        self._counted_90k = 0
        self._shown_s = -math.inf

    def round(self) -> None:
        """Called again and again, soon after the last time. Blocks. Raises OutputError if the catalogue fails."""
        if not self._notifier.shows_cameras:
            return
        now_s = self._services.installation.clock.monotonic()
        if self._obey() or now_s - self._shown_s >= SHOW_EVERY_S:
            self._shown_s = now_s
            self._show()

    def _obey(self) -> bool:
        """Of several commands for a camera the latest counts. Returns whether there were any: then the state is shown
        at once."""
        latest = {command.camera: (channel, command) for channel, command in self._notifier.commands()}
        for channel, command in latest.values():
            self._services.installation.switch_alerts(
                command.camera, "", "mqtt", is_on=command.is_on, about=f"channel {channel}"
            )
        return bool(latest)

    def _show(self) -> None:
        installation, fleet = self._services.installation, self._services.fleet
        now_90k = installation.clock.now_90k()
        if abs(now_90k - self._counted_90k) >= COUNT_EVERY_90K:
            self._crossed, self._counted_90k = crossed_today(installation), now_90k
        states, off = fleet.states() if fleet else {}, installation.alerts.off()
        shown = {
            each.name: ShownCamera(
                each.facts.title,
                str(states[each.name].what) if each.name in states else "stopped",
                self._crossed.get(each.name, {}),
                each.name not in off,
                self._pictured(each) if self._notifier.shows_stills and each.name not in off else None,
            )
            for each in installation.cameras.list()
        }
        self._notifier.show(shown)

    def _pictured(self, camera: ConfiguredCamera) -> tuple[int, int] | None:
        """The latest event whose picture can be read: what was filmed last is still being written."""
        log, archive = self._services.installation.events, self._services.archive
        sight = Sight({camera.name: camera.since_90k})
        for each in log.page(sight, Filter(camera=camera.name), most=LOOK_BACK):
            if each.kind in WITH_STILL and archive.since(camera.since_90k).has_still(camera.name, each.start_90k):
                return each.id, each.start_90k
        return None


def crossed_today(installation: Installation) -> dict[str, dict[str, dict[str, int]]]:
    """How many crossed each line since midnight of the server's clock, by camera, line and way."""
    today = installation.clock.now_utc().astimezone()
    # Without an offset, which is that of now: at midnight it may have been another.
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    since_90k = round(midnight.timestamp()) * TICKS_PER_S
    found: dict[str, dict[str, dict[str, int]]] = {}
    for (camera, rule, way), count in installation.tallies.since(installation.rules.lines(), since_90k).items():
        found.setdefault(camera, {}).setdefault(rule, {})[way] = count
    return found
