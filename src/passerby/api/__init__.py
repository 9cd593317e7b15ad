"""HTTP for the page and for programs. It asks rules and shows what there is; it decides nothing."""

from passerby.api.app import make_app
from passerby.api.ports import CameraTrial, Fleet, Redactions, Services

__all__ = ["CameraTrial", "Fleet", "Redactions", "Services", "make_app"]
