"""How the catalogue came to look as it does: one step for each change of its tables, run in order by Alembic."""

from __future__ import annotations
