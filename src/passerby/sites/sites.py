"""Sites and their floor plans: rows of the catalogue."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.map import sites
from passerby.errors import SettingsError
from passerby.sites.plan_picture import PlanPicture

MAX_SITES = 500
"""Each may have a floor plan of some megabytes in the catalogue, and in every backup."""
_WITHOUT_PICTURE = [column for column in sites.c if column.name != "plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a floor plan without its picture. version: another one for another picture."""

    kind: Literal["png", "jpeg"]
    width_px: int
    height_px: int
    version: str


@dataclass(frozen=True, slots=True)
class Site:
    """plan: None if there is none yet. at: latitude and longitude in degrees; None: it is not on the map."""

    name: str
    title: str
    plan: Plan | None = None
    at: tuple[float, float] | None = None


class Sites:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def list(self) -> list[Site]:
        """By name."""
        with self._rows.transaction("read the sites") as connection:
            return [_site(row) for row in connection.execute(select(*_WITHOUT_PICTURE).order_by(sites.c.name))]

    def find(self, name: str) -> Site | None:
        with self._rows.transaction("read a site") as connection:
            row = connection.execute(select(*_WITHOUT_PICTURE).where(sites.c.name == name)).one_or_none()
        return None if row is None else _site(row)

    def add(self, name: str, title: str) -> Site:
        """Raises SettingsError if it exists, or if there are too many."""
        site = Site(name, title or name)
        try:
            with self._rows.transaction("add a site") as connection:
                if connection.execute(select(func.count()).select_from(sites)).scalar_one() >= MAX_SITES:
                    raise SettingsError(f"there are {MAX_SITES} sites already, the maximum")
                connection.execute(insert(sites).values(name=site.name, title=site.title))
        except IntegrityError:
            raise SettingsError(f"there is already a site '{name}'") from None
        return site

    def change(self, name: str, title: str, at: tuple[float, float] | None) -> bool:
        """at: see `Site`. The name stays, as URLs contain it. Returns whether the site exists."""
        latitude, longitude = at or (None, None)
        return self._change(name, "change a site", title=title, latitude=latitude, longitude=longitude)

    def set_plan(self, name: str, picture: PlanPicture) -> bool:
        """Returns whether the site exists. Cameras stay where they are, as shares of the new plan."""
        return self._change(
            name, "store a floor plan", plan=picture.data, plan_kind=picture.kind, plan_width_px=picture.width_px,
            plan_height_px=picture.height_px, plan_version=hashlib.sha256(picture.data).hexdigest()[:16],
        )  # fmt: skip

    def picture(self, name: str) -> tuple[bytes, str] | None:
        """The floor plan, and its kind: png or jpeg. None if there is none."""
        query = select(sites.c.plan, sites.c.plan_kind).where(sites.c.name == name, sites.c.plan.is_not(None))
        with self._rows.transaction("read a floor plan") as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (bytes(row.plan), str(row.plan_kind))

    def remove(self, name: str) -> bool:
        """Returns whether it existed. The cameras on its plan have no place then."""
        with self._rows.transaction("remove a site") as connection:
            return bool(connection.execute(delete(sites).where(sites.c.name == name)).rowcount)

    def _change(self, name: str, doing: str, **values: Any) -> bool:
        with self._rows.transaction(doing) as connection:
            return bool(connection.execute(update(sites).where(sites.c.name == name).values(**values)).rowcount)


def _site(row: Row[Any]) -> Site:
    plan = None
    if row.plan_version is not None:
        plan = Plan(row.plan_kind, row.plan_width_px, row.plan_height_px, row.plan_version)
    at = None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude)
    return Site(row.name, row.title, plan, at)
