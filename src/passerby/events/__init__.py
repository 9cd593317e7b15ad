"""What is in view → events and counts, by the rules of one camera."""

from passerby.events.watcher import Count, Watcher, needs_changes, needs_vehicles

__all__ = ["Count", "Watcher", "needs_changes", "needs_vehicles"]
