"""The history of the catalogue's tables: one step for each change, run in order by Alembic."""

from __future__ import annotations
