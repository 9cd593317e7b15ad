"""Remembers at which site each camera is, by its place on a floor plan, for as long as the catalogue is away."""

from __future__ import annotations

from collections.abc import Callable

from passerby.sites import OnPlan, Places


class CameraSites:
    """Call `look` now and then."""

    def __init__(self, places: Places, changed: Callable[[], None] = lambda: None) -> None:
        self._places, self._changed = places, changed
        self._sites: dict[str, str] | None = None

    def look(self) -> None:
        """Raises OutputError."""
        sites = {each.camera: each.at.site for each in self._places.list() if isinstance(each.at, OnPlan)}
        if sites != self._sites:
            self._sites = sites
            self._changed()

    def of(self, camera: str) -> str | None:
        """Empty: it is at none. None: the catalogue has not answered yet."""
        return None if self._sites is None else self._sites.get(camera, "")
