"""Writes passerby.example.toml from the keys: `python -m passerby.config.example FILE`. A test keeps it up to date."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from passerby.config import Config, section_of
from passerby.config.keys import fields_of
from passerby.config.on_page import ON_PAGE, SAYS

HEAD = """\
Every key that passerby.toml may have. Each shows its default, or an example where there is none, and is commented out:
take the # away to change it. Keys are strict: one that is not here is an error."""
EXAMPLES = {
    "certificate": "/etc/passerby/certificate.pem",
    "private_key": "/etc/passerby/private_key.pem",
    "catalogue": "postgresql+psycopg://passerby:PASSWORD@database.example/passerby",
    "recordings": "s3://bucket/prefix",
    "max_gigabytes": 500.0,
    "max_upload_kilobytes_per_s": 100.0,
    "servers": ["tls://nats-1.example:4222"],
    "credentials": "/etc/passerby/node.creds",
    "authority": "/etc/passerby/authority.pem",
    "key": "/etc/passerby/secrets.key",
    "node": "north-1",
    "issuer": "https://sign-in.example",
    "client_id": "passerby",
    "client_secret_file": "/etc/passerby/oidc_secret",
    "name": "gate",
    "address": "rtsp://user:PASSWORD@192.0.2.7/stream1",
    "keep_hours": 72.0,
    "camera": "gate",
    "rule.name": "door",
    "rule.kind": "line",
    "line": ((0.5, 1.0), (0.5, 0.2)),
    "tiles": "/etc/passerby/map.pmtiles",
    "channel.name": "duty",
    "channel.kind": "email",
    "channel.address": "smtps://user:PASSWORD@mail.example",
    "secret": "file:/etc/passerby/webhook_secret",
    "sender": "passerby@mail.example",
    "to": ["duty@mail.example"],
    "channels": ["duty"],
    "escalate_after_s": 600.0,
    "escalate_to": ["duty"],
}
"""For keys without a default, and the one that goes with them; by key, or section.key if it differs."""


def example_of(section: str, name: str) -> Any:
    return EXAMPLES.get(f"{section}.{name}", EXAMPLES.get(name))


_WIDTH = 118


def example_text() -> str:
    parts = [_comment(HEAD)]
    for name, field in Config.model_fields.items():
        model = section_of(field.annotation)
        assert model is not None, "every key is in a section"
        many = "[[{}]]" if isinstance(field.default, tuple) else "[{}]"
        parts.append(f"{_comment(model.__doc__ or '')}\n# {many.format(name)}\n")
        parts += [_key(name, key, inner) for key, inner in fields_of(model)]
    return "\n".join(parts)


def _key(section: str, name: str, field: FieldInfo) -> str:
    has_default = not field.is_required() and field.default is not None
    default = f"Default: {toml(field.default)}." if has_default else "Default: none; it must be given."
    if field.default is None:
        default = "Default: not set."
    if f"{section}.{name}" in ON_PAGE:
        default += f" {SAYS}"
    value = field.default if has_default else example_of(section, name)
    return f"{_comment(f'{field.description} {default}')}\n# {name} = {toml(value)}\n"


def _comment(text: str) -> str:
    """With two #. Keys have one, so that uncommenting once leaves only keys."""
    return "\n".join(textwrap.wrap(" ".join(text.split()), _WIDTH, initial_indent="## ", subsequent_indent="## "))


def toml(value: Any) -> str:
    """A default or an example in TOML."""
    if isinstance(value, tuple):
        return json.dumps(list(value))
    if isinstance(value, SecretStr | Path | BaseModel):
        raise TypeError("a key has a plain default")
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(example_text(), encoding="utf-8")
