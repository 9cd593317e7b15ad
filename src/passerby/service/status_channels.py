"""Shows cameras all the time in the channels that do, such as MQTT, and switches alerts where these say so."""

from __future__ import annotations

import math

from passerby.access import Installation
from passerby.api import Services
from passerby.events.log import Pictured
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channel import ShownCamera
from passerby.notify.notifier import Notifier
from passerby.service.latest_pictures import LatestPictures

SHOW_EVERY_S = 5.0
COUNT_EVERY_90K = 30 * TICKS_PER_S


class StatusChannels:
    """Only one thread at a time."""

    def __init__(self, services: Services, notifier: Notifier) -> None:
        self._services, self._notifier = services, notifier
        self._latest = LatestPictures(services.installation.events, services.installation.clock, self._has_still)
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

    def _has_still(self, camera: str, since_90k: int, at_90k: int) -> bool:
        return self._services.archive.since(since_90k).has_still(camera, at_90k)

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
        cameras = installation.cameras.list()
        since_90k = {each.name: each.since_90k for each in cameras} if self._notifier.shows_stills else {}
        latest = self._latest.of(since_90k) if since_90k else {}
        shown = {
            each.name: ShownCamera(
                each.facts.title,
                str(states[each.name].what) if each.name in states else "stopped",
                self._crossed.get(each.name, {}),
                each.name not in off,
                _pictured(latest.get(each.name)) if each.name not in off else None,
            )
            for each in cameras
        }
        self._notifier.show(shown)


def _pictured(event: Pictured | None) -> tuple[int, int] | None:
    return (event.id, event.start_90k) if event else None


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
