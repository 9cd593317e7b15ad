"""Shows cameras all the time in the channels that do, such as MQTT: their states, and how many cross their lines."""

from __future__ import annotations

from passerby.access import Installation
from passerby.api import Services
from passerby.media.segments import TICKS_PER_S
from passerby.notify.channel import ShownCamera
from passerby.notify.notifier import Notifier

COUNT_EVERY_90K = 30 * TICKS_PER_S


class ShownCameras:
    """Only one thread at a time."""

    def __init__(self, services: Services, notifier: Notifier) -> None:
        self._services, self._notifier = services, notifier
        self._crossed: dict[str, dict[str, dict[str, int]]] = {}
        self._counted_90k = 0

    def round(self) -> None:
        """Blocks. Raises OutputError if the catalogue fails."""
        if not self._notifier.shows_cameras:
            return
        installation, fleet = self._services.installation, self._services.fleet
        now_90k = installation.clock.now_90k()
        if abs(now_90k - self._counted_90k) >= COUNT_EVERY_90K:
            self._crossed, self._counted_90k = crossed_today(installation), now_90k
        states = fleet.states() if fleet else {}
        shown = {
            each.name: ShownCamera(
                each.facts.title,
                str(states[each.name].what) if each.name in states else "stopped",
                self._crossed.get(each.name, {}),
            )
            for each in installation.cameras.list()
        }
        self._notifier.show(shown)


def crossed_today(installation: Installation) -> dict[str, dict[str, dict[str, int]]]:
    """How many crossed each line since midnight of the server's clock, by camera, line and way."""
    midnight = installation.clock.now_utc().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    since_90k = round(midnight.timestamp()) * TICKS_PER_S
    found: dict[str, dict[str, dict[str, int]]] = {}
    for (camera, rule, way), count in installation.tallies.since(installation.rules.lines(), since_90k).items():
        found.setdefault(camera, {}).setdefault(rule, {})[way] = count
    return found
