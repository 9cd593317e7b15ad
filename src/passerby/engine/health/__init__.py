"""Measures how well a camera sees, about once a second. `rules/health` decides what the numbers mean."""
