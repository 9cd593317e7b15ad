"""Decides what is wrong with a camera, from the measurements of engine/health: one file per check."""
