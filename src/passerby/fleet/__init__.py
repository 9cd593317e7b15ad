"""Cameras onto processes: runs, watches and restarts them. How one is made safe is the engine's business."""
