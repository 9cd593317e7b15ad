"""HTTP for the page and for programs. It asks rules and shows what there is; it decides nothing."""

from passerby.api.app import make_app
from passerby.api.ports import CameraState, CameraTrial, Fleet, Redactions, Services

__all__ = ["CameraState", "CameraTrial", "Fleet", "Redactions", "Services", "make_app"]
