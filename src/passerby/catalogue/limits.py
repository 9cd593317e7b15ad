"""Conditions for what is over the limit of its camera: one for each limit, however many cameras there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ARRAY, ColumnElement, Dialect, String, any_, literal


def limits_of(
    column: ColumnElement[str], cameras_by_limit: Mapping[int, Collection[str]], others_90k: int, dialect: Dialect
) -> list[tuple[ColumnElement[bool], int]]:
    """Which cameras, and the limit of these. column: of the camera. others_90k: the limit of all that are not named."""
    named = [camera for cameras in cameras_by_limit.values() for camera in cameras]
    limits = [(is_among(column, cameras, dialect), limit_90k) for limit_90k, cameras in cameras_by_limit.items()]
    return [*limits, (~is_among(column, named, dialect), others_90k)]


def is_among(column: ColumnElement[str], names: Collection[str], dialect: Dialect) -> ColumnElement[bool]:
    """One parameter, however many names: a statement of PostgreSQL has 65,535 at most."""
    if dialect.name == "postgresql":
        return column == any_(literal(list(names), ARRAY(String)))
    return column.in_(names)
