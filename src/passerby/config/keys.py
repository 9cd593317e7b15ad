"""Every key that the file may contain, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo


class Inline:
    """Marks a field whose keys are in the table itself."""


def keys_of(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, type[BaseModel] | None]]:
    """Every key as section.key; for a section also its model."""
    for name, field in fields_of(model):
        inner = section_of(field.annotation)
        yield before + name, inner
        if inner:
            yield from keys_of(inner, f"{before}{name}.")


def fields_of(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Each key of a table. Where others depend on what it is for: those of the first kind."""
    for name, field in model.model_fields.items():
        if Inline not in field.metadata:
            yield name, field
        elif first := section_of(field.annotation):
            yield from fields_of(first)


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The model of a table, or of each table in a list of tables; None for a plain value."""
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None
