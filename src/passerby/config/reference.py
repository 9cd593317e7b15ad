"""Writes docs/reference/config.md from the keys: `python -m passerby.config.reference FILE`.

A test keeps it up to date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from passerby.config import Config, section_of
from passerby.config.example import example_of, toml
from passerby.config.keys import fields_of
from passerby.config.on_page import ON_PAGE, SAYS

HEAD = """\
# The configuration

Written from `src/passerby/config/`; do not edit it here. The same as a file to begin with:
[passerby.example.toml](../../passerby.example.toml).

`passerby serve` reads `passerby.toml` in its data folder, or the file that `--config` names. Without one, every
default holds. It is read at the start: restart the service after a change. Some
keys can be changed on the page instead, unless they are in the file. Keys are strict: one that is not here is an
error, which names the nearest.
"""
_WORDS: dict[Any, str] = {
    str: "text", SecretStr: "text, secret", Path: "path", bool: "true or false", int: "whole number", float: "number",
}  # fmt: skip


def reference_text() -> str:
    parts = [HEAD]
    for name, field in Config.model_fields.items():
        model = section_of(field.annotation)
        assert model is not None, "every key is in a section"
        many = "[[{}]]" if isinstance(field.default, tuple) else "[{}]"
        parts.append(f"## {many.format(name)}\n\n{' '.join((model.__doc__ or '').split())}\n")
        rows = [_row(name, key, inner) for key, inner in fields_of(model)]
        parts.append("\n".join(["| key | kind | default | |", "|---|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def _row(section: str, name: str, field: FieldInfo) -> str:
    if field.is_required():
        default = "must be given"
    elif field.default is None:
        default = f"not set; such as `{toml(example_of(section, name))}`"
    else:
        default = f"`{toml(field.default)}`"
    says = (field.description or "").replace("|", "\\|").replace("Danger:", "**Danger**:")
    if f"{section}.{name}" in ON_PAGE:
        says += f" {SAYS}"
    return f"| `{name}` | {_kind(field)} | {default} | {says} |"


def _kind(field: FieldInfo) -> str:
    kind = _word(field.annotation)
    limits = {type(each).__name__.lower(): each for each in field.metadata}
    bounds = []
    for name, sign in (("gt", "more than"), ("ge", "at least"), ("le", "at most"), ("lt", "less than")):
        if name in limits:
            bounds.append(f"{sign} {getattr(limits[name], name):.12g}")
    return f"{kind}, {', '.join(bounds)}" if bounds else kind


def _word(annotation: Any) -> str:
    """What to write as the value, in words for people."""
    if get_origin(annotation) is Literal:
        return " or ".join(f'`"{each}"`' for each in get_args(annotation))
    if get_origin(annotation) is tuple:
        return "list of points" if get_origin(get_args(annotation)[0]) is tuple else "list of texts"
    inner = [each for each in get_args(annotation) if each is not type(None)]
    if inner:
        return _word(inner[0])
    assert not (isinstance(annotation, type) and issubclass(annotation, BaseModel))
    return _WORDS[annotation]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference_text(), encoding="utf-8")
