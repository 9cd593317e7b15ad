"""Measures how well a camera sees, about once a second. What the numbers mean is decided by `rules/health`."""
