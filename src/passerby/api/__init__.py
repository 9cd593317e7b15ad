"""HTTP for the page and for programs. It asks rules/ for every decision and shows what there is."""

from passerby.api.app import make_app
from passerby.api.ports import CameraTrial, Fleet, Redactions, Services

__all__ = ["CameraTrial", "Fleet", "Redactions", "Services", "make_app"]
