"""Every key that the file may contain, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel


def keys_of(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, type[BaseModel] | None]]:
    """Every key as section.key; for a section also its model."""
    for name, field in model.model_fields.items():
        inner = section_of(field.annotation)
        yield before + name, inner
        if inner:
            yield from keys_of(inner, f"{before}{name}.")


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The model of a table, or of each table in a list of tables; None for a plain value."""
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None
