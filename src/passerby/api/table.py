"""Which action each route is. A route that is not here answers nobody."""

from __future__ import annotations

from passerby.rules.access import Action

TABLE: dict[tuple[str, str], Action] = {
    ("GET", "/healthz"): Action.SEE_ABOUT,
    ("GET", "/metrics"): Action.SEE_METRICS,
    ("GET", "/api/openapi.json"): Action.SEE_ABOUT,
    ("GET", "/api/about"): Action.SEE_ABOUT,
    ("GET", "/api/settings"): Action.SEE_SETTINGS,
    ("POST", "/api/set-up"): Action.SIGN_IN,
    ("GET", "/api/session"): Action.SIGN_IN,
    ("POST", "/api/session"): Action.SIGN_IN,
    ("DELETE", "/api/session"): Action.CHANGE_SELF,
    ("PUT", "/api/self/password"): Action.CHANGE_SELF,
    ("GET", "/api/self/tokens"): Action.SEE_SELF,
    ("POST", "/api/self/tokens"): Action.CHANGE_SELF,
    ("DELETE", "/api/self/tokens/{id}"): Action.CHANGE_SELF,
    ("GET", "/api/cameras"): Action.SEE_CAMERAS,
    ("POST", "/api/cameras"): Action.CHANGE_CAMERAS,
    ("POST", "/api/cameras/try"): Action.CHANGE_CAMERAS,
    ("GET", "/api/cameras/{camera}"): Action.SEE_CAMERAS,
    ("PUT", "/api/cameras/{camera}"): Action.CHANGE_CAMERAS,
    ("DELETE", "/api/cameras/{camera}"): Action.CHANGE_CAMERAS,
}
"""By method and path; WS for a WebSocket."""
