"""Where each camera is and what it can see from there: rows of the catalogue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.map import places
from passerby.errors import SettingsError


@dataclass(frozen=True, slots=True)
class OnPlan:
    """On the floor plan of a site. x_share, range_share: of the plan's width, y_share: of its height."""

    site: str
    x_share: float
    y_share: float
    range_share: float


@dataclass(frozen=True, slots=True)
class OnGround:
    """On the map: degrees of WGS 84."""

    latitude: float
    longitude: float
    range_m: float


@dataclass(frozen=True, slots=True)
class Place:
    """bearing_deg: where the camera looks, clockwise from north or the plan's top. angle_deg: how wide it sees."""

    camera: str
    at: OnPlan | OnGround
    bearing_deg: float
    angle_deg: float

    @property
    def words(self) -> str:
        """The text for the audit."""
        match self.at:
            case OnPlan(site, x_share, y_share):
                where = f"site {site}, {x_share:.1%} from the left, {y_share:.1%} from the top"
            case OnGround(latitude, longitude):
                where = f"{latitude:.5f}, {longitude:.5f}"
        return f"{where}; bearing {self.bearing_deg:.0f}°, angle {self.angle_deg:.0f}°"


class Places:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def list(self) -> list[Place]:
        """Of all cameras that have one, by name."""
        with self._rows.transaction("read where cameras are") as connection:
            return [_place(row) for row in connection.execute(select(places).order_by(places.c.camera))]

    def set(self, place: Place) -> None:
        """Replaces the camera's earlier place. The camera must exist. Raises SettingsError if there is no such site."""
        angles = {"bearing_deg": place.bearing_deg, "angle_deg": place.angle_deg}
        try:
            with self._rows.transaction("store where a camera is") as connection:
                forget_places(connection, [place.camera])
                connection.execute(insert(places).values(camera=place.camera, **angles, **asdict(place.at)))
        except IntegrityError:
            raise SettingsError(f"couldn't place camera '{place.camera}': there is no such site") from None

    def remove(self, camera: str) -> bool:
        """Returns whether it had one."""
        with self._rows.transaction("remove a camera's place") as connection:
            return bool(connection.execute(delete(places).where(places.c.camera == camera)).rowcount)


def forget_places(connection: Connection, cameras: Collection[str]) -> None:
    """For cameras that are removed."""
    connection.execute(delete(places).where(places.c.camera.in_(cameras)))


def _place(row: Row[Any]) -> Place:
    at = (
        OnGround(row.latitude, row.longitude, row.range_m)
        if row.site is None
        else OnPlan(row.site, row.x_share, row.y_share, row.range_share)
    )
    return Place(row.camera, at, row.bearing_deg, row.angle_deg)
