"""Processes one live camera, from its source to segments, with the same stages and modes as for a file."""
