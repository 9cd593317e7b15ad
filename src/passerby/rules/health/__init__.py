"""Decides what is wrong with a camera, by numbers that engine/health measures: one file a check."""
