"""Shipped fakes and helpers for tests: for passerby's own, and for those of anybody who builds on it."""

from __future__ import annotations
