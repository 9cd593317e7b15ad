"""Draws a sample street video without a network, with the boxes of everybody in it: for the demo and for tests."""

from passerby.capture.drawn.street import ReferenceBox, draw_street, write_mot

__all__ = ["ReferenceBox", "draw_street", "write_mot"]
