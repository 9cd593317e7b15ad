"""What is in view → events and counts, by the rules of one camera."""

from passerby.events.standing import Standing, standing
from passerby.events.watcher import Caution, Count, Watcher, needs_changes, needs_vehicles

__all__ = ["Caution", "Count", "Standing", "Watcher", "needs_changes", "needs_vehicles", "standing"]
