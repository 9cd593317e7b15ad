"""Shipped fakes and helpers for tests: passerby's own, and of whoever builds on it."""

from __future__ import annotations
