"""The steps. A step that was released is never changed."""

from __future__ import annotations
