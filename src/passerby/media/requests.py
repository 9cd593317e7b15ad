"""What a running camera can be asked. Every layer passes a request on by one method, `ask`, down to the engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rebase:
    """Make what the camera shows now its reference. It has no effect while the camera is not open."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Whether somebody watches the camera live. Valid until the next one."""

    is_watched: bool


@dataclass(frozen=True, slots=True)
class ShowView:
    """Say in the camera's state what is in view, for so long: somebody draws a rule."""

    for_s: float


CameraRequest = Rebase | Watched | ShowView
