"""Decisions, as pure functions of values: no files, no network, no clock."""
