"""Boxes that a user marked as a poster, a statue or a screen, not a person. The engine uses them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import not_people
from passerby.errors import SettingsError
from passerby.media.boxes import BoxShare
from passerby.rules.not_people import MAX_BOXES, check_not_person


@dataclass(frozen=True, slots=True)
class NotPerson:
    """One box of a camera. who: the user who marked it. at_90k: UTC when."""

    id: int
    camera: str
    box: BoxShare
    who: str
    at_90k: int

    @property
    def words(self) -> str:
        """The text for the audit."""
        return f"box {self.id}: {self.box.words}"


class NotPeople:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def list(self, camera: str | None = None) -> list[NotPerson]:
        """The boxes of one camera or of all, the oldest first."""
        query = select(not_people).order_by(not_people.c.id)
        if camera is not None:
            query = query.where(not_people.c.camera == camera)
        with self._rows.transaction("read what is not a person") as connection:
            return [_not_person(row) for row in connection.execute(query)]

    def all(self) -> dict[str, tuple[BoxShare, ...]]:
        """By camera, for cameras that have any. Never more than a plan accepts, even if two were added at once."""
        found: dict[str, tuple[BoxShare, ...]] = {}
        for each in self.list():
            found[each.camera] = (*found.get(each.camera, ()), each.box)[:MAX_BOXES]
        return found

    def add(self, camera: str, box: BoxShare, who: str) -> NotPerson:
        """camera: must exist. Raises SettingsError for a box that is not allowed, or if there are too many."""
        try:
            check_not_person(box)
        except ValueError as error:
            raise SettingsError(str(error)) from None
        at_90k = self._rows.clock.now_90k()
        count = select(func.count()).select_from(not_people).where(not_people.c.camera == camera)
        values = {
            "left_share": box.left, "top_share": box.top, "right_share": box.right, "bottom_share": box.bottom,
            "camera": camera, "who": who, "at_90k": at_90k,
        }  # fmt: skip
        with self._rows.transaction("add what is not a person") as connection:
            if connection.execute(count).scalar_one() >= MAX_BOXES:
                raise SettingsError(
                    f"camera '{camera}' has {MAX_BOXES} boxes marked as not a person already, the maximum",
                    hint="remove one first",
                )
            id = connection.execute(not_people.insert().values(**values).returning(not_people.c.id)).scalar_one()
        return NotPerson(id, camera, box, who, at_90k)

    def remove(self, camera: str, id: int) -> NotPerson | None:
        """Returns what was removed, None if there is no such box."""
        where = (not_people.c.camera == camera, not_people.c.id == id)
        with self._rows.transaction("remove what is not a person") as connection:
            row = connection.execute(select(not_people).where(*where)).one_or_none()
            if row is None:
                return None
            connection.execute(delete(not_people).where(*where))
        return _not_person(row)


def forget_not_people(connection: Connection, cameras: Collection[str]) -> None:
    """For cameras that are removed or show another place now: the boxes no longer apply."""
    connection.execute(delete(not_people).where(not_people.c.camera.in_(cameras)))


def _not_person(row: Row[Any]) -> NotPerson:
    box = BoxShare(row.left_share, row.top_share, row.right_share, row.bottom_share)
    return NotPerson(row.id, row.camera, box, row.who, row.at_90k)
