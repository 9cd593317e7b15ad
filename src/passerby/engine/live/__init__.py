"""One camera as it goes on, from its source to segments: the same stages and modes as for a file."""
