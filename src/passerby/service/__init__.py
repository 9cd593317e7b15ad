"""The parts of `passerby serve`: wires them together, applies the configured cameras, does periodic work."""
