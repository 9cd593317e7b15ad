"""The migration steps. A released step is never changed."""

from __future__ import annotations
