"""The version after this one, as far as it can be known: this source, with a later number, a migration that only
adds, and messages that say more. It is run beside this version, as in a rolling upgrade."""

from __future__ import annotations

import shutil
from pathlib import Path

import passerby
from passerby.catalogue.compatibility import SCHEMA_KNOWN, STEPS

SOURCE = Path(passerby.__file__).parent
VERSION, REVISION = "99.0.0", "9998"
_STEP = '''"""Adds a column and a table, which this version uses and the one before leaves alone."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
usable_from = "{usable_from}"


def upgrade() -> None:
    op.add_column("objects", sa.Column("later_column", sa.Integer, server_default="7"))
    op.create_table("later_table", sa.Column("id", sa.Integer, primary_key=True))
'''


def make_next_version(folder: Path) -> str:
    """Returns what PYTHONPATH must be for it."""
    made = folder / "src" / "passerby"
    shutil.copytree(SOURCE, made, ignore=shutil.ignore_patterns("__pycache__", "page", "weights"))
    (made / "detect" / "weights").symlink_to(SOURCE / "detect" / "weights")
    wire, fields = made / "fleet" / "wire.py", made / "fleet" / "state_fields.py"
    _change(made / "version.py", f'"{passerby.__version__}"', f'"{VERSION}"')
    _change(wire, "{self.NUMBER: self.FORMAT} |", '{"later": [1], self.NUMBER: self.FORMAT} |')
    _change(fields, "_view_fields(state.view),\n", '_view_fields(state.view), {"later": 1},\n')
    step = _STEP.format(revision=REVISION, before=SCHEMA_KNOWN, usable_from=SCHEMA_KNOWN)
    (made / STEPS.relative_to(SOURCE) / "versions" / f"v{REVISION}_later.py").write_text(step)
    return f"{folder / 'src'}:{SOURCE.parent.parent}"


def _change(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert text.count(before) == 1, f"{file.name} is not as this expects"
    file.write_text(text.replace(before, after))
